"""The interface of a search index backend.

A backend is a module ``articles.searching.NAME`` with a class ``Backend`` that implements the
protocol below; the setting ``SEARCH_BACKEND`` names it. The contract tests in
``articles/tests/searching/backend_contract`` run every case on each backend.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection

from articles.searching.conditions import Condition
from articles.searching.index_documents import Document


class IndexMissingError(RuntimeError):
    """This archive has no usable index, or the index is full: it has to be rebuilt."""


class IndexBusyError(RuntimeError):
    """Another process is writing to the index."""


class SearchTimeoutError(RuntimeError):
    """The search exceeded its time limit."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Position of a hit in chronological order: microseconds since 1970, then the primary key."""

    moment: int
    article_id: int


@dataclass(slots=True)
class Facets:
    """Counts of the newest hits by outlet, topic, language, kind and month.

    ``counted`` is the number of hits counted; ``is_capped`` is true when there are more. In that
    case any stories of the oldest counted day may be among the counted ones.
    """

    counted: int = 0
    is_capped: bool = False
    sources: Counter[int] = field(default_factory=Counter)
    tags: Counter[int] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    months: Counter[dt.date] = field(default_factory=Counter)


class Reader(Protocol):
    """Reads the public articles in one snapshot of an index, unaffected by concurrent writes."""

    def non_public(self) -> Reader:
        """Return a reader of the articles in the same snapshot that are not public."""

    def newest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, newest first."""

    def oldest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, oldest first."""

    def most_relevant(self, condition: Condition) -> list[Position]:
        """Return the newest RELEVANCE_LIMIT hits, most relevant first."""

    def count(self, condition: Condition) -> int:
        """Return the number of hits; COUNT_LIMIT + 1 means more than COUNT_LIMIT."""

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""

    def spellings(self, word: str, limit: int) -> list[str]:
        """Return indexed words spelled like a folded Latin word, most similar first.

        A word may come from a story that is not public: show only words that a search finds.
        """

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield primary key and fingerprint of every indexed article, public or not, by key."""

    def problems(self) -> Iterator[str]:
        """Yield a message for each integrity problem of the index itself."""


class Writer(Protocol):
    """Writes documents to an index."""

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add the documents; each replaces an older one of the same article."""

    def delete(self, article_ids: Collection[int]) -> None:
        """Delete articles by primary key; missing ones are ignored."""


class Backend(Protocol):
    """A search index."""

    def reader(self, identity: UUID, seconds: float) -> AbstractContextManager[Reader]:
        """Open the index for reading, with a time limit in seconds.

        Raises IndexMissingError, SearchTimeoutError.
        """

    def lock(self, *, wait: bool) -> AbstractContextManager[None]:
        """Hold the write lock; raises IndexBusyError when it is taken and ``wait`` is false."""

    def writer(self, identity: UUID) -> AbstractContextManager[Writer]:
        """Open the index for writing; writes are durable after the block, or rolled back.

        Raises IndexMissingError. The caller holds the lock.
        """

    def builder(self, identity: UUID, busiest_day: int) -> AbstractContextManager[Writer]:
        """Open a new index beside the old one; it replaces the old one after the block.

        ``busiest_day`` is the largest number of articles on one day, among public articles or among
        the others. Write articles that are not public first, then the public ones, each day by day:
        any other order is slow. The caller holds the lock.
        """


def get_backend() -> Backend:
    """Return the backend named by ``SEARCH_BACKEND``, else the one of the database vendor."""
    name = settings.SEARCH_BACKEND or connection.vendor
    backend: Backend = import_module(f"articles.searching.{name}").Backend()
    return backend
