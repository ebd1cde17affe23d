"""A run of the import: from files to batches, each a transaction, and the run's own row."""

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

from articles.deriving.bulk_get_or_create import Sources
from articles.importing.batch import Batch, Outcome, Result
from articles.importing.change_detection import Known, Window, windows
from articles.importing.dry_run import DryRun
from articles.importing.readers import Found
from articles.importing.worker_pool import Read, read_in_order
from articles.models import ImportRun, RunState, State

logger = logging.getLogger(__name__)

BATCH_FILES = 500
BATCH_BYTES = 32 * 1024 * 1024  # of originals; a batch of large posts is smaller


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator asked for; ``workers`` 0 reads in this process."""

    workers: int = 0
    limit: int | None = None
    force: bool = False
    dry_run: bool = False
    fail_fast: bool = False
    state: State = State.PUBLISHED
    zone: str = "UTC"


@dataclass(slots=True)
class Summary:
    """What a run did so far. ``run`` is None for a dry run, and when none was begun."""

    run: int | None = None
    counts: Counter[Outcome] = field(default_factory=Counter)
    warned: int = 0
    started: float = field(default_factory=time.monotonic)

    def count(self, outcome: Outcome) -> int:
        """Return how many files had this outcome."""
        return self.counts[outcome]

    @property
    def files(self) -> int:
        """Return how many post files were taken in hand; skipped ones are none."""
        return self.counts.total() - self.counts[Outcome.SKIPPED]

    @property
    def seconds(self) -> float:
        """Return how long the run took until now."""
        return time.monotonic() - self.started


class Importer:
    """Imports files; :attr:`summary` is true at any moment, also after an exception.

    ``report`` is called with every result, once it is safe on disk; ``check`` before that, with
    every batch, to make sure that the archive is still held.
    """

    def __init__(self, options: Options, report: Callable[[Result], None]) -> None:
        self.options = options
        self.report = report
        self.check: Callable[[], None] = lambda: None
        self.summary = Summary()
        self.run: ImportRun | None = None

    def import_files(self, found: Iterable[Found], roots: list[str]) -> Summary:
        """Import ``found``, which come in order. The caller holds the archive's lock.

        On any exception what was reported before stays, and the run's row says how it ended.
        """
        if self.options.dry_run:
            with DryRun() as dry_run:
                for group in self._groups(found):
                    self._emit(dry_run.run(self._unread(group)), group)
            return self.summary
        self._begin(roots)
        try:
            self._import(found)
            self._end(RunState.FINISHED, "")
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            self._end(RunState.INTERRUPTED if interrupted else RunState.FAILED, str(error))
            raise
        return self.summary

    def note_commit(self, root: str, commit: str) -> None:
        """Record which commit of a repository is read, before any of its files is written."""
        if self.run is not None:
            self.run.commits = [*self.run.commits, {"root": root, "commit": commit}]
            self.run.save(update_fields=["commits"])

    def _import(self, found: Iterable[Found]) -> None:
        self._sources = Sources()
        with _cycles_kept():
            for group in self._groups(found):
                unread = self._unread(group)
                self.check()
                results = self._write(unread) if unread else []
                self.check()  # what went into a file that is gone is not reported as stored
                self._emit(results, group)
                gc.collect()

    def _write(self, reads: list[Read], *, again: bool = True) -> list[Result]:
        """Import a batch. One that the database refuses is written in halves.

        So a post that cannot be stored costs nothing but itself: it goes into quarantine.
        """
        assert self.run is not None
        try:
            with transaction.atomic():
                batch = Batch(self.run, self._sources, self.options.state, self.options.zone)
                return batch.run(reads)
        except (DataError, IntegrityError, OverflowError, UnicodeError) as error:
            self._sources = Sources()  # what it remembered was taken back
            if len(reads) > 1:
                middle = len(reads) // 2
                return self._write(reads[:middle]) + self._write(reads[middle:])
            if again:  # an editor may have come first; who comes second sees it
                return self._write(reads, again=False)
            if reads[0].post is None:
                raise
            logger.exception("the database refused %s", reads[0].found.path)
            problem = f"the database refused it ({error}); report it"
            return self._write([replace(reads[0], post=None, problem=problem)])

    def _groups(self, found: Iterable[Found]) -> Iterator[list[tuple[Window, list[Read]]]]:
        """Yield windows in batches: so many files, or so many bytes; stop where told to."""
        look_ups = windows(found, force=self.options.force)
        pairs = ((window, window.unread) for window in look_ups)
        group: list[tuple[Window, list[Read]]] = []
        files = size = posts = 0
        for window, reads in read_in_order(pairs, self.options.workers):
            end = self._end_of(reads, posts)
            group.append((window, reads[:end]))
            files += len(window.found)
            size += sum(read.size for read in reads)
            posts += sum(read.post is not None for read in reads[:end])
            if end < len(reads) or (end and self._is_last(reads[end - 1])):
                break
            if files >= BATCH_FILES or size >= BATCH_BYTES:
                yield group
                group, files, size = [], 0, 0
        if group:
            yield group

    def _end_of(self, reads: list[Read], posts: int) -> int:
        """Return how many of ``reads`` to take, when ``posts`` were taken before."""
        for i, read in enumerate(reads):
            if read.post is not None:
                posts += 1
                if self.options.limit is not None and posts > self.options.limit:
                    return i
            if self._is_last(read):
                return i + 1
        return len(reads)

    def _is_last(self, read: Read) -> bool:
        """Tell whether the run ends with this file, as a failure under ``--fail-fast`` does."""
        return self.options.fail_fast and read.post is None and not read.skip

    @staticmethod
    def _unread(group: list[tuple[Window, list[Read]]]) -> list[Read]:
        return [read for _, reads in group for read in reads]

    def _emit(self, results: list[Result], group: list[tuple[Window, list[Read]]]) -> None:
        """Report the results and the unchanged files between them, in the files' order."""
        done = iter(results)
        for window, _ in group:
            for i, found in enumerate(window.found):
                known = window.known.get(i)
                result = next(done, None) if known is None else _unchanged(found, known)
                if result is None:
                    return
                self.summary.counts[result.outcome] += 1
                self.summary.warned += bool(result.warnings)
                self.report(result)

    def _begin(self, roots: list[str]) -> None:
        now = dt.datetime.now(dt.UTC)
        # Whoever is still called running was killed: this process holds the lock.
        ImportRun.objects.filter(state=RunState.RUNNING).update(
            state=RunState.INTERRUPTED, finished_at=now, message="ended without a word"
        )
        options = {
            "workers": self.options.workers,
            "limit": self.options.limit,
            "force": self.options.force,
            "status": self.options.state.value,
        }
        self.run = ImportRun.objects.create(started_at=now, roots=roots, options=options)
        self.summary.run = self.run.pk

    def _end(self, state: RunState, message: str) -> None:
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
            # The reason of the end is already on its way; the next run marks this one.
            logger.warning("the end of run %s could not be noted: %s", self.run.pk, error)


@contextmanager
def _cycles_kept() -> Iterator[None]:
    """Leave the search for unreachable cycles to the caller.

    A batch is one large web of objects that all live to its end: to search it again and again
    while it grows takes an eighth of an import's time.
    """
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def _unchanged(found: Found, known: Known) -> Result:
    return Result(found.root, found.path, known.sha256, Outcome.UNCHANGED, known.article)
