"""Read and parse post files in worker processes, in order, with a bounded amount in flight."""

from __future__ import annotations

import ctypes
import gc
import hashlib
import os
import signal
import sys
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Generic, TypeVar

from articles.content.post_file.parsing import NotAPostError, ParsedPost, PostError, parse_post
from articles.importing.readers.file_contents import bytes_of
from articles.importing.readers.found_file import Found, UnreadableError

_AHEAD = 3  # windows in flight for each worker
_STARTS = 3  # attempts to start workers
_PATIENCE = 5.0  # seconds between looks at whether the workers live
_PR_SET_PDEATHSIG = 1
_OBJECTS_BETWEEN_SEARCHES = 50_000  # for cycles: a tree has thousands of objects and none

Context = TypeVar("Context")


class WorkersError(ChildProcessError):
    """Worker processes cannot be started here."""

    def __init__(self) -> None:
        super().__init__("worker processes end as soon as they start; try --workers 0")


@dataclass(frozen=True, slots=True)
class Read:
    """A file as a worker read it: the post, or why there is none.

    ``data`` are the bytes, deflated; ``sha256`` is empty when nothing could be read.
    """

    found: Found
    sha256: str = ""
    size: int = 0
    data: bytes = b""
    post: ParsedPost | None = None
    problem: str = ""
    skip: bool = False


def read_post(found: Found) -> Read:
    """Return the file ``found`` read and parsed; every fault of the file is in the result."""
    if found.problem:
        return Read(found, problem=found.problem, skip=found.skip)
    try:
        data, found = bytes_of(found)
    except UnreadableError as error:
        return Read(found, problem=str(error))
    sha256, packed = hashlib.sha256(data).hexdigest(), zlib.compress(data, 6)
    try:
        post = parse_post(data, found.path)
    except NotAPostError as error:
        return Read(found, sha256, len(data), problem=str(error), skip=True)
    except PostError as error:
        return Read(found, sha256, len(data), packed, problem=str(error))
    except Exception as error:  # noqa: BLE001 - the run goes on; the file is kept and reported
        problem = (
            f"a fault of the archive's own reader ({type(error).__name__}: {error}); report it"
        )
        return Read(found, sha256, len(data), packed, problem=problem)
    return Read(found, sha256, len(data), packed, post)


def read_chunk(chunk: Sequence[Found]) -> list[Read]:
    """Return each of ``chunk``, read and parsed."""
    return [read_post(found) for found in chunk]


def read_in_order(
    windows: Iterable[tuple[Context, Sequence[Found]]], workers: int
) -> Iterator[tuple[Context, list[Read]]]:
    """Yield the context of each window with its files read, in the order of ``windows``.

    With ``workers`` 0 everything happens in this process. A file that brings its worker down is
    reported as failed; the rest of its window is read again without it.
    """
    if workers == 0:
        for context, found in windows:
            yield context, read_chunk(found)
        return
    pool = _Pool(workers)
    waiting: deque[_Waiting[Context]] = deque()
    try:
        for context, found in windows:
            waiting.append(_Waiting(context, found, pool.submit(found) if found else None))
            if len(waiting) > workers * _AHEAD:
                yield _next(pool, waiting)
        while waiting:
            yield _next(pool, waiting)
    finally:
        pool.close()


@dataclass(slots=True)
class _Waiting(Generic[Context]):
    """A window in a worker's hands; without files there is nothing to wait for."""

    context: Context
    found: Sequence[Found]
    future: Future[list[Read]] | None


def _next(pool: _Pool, waiting: deque[_Waiting[Context]]) -> tuple[Context, list[Read]]:
    window = waiting.popleft()
    try:
        return window.context, pool.result(window.future) if window.future else []
    except BrokenProcessPool:
        pool.restart()
        reads = [_alone(pool, found) for found in window.found]
        for later in waiting:
            later.future = pool.submit(later.found) if later.found else None
        return window.context, reads


def _alone(pool: _Pool, found: Found) -> Read:
    """Return one file, read by a fresh worker; blamed only when it brings down a second one."""
    for _ in range(2):
        try:
            return pool.result(pool.submit([found]))[0]
        except BrokenProcessPool:
            pool.restart()
    problem = "reading it ended two worker processes; look into the file"
    try:
        data, _ = bytes_of(found)
    except UnreadableError:
        return Read(found, problem=problem)
    return Read(
        found, hashlib.sha256(data).hexdigest(), len(data), zlib.compress(data), None, problem
    )


class _Pool:
    """Worker processes that start without Django and end with this process."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers,
            mp_context=get_context("spawn"),
            initializer=_start_worker,
            initargs=(os.getpid(),),
        )

    def submit(self, found: Sequence[Found]) -> Future[list[Read]]:
        """Return what will be the files, read; a broken pool shows in the future, not here."""
        try:
            return self._executor.submit(read_chunk, found)
        except BrokenProcessPool as error:
            failed: Future[list[Read]] = Future()
            failed.set_exception(error)
            return failed

    def result(self, future: Future[list[Read]]) -> list[Read]:
        """Return what a future becomes; raises :class:`BrokenProcessPool` for a worker that died.

        One that is killed while it tells its result leaves half a message, for whose end the
        executor would wait for ever.
        """
        while True:
            try:
                return future.result(timeout=_PATIENCE)
            except FutureTimeoutError:
                workers = list((self._executor._processes or {}).values())
                if all(worker.is_alive() for worker in workers):
                    continue  # a large window on a slow machine
            try:
                return future.result(timeout=_PATIENCE)  # it may have been noticed by now
            except FutureTimeoutError as error:
                for worker in workers:
                    worker.kill()
                # The last writer is gone with this one: the reader sees the end of the message.
                self._executor._result_queue._writer.close()  # type: ignore[attr-defined]
                raise BrokenProcessPool("a worker died while it told its result") from error

    def restart(self) -> None:
        """Start new workers after one has died.

        Raises :class:`WorkersError` when they cannot even do nothing, time after time.
        """
        for _ in range(_STARTS):
            self.close()
            self._executor = self._start()
            try:
                self.result(self.submit([]))
            except BrokenProcessPool:
                continue  # something ended one that had just begun
            return
        raise WorkersError

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent, and die with it however it dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
