"""A deadline in processor time for the parsing of one post.

The limits on sizes bound what a post can cost; the deadline is for what they fail to bound.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

POST_SECONDS = 10.0  # of processor time for each post
KILL_SECONDS = 12.0  # after which a worker process that is in a call of C code is killed


class DeadlineExceededError(BaseException):
    """The processor time is used up; no ``except Exception`` of a parser may catch it."""


@contextmanager
def cpu_deadline(*, kill: bool = False) -> Iterator[None]:
    """Raise :class:`DeadlineExceededError` when the block takes more than ``POST_SECONDS``.

    The exception is raised between two steps of Python. With ``kill``, the kernel ends the whole
    process with SIGPROF after ``KILL_SECONDS``, whatever it does. Outside of the main thread there
    is no deadline, as only that thread receives signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGVTALRM, _raise_deadline_exceeded)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, POST_SECONDS)
        if kill:
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, KILL_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGVTALRM, previous)


def _raise_deadline_exceeded(signal_number: int, frame: FrameType | None) -> NoReturn:
    raise DeadlineExceededError
