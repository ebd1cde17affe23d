"""The one small interface behind which an index stands.

A backend is a module ``articles.searching.NAME`` with a class ``Backend`` that has these methods;
the setting ``SEARCH_BACKEND`` names it. The contract suite runs every case on each.
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

COUNT_LIMIT = 10_000  # beyond that nobody counts: "10,000+"
BEST_LIMIT = 2_000  # the newest hits among which the best are told


class IndexMissingError(RuntimeError):
    """There is no index that serves this archive, or it is full: it has to be made anew."""


class IndexBusyError(RuntimeError):
    """Another process writes to the index."""


class TooSlowError(RuntimeError):
    """The search took longer than it may."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a hit stands in the order of time: microseconds since 1970, then the key."""

    moment: int
    article_id: int


@dataclass(slots=True)
class Facets:
    """How many of the newest hits each outlet, topic, language, kind and month has.

    ``counted`` is how many were looked at; ``is_capped`` tells that there are more. Then they may
    be any stories of the last day that was looked at.
    """

    counted: int = 0
    is_capped: bool = False
    sources: Counter[int] = field(default_factory=Counter)
    tags: Counter[int] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    months: Counter[dt.date] = field(default_factory=Counter)


class Reader(Protocol):
    """Reads the public articles of one state of an index, whatever is written meanwhile."""

    def hidden(self) -> Reader:
        """Return the reader of those articles of the same state that are not public."""

    def newest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the newest first, behind ``after``."""

    def oldest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the oldest first, behind ``after``."""

    def best(self, condition: Condition) -> list[Place]:
        """Return the newest BEST_LIMIT hits, the most relevant first."""

    def count(self, condition: Condition) -> int:
        """Return how many hits there are; COUNT_LIMIT + 1 stands for more than COUNT_LIMIT."""

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""

    def spellings(self, word: str, limit: int) -> list[str]:
        """Return words of the index spelled nearly like a folded Latin word, the nearest first.

        A word may be of a story that is not public: only what a search finds may be shown.
        """

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield key and fingerprint of every article in the index, public or not, by key."""

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the index itself, in words."""


class Writer(Protocol):
    """Puts documents into an index."""

    def put(self, documents: Sequence[Document]) -> None:
        """Add the documents, each in the place of an older one of the same article."""

    def drop(self, article_ids: Collection[int]) -> None:
        """Take articles out; those that are not there are no mistake."""


class Backend(Protocol):
    """An index."""

    def reader(self, identity: UUID, seconds: float) -> AbstractContextManager[Reader]:
        """Open the index to read for so long; raises IndexMissingError, TooSlowError."""

    def lock(self, *, wait: bool) -> AbstractContextManager[None]:
        """Be the only one that writes; raises IndexBusyError when another does and none waits."""

    def writer(self, identity: UUID) -> AbstractContextManager[Writer]:
        """Open the index to write; what was put is durable after the block, or not there at all.

        Raises IndexMissingError. The caller holds the lock.
        """

    def builder(self, identity: UUID, busiest_day: int) -> AbstractContextManager[Writer]:
        """Open a new index beside the old one; it takes its place after the block.

        ``busiest_day`` is how many articles a day has at the most, of public ones or of others.
        Those that are not public come first, then each day by day, or it takes long. The caller
        holds the lock.
        """


def backend() -> Backend:
    """Return the index of this archive's database."""
    name = settings.SEARCH_BACKEND or connection.vendor
    made: Backend = import_module(f"articles.searching.{name}").Backend()
    return made
