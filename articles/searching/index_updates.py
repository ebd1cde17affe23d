"""Updates of the index: drain the outbox into it, or rebuild it beside the old one."""

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
    get_backend,
)
from articles.searching.index_documents import article_id_batches, load_documents

logger = logging.getLogger(__name__)

BATCH_SIZE = 500  # articles; one commit of the index per batch
MAX_INLINE_CHANGES = 200  # changes that are indexed within a request
_KEYS_PER_STATEMENT = 10_000
Progress = Callable[[int], None]


def _ignore_progress(count: int) -> None:
    """Do nothing: the default progress callback."""


def count_pending() -> int:
    """Return the number of changes in the outbox, not yet indexed."""
    return SearchChange.objects.count()


def update(progress: Progress = _ignore_progress) -> int:
    """Index every change in the outbox and return their number.

    Waits for the write lock. Builds the index when there is no usable one; then it returns the
    number of articles. It can be interrupted at any moment and run again.
    """
    index = get_backend()
    with index.lock(wait=True):
        try:
            return sum(_drain_outbox(index, progress))
        except IndexMissingError:
            return _build_index(index, progress)


def rebuild(progress: Progress = _ignore_progress) -> int:
    """Build a new index beside the old one, which serves until then; return the article count.

    Changes made meanwhile stay in the outbox and are indexed right after the switch.
    """
    index = get_backend()
    with index.lock(wait=True):
        return _build_index(index, progress)


def try_update() -> None:
    """Index a few changes, unless another process is writing; errors are logged, not raised.

    Called after a request that may have saved something. A search checks its hits against the
    database, so a late index does no harm: the changes of an import, or a missing index, are left
    to ``update_index``.
    """
    try:
        if 0 < SearchChange.objects.all()[: MAX_INLINE_CHANGES + 1].count() <= MAX_INLINE_CHANGES:
            index = get_backend()
            with index.lock(wait=False):
                for _ in _drain_outbox(index, _ignore_progress):
                    pass
    except (IndexBusyError, IndexMissingError):
        pass  # the process that writes or builds the index picks up this change too
    except (OSError, sqlite3.Error, DatabaseError, InterfaceError):
        logger.exception("the search index could not be brought up to date; run update_index")


def index_identity() -> UUID:
    """Return the UUID of this archive's index; raises IndexMissingError when it has none."""
    row = SearchIndex.objects.first()
    if row is None:
        raise IndexMissingError("the archive has no search index yet")
    return row.identity


def _drain_outbox(index: Backend, progress: Progress) -> Iterator[int]:
    """Move the outbox into the index in batches; yield the number of changes of each batch."""
    name = index_identity()
    while True:
        changes = list(
            SearchChange.objects.order_by("pk")[:BATCH_SIZE].values_list("pk", "article_id")
        )
        with index.writer(name) as writer:
            if changes:
                _write_documents(writer, {article_id for _, article_id in changes})
        if not changes:
            return
        # A change recorded since then has a row of its own, and stays.
        _delete_changes([pk for pk, _ in changes])
        progress(len(changes))
        yield len(changes)


def _delete_changes(changes: list[int]) -> None:
    for start in range(0, len(changes), _KEYS_PER_STATEMENT):
        SearchChange.objects.filter(pk__in=changes[start : start + _KEYS_PER_STATEMENT]).delete()


def _write_documents(writer: Writer, article_ids: set[int]) -> None:
    documents = load_documents(article_ids)
    writer.upsert(documents)
    writer.delete(article_ids - {document.article_id for document in documents})


def _build_index(index: Backend, progress: Progress) -> int:
    """Build a new index, then index the changes made meanwhile; the caller holds the lock."""
    # By key, not by maximum: a lower key may belong to a transaction that has not ended yet.
    pending = list(SearchChange.objects.values_list("pk", flat=True))
    row, _ = SearchIndex.objects.get_or_create(defaults={})
    count = 0
    with index.builder(row.identity, _busiest_day()) as writer:
        for keys in article_id_batches(BATCH_SIZE):
            documents = load_documents(keys)
            writer.upsert(documents)
            count += len(documents)
            progress(len(keys))
    # Changes recorded before the first article was read are in it; the rest is drained as usual.
    _delete_changes(pending)
    for _ in _drain_outbox(index, _ignore_progress):
        pass
    return count


def _busiest_day() -> int:
    """Return the largest number of articles on one day, among public ones or among the others."""
    public = DayCount.objects.aggregate(most=Max("story_count"))["most"] or 0
    hidden = Article.objects.exclude(state=State.PUBLISHED).order_by()
    days = hidden.values("day").annotate(count=Count("pk"))
    return max(public, days.aggregate(most=Max("count"))["most"] or 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """An article whose index entry differs from the database; ``problem`` says how."""

    article_id: int  # 0 stands for the index itself
    problem: str

    def __str__(self) -> str:
        return (
            f"article number {self.article_id} {self.problem}" if self.article_id else self.problem
        )


def find_differences() -> Iterator[Difference]:
    """Yield the differences between index and database, except changes still in the outbox.

    Raises IndexMissingError.
    """
    with _open_reader() as reader:
        for line in reader.problems():
            yield Difference(0, line)
        suspects = list(_find_differing(reader, article_id_batches(BATCH_SIZE), None))
    if suspects:
        # Articles changed and indexed since that snapshot was opened do not count.
        keys = sorted(each.article_id for each in suspects)
        with _open_reader() as reader:
            batches = (
                keys[start : start + BATCH_SIZE] for start in range(0, len(keys), BATCH_SIZE)
            )
            yield from _find_differing(reader, batches, set(keys))


def _open_reader() -> AbstractContextManager[Reader]:
    return get_backend().reader(index_identity(), seconds=float("inf"))


def _find_differing(
    reader: Reader, batches: Iterable[list[int]], only: set[int] | None
) -> Iterator[Difference]:
    """Yield the articles that differ: those of the batches, and those only in the index.

    ``only`` restricts the index entries to these primary keys.
    """
    found: dict[int, str] = {}
    indexed = {
        key: fingerprint
        for key, fingerprint in reader.fingerprints()
        if only is None or key in only
    }
    pending = _pending_article_ids()
    for keys in batches:
        for document in load_documents(keys):
            fingerprint = indexed.pop(document.article_id, None)
            if fingerprint is None:
                found[document.article_id] = "is not in the index"
            elif fingerprint != document.fingerprint:
                found[document.article_id] = "is in the index as it was"
    found |= dict.fromkeys(sorted(indexed), "is in the index, and no more in the archive")
    pending |= _pending_article_ids()
    for article_id, problem in found.items():
        if article_id not in pending:
            yield Difference(article_id, problem)


def _pending_article_ids() -> set[int]:
    return set(SearchChange.objects.values_list("article_id", flat=True))
