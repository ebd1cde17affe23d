"""The index kept true: the outbox drained into it, or all of it made anew beside the old one."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Max

from articles.models import Article, DayCount, SearchChange, SearchIndex, State
from articles.searching.backend import (
    Backend,
    IndexBusyError,
    IndexMissingError,
    Reader,
    Writer,
    backend,
)
from articles.searching.index_documents import every_id, load

logger = logging.getLogger(__name__)

BATCH = 500  # articles; a commit of the index each
SOON = 200  # changes that a page brings in before it answers
_KEYS = 10_000  # in one statement
Progress = Callable[[int], None]


def _silent(count: int) -> None:
    """Show nothing."""


def pending() -> int:
    """Return how many changes the index has yet to learn."""
    return SearchChange.objects.count()


def update(progress: Progress = _silent) -> int:
    """Bring everything that has changed into the index; return how many changes that were.

    Waits for another process that writes to it. Without an index that serves, it is made. It can
    be ended at any moment and run again.
    """
    index = backend()
    with index.lock(wait=True):
        try:
            return sum(_drained(index, progress))
        except IndexMissingError:
            return _build(index, progress)


def rebuild(progress: Progress = _silent) -> int:
    """Make the index anew beside the old one, which answers until then; return how many articles.

    Whatever changes meanwhile stays in the outbox, and goes into the new one before it is shown.
    """
    index = backend()
    with index.lock(wait=True):
        return _build(index, progress)


def update_soon() -> None:
    """Bring a few changes into the index, unless another process is at it; log what goes wrong.

    For whoever has just saved something in a page. A search goes by the archive where the two
    differ, so it does no harm to be late: what an import has left, or a whole index, is for
    ``update_index``.
    """
    try:
        if 0 < SearchChange.objects.all()[: SOON + 1].count() <= SOON:
            index = backend()
            with index.lock(wait=False):
                for _ in _drained(index, _silent):
                    pass
    except (IndexBusyError, IndexMissingError):
        pass  # who writes, or makes the index, finds this change too
    except (OSError, sqlite3.Error, DatabaseError, InterfaceError):
        logger.exception("the search index could not be brought up to date; run update_index")


def identity() -> UUID:
    """Return the name of this archive's index; raises IndexMissingError when it has none."""
    row = SearchIndex.objects.first()
    if row is None:
        raise IndexMissingError("the archive has no search index yet")
    return row.identity


def _drained(index: Backend, progress: Progress) -> Iterator[int]:
    """Take the outbox batch by batch into the index; yield how many changes each was."""
    name = identity()
    while True:
        changes = list(SearchChange.objects.order_by("pk")[:BATCH].values_list("pk", "article_id"))
        with index.writer(name) as writer:
            if changes:
                _put(writer, {article_id for _, article_id in changes})
        if not changes:
            return
        # A change that was noted since then has a row of its own, and stays.
        _forget([pk for pk, _ in changes])
        progress(len(changes))
        yield len(changes)


def _forget(changes: list[int]) -> None:
    for start in range(0, len(changes), _KEYS):
        SearchChange.objects.filter(pk__in=changes[start : start + _KEYS]).delete()


def _put(writer: Writer, article_ids: set[int]) -> None:
    documents = load(article_ids)
    writer.put(documents)
    writer.drop(article_ids - {document.article_id for document in documents})


def _build(index: Backend, progress: Progress) -> int:
    """Fill a new index and the changes since then into it; the caller holds the lock."""
    # By their keys: one below the highest may be of a transaction that has not ended yet.
    noted = list(SearchChange.objects.values_list("pk", flat=True))
    row, _ = SearchIndex.objects.get_or_create(defaults={})
    count = 0
    with index.builder(row.identity, _busiest_day()) as writer:
        for keys in every_id(BATCH):
            documents = load(keys)
            writer.put(documents)
            count += len(documents)
            progress(len(keys))
    # What was noted before the first article was read is in it; the rest is drained as always.
    _forget(noted)
    for _ in _drained(index, _silent):
        pass
    return count


def _busiest_day() -> int:
    """Return how many articles a day has at the most, of public ones or of others."""
    public = DayCount.objects.aggregate(most=Max("story_count"))["most"] or 0
    hidden = Article.objects.exclude(state=State.PUBLISHED).order_by()
    days = hidden.values("day").annotate(count=Count("pk"))
    return max(public, days.aggregate(most=Max("count"))["most"] or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """An article that the index holds otherwise than the archive: ``what`` says how."""

    article_id: int  # 0: the index itself
    what: str

    def __str__(self) -> str:
        return f"article number {self.article_id} {self.what}" if self.article_id else self.what


def differences() -> Iterator[Difference]:
    """Yield where the index and the archive differ, apart from what the outbox knows already.

    Raises IndexMissingError.
    """
    with _opened() as reader:
        for line in reader.problems():
            yield Difference(0, line)
        suspects = list(_differing(reader, every_id(BATCH), None))
    if suspects:
        # What has been changed and indexed since that state was opened is no difference.
        keys = sorted(each.article_id for each in suspects)
        with _opened() as reader:
            batches = (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
            yield from _differing(reader, batches, set(keys))


def _opened() -> AbstractContextManager[Reader]:
    return backend().reader(identity(), seconds=float("inf"))


def _differing(
    reader: Reader, batches: Iterable[list[int]], among: set[int] | None
) -> Iterator[Difference]:
    """Yield which articles of the batches, or left in the index, differ; ``among``: of these."""
    found: dict[int, str] = {}
    indexed = {
        key: fingerprint
        for key, fingerprint in reader.fingerprints()
        if among is None or key in among
    }
    known = _noted()
    for keys in batches:
        for document in load(keys):
            fingerprint = indexed.pop(document.article_id, None)
            if fingerprint is None:
                found[document.article_id] = "is not in the index"
            elif fingerprint != document.fingerprint:
                found[document.article_id] = "is in the index as it was"
    found |= dict.fromkeys(sorted(indexed), "is in the index, and no more in the archive")
    known |= _noted()
    for article_id, what in found.items():
        if article_id not in known:
            yield Difference(article_id, what)


def _noted() -> set[int]:
    return set(SearchChange.objects.values_list("article_id", flat=True))
