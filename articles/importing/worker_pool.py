"""Read and parse post files in worker processes: results in order, a bounded queue."""

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
from articles.importing import cpu_deadline as deadline
from articles.importing.cpu_deadline import DeadlineExceededError, cpu_deadline
from articles.importing.readers.file_contents import read_bytes
from articles.importing.readers.found_file import FoundFile, UnreadableError

_CHUNKS_PER_WORKER = 3  # queued or in progress, for each worker
_START_ATTEMPTS = 3  # before the import gives up
_POLL_SECONDS = 5.0  # between checks that the workers are alive
_PR_SET_PDEATHSIG = 1
# Allocations between searches for reference cycles: a parsed tree has thousands of objects and no
# cycle.
_GC_THRESHOLD = 50_000

_is_worker = False  # whether this process is a worker

Context = TypeVar("Context")


class WorkerStartError(ChildProcessError):
    """Worker processes exit as soon as they start."""

    def __init__(self) -> None:
        super().__init__("worker processes exit as soon as they start; try --workers 0")


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a worker read: the parsed post, or ``problem``, the reason why there is none.

    ``data`` is the zlib-compressed content; ``sha256`` is empty when nothing could be read.
    ``skip`` means that the file is not a post, which is no failure.
    """

    file: FoundFile
    sha256: str = ""
    size: int = 0
    data: bytes = b""
    post: ParsedPost | None = None
    problem: str = ""
    skip: bool = False


def read_post(file: FoundFile) -> ReadResult:
    """Return ``file``, read and parsed; every error that the file causes is in the result."""
    if file.problem:
        return ReadResult(file, problem=file.problem, skip=file.skip)
    try:
        data, file = read_bytes(file)
    except UnreadableError as error:
        return ReadResult(file, problem=str(error))
    sha256, compressed = hashlib.sha256(data).hexdigest(), zlib.compress(data, 6)
    try:
        with cpu_deadline(kill=_is_worker):
            post = parse_post(data, file.path)
    except DeadlineExceededError:
        return ReadResult(file, sha256, len(data), compressed, problem=_deadline_problem())
    except NotAPostError as error:
        return ReadResult(file, sha256, len(data), problem=str(error), skip=True)
    except PostError as error:
        return ReadResult(file, sha256, len(data), compressed, problem=str(error))
    except Exception as error:  # noqa: BLE001 - the run continues; the file is quarantined and reported
        problem = f"a bug in the importer ({type(error).__name__}: {error}); report it"
        return ReadResult(file, sha256, len(data), compressed, problem=problem)
    return ReadResult(file, sha256, len(data), compressed, post)


def _deadline_problem() -> str:
    return (
        f"reading it takes more than {deadline.POST_SECONDS:g} s of processor time; "
        "shorten the file or split it, and report it"
    )


def read_chunk(chunk: Sequence[FoundFile]) -> list[ReadResult]:
    """Return the files of ``chunk``, read and parsed."""
    return [read_post(file) for file in chunk]


def read_in_order(
    chunks: Iterable[tuple[Context, Sequence[FoundFile]]], workers: int
) -> Iterator[tuple[Context, list[ReadResult]]]:
    """Yield the context of each chunk with the results of its files, in the order of ``chunks``.

    With ``workers`` 0 this process does the reading. A file that crashes its worker is reported as
    failed; the other files of its chunk are read again without it. Raises
    :class:`WorkerStartError`.
    """
    if workers == 0:
        for context, files in chunks:
            yield context, read_chunk(files)
        return
    pool = _WorkerPool(workers)
    pending: deque[_PendingChunk[Context]] = deque()
    try:
        for context, files in chunks:
            pending.append(_PendingChunk(context, files, pool.submit(files) if files else None))
            if len(pending) > workers * _CHUNKS_PER_WORKER:
                yield _next_result(pool, pending)
        while pending:
            yield _next_result(pool, pending)
    finally:
        pool.close()


@dataclass(slots=True)
class _PendingChunk(Generic[Context]):
    """A chunk that workers are reading; ``future`` is None for one without files."""

    context: Context
    files: Sequence[FoundFile]
    future: Future[list[ReadResult]] | None


def _next_result(
    pool: _WorkerPool, pending: deque[_PendingChunk[Context]]
) -> tuple[Context, list[ReadResult]]:
    chunk = pending.popleft()
    try:
        return chunk.context, pool.result(chunk.future) if chunk.future else []
    except BrokenProcessPool:
        pool.restart()
        reads = [_retry_alone(pool, file) for file in chunk.files]
        for later in pending:
            later.future = pool.submit(later.files) if later.files else None
        return chunk.context, reads


def _retry_alone(pool: _WorkerPool, file: FoundFile) -> ReadResult:
    """Return one file, read by new workers.

    It counts as failed when it exceeds the deadline, or when it crashes a second worker.
    """
    problem = "reading it crashed two worker processes; check the file"
    for _ in range(2):
        try:
            return pool.result(pool.submit([file]))[0]
        except BrokenProcessPool:
            was_deadline = pool.was_killed_by_deadline()
            pool.restart()
        if was_deadline:
            problem = _deadline_problem()
            break
    try:
        data, _ = read_bytes(file)
    except UnreadableError:
        return ReadResult(file, problem=problem)
    return ReadResult(
        file, hashlib.sha256(data).hexdigest(), len(data), zlib.compress(data), None, problem
    )


class _WorkerPool:
    """Worker processes that start without Django and exit with this process."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._start()

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(
            self._workers,
            mp_context=get_context("spawn"),
            initializer=_start_worker,
            initargs=(os.getpid(),),
        )
        self._processes = self._executor._processes  # the executor forgets it when it is broken

    def submit(self, files: Sequence[FoundFile]) -> Future[list[ReadResult]]:
        """Return a future of the results; a broken pool raises in the future, not here."""
        try:
            return self._executor.submit(read_chunk, files)
        except BrokenProcessPool as error:
            failed: Future[list[ReadResult]] = Future()
            failed.set_exception(error)
            return failed

    def result(self, future: Future[list[ReadResult]]) -> list[ReadResult]:
        """Return the result of a future; raises :class:`BrokenProcessPool` when a worker died.

        A worker that is killed while it sends its result leaves half a message, and the executor
        would wait for the rest forever.
        """
        while True:
            try:
                return future.result(timeout=_POLL_SECONDS)
            except FutureTimeoutError:
                workers = list(self._processes.values())
                if all(worker.is_alive() for worker in workers):
                    continue  # a large chunk on a slow machine
            try:
                return future.result(timeout=_POLL_SECONDS)  # the executor may have noticed by now
            except FutureTimeoutError as error:
                for worker in workers:
                    worker.kill()
                # This closes the last writer of the pipe, so the reader gets end-of-file.
                self._executor._result_queue._writer.close()  # type: ignore[attr-defined]
                raise BrokenProcessPool("a worker died while it sent its result") from error

    def was_killed_by_deadline(self) -> bool:
        """Return whether a worker of the broken pool was killed by its deadline."""
        for worker in self._processes.values():
            worker.join(_POLL_SECONDS)  # a broken pool ends all its workers
        return any(worker.exitcode == -signal.SIGPROF for worker in self._processes.values())

    def restart(self) -> None:
        """Start new workers after one has died.

        Raises :class:`WorkerStartError` when even an empty chunk fails in every attempt.
        """
        for _ in range(_START_ATTEMPTS):
            self.close()
            self._start()
            try:
                self.result(self.submit([]))
            except BrokenProcessPool:
                continue  # a worker died right after its start
            return
        raise WorkerStartError

    def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


def _start_worker(parent: int) -> None:
    """Leave Ctrl-C to the parent process, and exit when it exits, even by SIGKILL."""
    global _is_worker
    _is_worker = True
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _exit_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
