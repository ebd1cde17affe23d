"""A timeout for hostile pages, which can block their window, and the test, for ever.

Playwright has no timeout for what is evaluated in a page. When the page's renderer is killed, the
evaluation fails at once, as on a crashed page. To close such a page can block for ever, too; when
the browser is killed, every call fails.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SECONDS = 60.0  # longer than all waits of one page visit together


@contextmanager
def kill_after(seconds: float = SECONDS) -> Iterator[None]:
    """Kill this process's Chromium renderers after ``seconds``, and Chromium after 1.5 times that.

    Nothing is killed when the block ends in time.
    """
    timers = [
        threading.Timer(seconds, _kill, [lambda command: b"--type=renderer" in command]),
        threading.Timer(1.5 * seconds, _kill, [_is_browser]),
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


def _kill(is_target: Callable[[bytes], bool]) -> None:
    for pid in _descendants(os.getpid()):
        with suppress(OSError):
            if is_target(Path(f"/proc/{pid}/cmdline").read_bytes()):
                os.kill(pid, signal.SIGKILL)


def _descendants(ancestor: int) -> set[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name, in parentheses, may hold anything; after it come the state and the parent.
            parents[int(folder.name)] = int(
                (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1]
            )
    found: set[int] = set()
    new = {ancestor}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}
        found |= new
    return found
