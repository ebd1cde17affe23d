"""An end to what stands still: a hostile page can hold its window for ever, and us with it.

Playwright waits without a limit for what is evaluated in a page. Where the page's renderer ends,
that fails at once, as on a page that has crashed. Closing such a page can wait for ever in its
turn; where the browser ends, everything fails.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 60.0  # longer than all that a stop waits for by itself


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """End this process's renderers of Chromium when the block takes longer, then Chromium itself.

    The browser has half as long again.
    """
    timers = [
        threading.Timer(seconds, _end, [lambda command: b"--type=renderer" in command]),
        threading.Timer(1.5 * seconds, _end, [_is_browser]),
    ]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _is_browser(command: bytes) -> bool:
    return b"--headless" in command and b"--type=" not in command


def _end(is_meant: Callable[[bytes], bool]) -> None:
    for pid in _descendants(os.getpid()):
        with suppress(OSError):
            if is_meant(Path(f"/proc/{pid}/cmdline").read_bytes()):
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
