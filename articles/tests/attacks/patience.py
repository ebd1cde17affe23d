"""An end to what stands still: a hostile page can hold its window for ever, and us with it.

Playwright waits without a limit for what is evaluated in a page. Where the page's renderer ends,
that fails at once, as on a page that has crashed.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 90.0  # longer than all that a stop waits for by itself


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """End the renderers of this process's Chromium when the block takes longer."""
    timer = threading.Timer(seconds, _end_renderers)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end_renderers() -> None:
    for pid in _descendants(os.getpid()):
        with suppress(OSError):
            if b"--type=renderer" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)


def _descendants(ancestor: int) -> set[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name, in brackets, may hold anything; behind it stand the state and the parent.
            parents[int(folder.name)] = int(
                (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
            )
    found: set[int] = set()
    new = {ancestor}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}
        found |= new
    return found
