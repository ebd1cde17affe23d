"""A limit that only a hang reaches: it tells runaway work from a slow machine."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

SECONDS = 60  # of CPU: a hundred times what any guarded test takes


class HangError(AssertionError):
    """The guarded work spent the guard's CPU time without coming to an end."""


@contextlib.contextmanager
def hang_guard(seconds: float = SECONDS) -> Iterator[None]:
    """Fail work that spends `seconds` of this process's CPU; only in the main thread."""

    def fail(signal_number: int, frame: FrameType | None) -> None:
        raise HangError(f"no end after {seconds} s of CPU")

    former = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, former)
