"""An import run: files in batches, each a transaction, and the row of the run itself."""

from __future__ import annotations

import datetime as dt
import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, transaction

from articles.deriving.source_resolver import SourceResolver
from articles.importing.batch import Batch, FileResult, Outcome, is_full
from articles.importing.change_detection import Chunk, UnchangedFile, split_into_chunks
from articles.importing.dry_run import DryRun
from articles.importing.readers import FoundFile
from articles.importing.worker_pool import ReadResult, read_in_order
from articles.models import ImportRun, RunState, State

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of the command; with ``workers`` 0 this process reads the files."""

    workers: int = 0
    limit: int | None = None
    force: bool = False
    dry_run: bool = False
    fail_fast: bool = False
    state: State = State.PUBLISHED
    zone: str = "UTC"


@dataclass(slots=True)
class Summary:
    """The counts of a run so far. ``run`` is None in a dry run and before the run starts."""

    run: int | None = None
    counts: Counter[Outcome] = field(default_factory=Counter)
    with_warnings: int = 0
    started: float = field(default_factory=time.monotonic)

    def count(self, outcome: Outcome) -> int:
        """Return how many files had this outcome."""
        return self.counts[outcome]

    @property
    def files(self) -> int:
        """Return the number of post files; skipped files are not posts."""
        return self.counts.total() - self.counts[Outcome.SKIPPED]

    @property
    def seconds(self) -> float:
        """Return the duration of the run so far."""
        return time.monotonic() - self.started


class Importer:
    """Imports files; :attr:`summary` is correct at any time, also after an exception.

    ``report`` is called with every result, after its commit. ``check_lock`` is called before and
    after every batch; it raises when the archive's lock is lost.
    """

    def __init__(self, options: Options, report: Callable[[FileResult], None]) -> None:
        self.options = options
        self.report = report
        self.check_lock: Callable[[], None] = lambda: None
        self.summary = Summary()
        self.run: ImportRun | None = None

    def import_files(self, files: Iterable[FoundFile], roots: list[str]) -> Summary:
        """Import ``files``, which come in order. The caller holds the archive's lock.

        On any exception the files that were reported stay imported, and the row of the run has
        the state and the message.
        """
        if self.options.dry_run:
            with DryRun() as dry_run:
                for batch in self._batches(files):
                    self._report_results(dry_run.run(self._reads_in(batch)), batch)
            return self.summary
        self._start_run(roots)
        try:
            self._import(files)
            self._finish_run(RunState.FINISHED, "")
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            self._finish_run(RunState.INTERRUPTED if interrupted else RunState.FAILED, str(error))
            raise
        return self.summary

    def record_commit(self, root: str, commit: str) -> None:
        """Record the commit that is read, before any file of the repository is imported."""
        if self.run is not None:
            self.run.commits = [*self.run.commits, {"root": root, "commit": commit}]
            self.run.save(update_fields=["commits"])

    def _import(self, files: Iterable[FoundFile]) -> None:
        self._source_resolver = SourceResolver()
        with _paused_gc():
            for batch in self._batches(files):
                reads = self._reads_in(batch)
                self.check_lock()
                results = self._write_batch(reads) if reads else []
                self.check_lock()  # nothing is reported as stored if the database file was deleted
                self._report_results(results, batch)
                gc.collect()

    def _write_batch(self, reads: list[ReadResult], *, retry: bool = True) -> list[FileResult]:
        """Import a batch; when the database refuses it, import its halves.

        So a post that cannot be stored is quarantined alone, and the others are imported.
        """
        assert self.run is not None
        try:
            with transaction.atomic():
                batch = Batch(
                    self.run, self._source_resolver, self.options.state, self.options.zone
                )
                return batch.run(reads)
        except (DataError, IntegrityError, OverflowError, UnicodeError) as error:
            self._source_resolver = SourceResolver()  # its cached rows were rolled back
            if len(reads) > 1:
                middle = len(reads) // 2
                return self._write_batch(reads[:middle]) + self._write_batch(reads[middle:])
            if retry:  # an editor may have committed in between; the retry sees that
                return self._write_batch(reads, retry=False)
            if reads[0].post is None:
                raise
            logger.exception("the database refused %s", reads[0].file.path)
            problem = f"the database refused it ({error}); report it"
            return self._write_batch([replace(reads[0], post=None, problem=problem)])

    def _batches(
        self, files: Iterable[FoundFile]
    ) -> Iterator[list[tuple[Chunk, list[ReadResult]]]]:
        """Yield batches of chunks, limited by count and size; obey ``limit`` and ``fail_fast``."""
        chunks = split_into_chunks(files, force=self.options.force)
        pairs = ((chunk, chunk.to_read) for chunk in chunks)
        batch: list[tuple[Chunk, list[ReadResult]]] = []
        file_count = size = posts = 0
        for chunk, reads in read_in_order(pairs, self.options.workers):
            end = self._count_accepted(reads, posts)
            batch.append((chunk, reads[:end]))
            file_count += len(chunk.files)
            size += sum(read.size for read in reads)
            posts += sum(read.post is not None for read in reads[:end])
            if end < len(reads) or (end and self._ends_run(reads[end - 1])):
                break
            if is_full(file_count, size):
                yield batch
                batch, file_count, size = [], 0, 0
        if batch:
            yield batch

    def _count_accepted(self, reads: list[ReadResult], posts: int) -> int:
        """Return how many of ``reads`` to import after ``posts`` earlier posts."""
        for i, read in enumerate(reads):
            if read.post is not None:
                posts += 1
                if self.options.limit is not None and posts > self.options.limit:
                    return i
            if self._ends_run(read):
                return i + 1
        return len(reads)

    def _ends_run(self, read: ReadResult) -> bool:
        """Return whether the run ends with this file: a failure with ``--fail-fast``."""
        return self.options.fail_fast and read.post is None and not read.skip

    @staticmethod
    def _reads_in(batch: list[tuple[Chunk, list[ReadResult]]]) -> list[ReadResult]:
        return [read for _, reads in batch for read in reads]

    def _report_results(
        self, results: list[FileResult], batch: list[tuple[Chunk, list[ReadResult]]]
    ) -> None:
        """Report the results, and the unchanged files between them, in the order of the files."""
        done = iter(results)
        for chunk, _ in batch:
            for i, file in enumerate(chunk.files):
                unchanged = chunk.unchanged.get(i)
                result = (
                    next(done, None) if unchanged is None else _unchanged_result(file, unchanged)
                )
                if result is None:
                    return
                self.summary.counts[result.outcome] += 1
                self.summary.with_warnings += bool(result.warnings)
                self.report(result)

    def _start_run(self, roots: list[str]) -> None:
        now = dt.datetime.now(dt.UTC)
        # This process holds the lock, so a run that is still marked as running was killed.
        ImportRun.objects.filter(state=RunState.RUNNING).update(
            state=RunState.INTERRUPTED,
            finished_at=now,
            message="killed before it could record its end",
        )
        options = {
            "workers": self.options.workers,
            "limit": self.options.limit,
            "force": self.options.force,
            "status": self.options.state.value,
        }
        self.run = ImportRun.objects.create(started_at=now, roots=roots, options=options)
        self.summary.run = self.run.pk

    def _finish_run(self, state: RunState, message: str) -> None:
        assert self.run is not None
        summary = self.summary
        self.run.state, self.run.message = state, message
        self.run.finished_at = dt.datetime.now(dt.UTC)
        self.run.created = summary.count(Outcome.CREATED)
        self.run.versions = summary.count(Outcome.VERSION)
        self.run.unchanged = summary.count(Outcome.UNCHANGED)
        self.run.failed = summary.count(Outcome.FAILED)
        self.run.skipped = summary.count(Outcome.SKIPPED)
        try:
            self.run.save()
        except (DatabaseError, InterfaceError) as error:
            # The original exception is on its way up; the next run marks this one as interrupted.
            logger.warning("the end of run %s could not be recorded: %s", self.run.pk, error)


@contextmanager
def _paused_gc() -> Iterator[None]:
    """Turn automatic garbage collection off; the caller collects between batches.

    The objects of a batch all live until its end, and searching them for cycles while the batch
    grows takes an eighth of an import's time.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _unchanged_result(file: FoundFile, stored: UnchangedFile) -> FileResult:
    return FileResult(file.root, file.path, stored.sha256, Outcome.UNCHANGED, stored.article)
