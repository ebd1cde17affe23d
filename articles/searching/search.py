"""Search: from a query string to a page of stories, with the hits of the index rechecked.

The index may lag behind the database, and tokens do not decide every condition. So hits are
rechecked against the database where that matters: a story that was changed or withdrawn since is
returned in its current state, or not at all.
"""

from __future__ import annotations

import base64
import binascii
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import islice

from django.db.models import QuerySet

from articles.content.search_query import Filter, Node, Query, parse, unparse
from articles.models import Article, SearchChange
from articles.searching import index_updates
from articles.searching.backend import (
    Facets,
    IndexMissingError,
    Position,
    Reader,
    SearchTimeoutError,
    get_backend,
)
from articles.searching.conditions import All, Condition, is_certain, matches
from articles.searching.index_documents import load_documents
from articles.searching.limits import COUNT_LIMIT
from articles.searching.query_resolution import resolve

TIMEOUT_SECONDS = 5.0  # a search that takes longer is aborted
_RECHECK_LIMIT = 300  # hits that a count rechecks at most; more would take a second
_FETCH_SIZE = 100  # hits fetched at once where a recheck may drop some
MAX_SPELLINGS = 5  # similar spellings of a word
_CURSOR = struct.Struct(">cqq")


class Sort(StrEnum):
    """The order of hits."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RELEVANCE = "relevance"


class BadCursorError(ValueError):
    """A cursor that no page returned."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in order, and the cursor of the next page, empty on the last one."""

    articles: list[Article]
    next: str


@dataclass(frozen=True, slots=True)
class Count:
    """The number of hits: exact, or a lower bound."""

    number: int
    is_exact: bool


class TimeOrderedSearch:
    """A search in chronological order whose hits are rechecked against the database.

    The hits of all ``readers`` are merged. ``rows`` are the articles that may be found: any other
    is dropped, whatever the index returns. ``deadline`` is a time of :func:`time.monotonic`.
    """

    def __init__(
        self,
        condition: Condition,
        readers: Sequence[Reader],
        rows: QuerySet[Article],
        deadline: float,
        *,
        is_certain: bool,
    ) -> None:
        self.condition = condition
        self._readers = readers
        self._rows = rows
        self._deadline = deadline
        self._is_certain = is_certain

    def find_hits(
        self, sort: Sort, after: Position | None, size: int
    ) -> list[tuple[Position, Article]]:
        """Return ``size`` hits after ``after``, fewer at the end. Raises SearchTimeoutError."""
        found: list[tuple[Position, Article]] = []
        while len(found) < size:
            self._check_deadline()
            missing = size - len(found)
            positions = self._walk(
                sort, after, missing if self._is_certain else max(missing, _FETCH_SIZE)
            )
            found += self._recheck(positions)
            if not positions:
                break
            after = positions[-1]
        return found[:size]

    def _walk(self, sort: Sort, after: Position | None, limit: int) -> list[Position]:
        is_oldest = sort == Sort.OLDEST
        hit_lists = [
            (reader.oldest if is_oldest else reader.newest)(self.condition, after, limit)
            for reader in self._readers
        ]
        return list(islice(merge(*hit_lists, reverse=not is_oldest), limit))

    def _recheck(self, positions: Sequence[Position]) -> list[tuple[Position, Article]]:
        """Return the hits that the database confirms, with their stories, in the same order."""
        keys = [position.article_id for position in positions]
        stories = {article.pk: article for article in self._rows.filter(pk__in=keys)}
        recheck = set(stories)
        if self._is_certain:
            changed = SearchChange.objects.filter(article_id__in=keys)
            recheck.intersection_update(changed.values_list("article_id", flat=True))
        if recheck:
            self._check_deadline()
            for document in load_documents(recheck):
                if not matches(self.condition, document):
                    stories.pop(document.article_id, None)
        return [(position, stories[key]) for position, key in zip(positions, keys, strict=True)
                if key in stories]  # fmt: skip

    def _check_deadline(self) -> None:
        if time.monotonic() > self._deadline:
            raise SearchTimeoutError(f"the search took longer than {TIMEOUT_SECONDS:g} seconds")


class Search(TimeOrderedSearch):
    """A search of public articles in one snapshot of the index, opened by :func:`search`."""

    def __init__(self, query: Query, reader: Reader, deadline: float) -> None:
        resolved = resolve(query.root)
        rows = Article.objects.published().for_lists()
        certain = is_certain(resolved.condition)
        super().__init__(resolved.condition, [reader], rows, deadline, is_certain=certain)
        self.query = query
        self.unknown: list[Filter] = resolved.unknown
        self._reader = reader

    def with_query(self, root: Node) -> Search:
        """Return another search in the same snapshot of the index, with the same deadline."""
        return Search(Query(root, (), unparse(root)), self._reader, self._deadline)

    def page(self, sort: Sort = Sort.NEWEST, after: str = "", size: int = 20) -> Page:
        """Return the page after the cursor ``after``. Raises BadCursorError, SearchTimeoutError."""
        if sort == Sort.RELEVANCE:
            return self._relevance_page(after, size)
        return self._time_ordered_page(sort, _decode_position(after, sort) if after else None, size)

    def all_hits(self, sort: Sort = Sort.NEWEST) -> Iterator[Article]:
        """Yield every hit in chronological order; not for Sort.RELEVANCE."""
        after = ""
        while True:
            page = self.page(sort, after, 500)
            yield from page.articles
            if not page.next:
                return
            after = page.next

    def count(self) -> Count:
        """Return the number of hits."""
        number = self._reader.count(self.condition)
        if number > COUNT_LIMIT:
            return Count(COUNT_LIMIT, is_exact=False)
        recheck = not self._is_certain or SearchChange.objects.exists()
        if recheck and number <= _RECHECK_LIMIT:
            positions = self._reader.newest(self.condition, None, number)
            number = len(self._recheck(positions))
        return Count(number, is_exact=True)

    def facets(self) -> Facets:
        """Return the facets of the newest hits."""
        return self._reader.facets(self.condition)

    def spellings(self, word: str) -> list[str]:
        """Return words spelled like a folded Latin word; show only those that a search finds."""
        return self._reader.spellings(word, MAX_SPELLINGS)

    def _time_ordered_page(self, sort: Sort, after: Position | None, size: int) -> Page:
        found = self.find_hits(sort, after, size + 1)
        articles = [article for _, article in found[:size]]
        return Page(
            articles, _encode_position(sort, found[size - 1][0]) if len(found) > size else ""
        )

    def _relevance_page(self, after: str, size: int) -> Page:
        """Return a page of the most relevant hits; older hits follow, newest first."""
        kind, number, key = _decode_cursor(after) if after else (b"b", 0, 0)
        if kind == b"n":
            return self._time_ordered_page(Sort.NEWEST, Position(number, key), size)
        if kind != b"b" or number < 0:
            raise BadCursorError(after)
        most_relevant = self._reader.most_relevant(self.condition)
        articles: list[Article] = []
        while number < len(most_relevant) and len(articles) < size:
            missing = size - len(articles)
            articles += [
                article for _, article in self._recheck(most_relevant[number : number + missing])
            ]
            number += missing
        if number < len(most_relevant):
            return Page(articles, _encode_cursor(b"b", number, 0))
        if not most_relevant or not self._reader.newest(self.condition, min(most_relevant), 1):
            return Page(articles, "")
        return Page(articles, _encode_position(Sort.NEWEST, min(most_relevant)))


@contextmanager
def search(typed: str, seconds: float = TIMEOUT_SECONDS) -> Iterator[Search]:
    """Open a search of the public articles for a query string, with a time limit in seconds.

    Raises IndexMissingError, and SearchTimeoutError also within the block.
    """
    query = parse(typed)
    with _reader(seconds) as reader:
        yield Search(query, reader, time.monotonic() + seconds)


@contextmanager
def search_among(
    rows: QuerySet[Article], typed: str, *known: Condition, seconds: float = TIMEOUT_SECONDS
) -> Iterator[TimeOrderedSearch]:
    """Open a search of the articles in ``rows``, public or not, for a query string.

    ``known`` are conditions that all of ``rows`` fulfil: they make the search faster. Raises
    IndexMissingError, and SearchTimeoutError also within the block.
    """
    condition = All((resolve(parse(typed).root, rows).condition, *known))
    with _reader(seconds) as reader:
        readers = [reader, reader.non_public()]
        deadline = time.monotonic() + seconds
        # Many hits may not be in the rows: not certain, so hits are fetched in larger batches.
        yield TimeOrderedSearch(condition, readers, rows, deadline, is_certain=False)


@contextmanager
def _reader(seconds: float) -> Iterator[Reader]:
    """Open the index of this archive. Raises IndexMissingError, SearchTimeoutError."""
    try:
        identity = index_updates.index_identity()
    except IndexMissingError:
        if Article.objects.exists():
            raise
        yield _EmptyReader()  # an empty archive has no hits
        return
    with get_backend().reader(identity, seconds) as reader:
        yield reader


class _EmptyReader:
    """The reader of an archive that has neither stories nor an index yet."""

    def non_public(self) -> _EmptyReader:
        return self

    def newest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        return []

    oldest = newest

    def most_relevant(self, condition: Condition) -> list[Position]:
        return []

    def count(self, condition: Condition) -> int:
        return 0

    def facets(self, condition: Condition) -> Facets:
        return Facets()

    def spellings(self, word: str, limit: int) -> list[str]:
        return []

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        yield from ()

    def problems(self) -> Iterator[str]:
        yield from ()


def _encode_position(sort: Sort, position: Position) -> str:
    return _encode_cursor(
        b"o" if sort == Sort.OLDEST else b"n", position.moment, position.article_id
    )


def _decode_position(cursor: str, sort: Sort) -> Position:
    kind, moment, key = _decode_cursor(cursor)
    if kind != (b"o" if sort == Sort.OLDEST else b"n"):
        raise BadCursorError(cursor)
    return Position(moment, key)


def _encode_cursor(kind: bytes, number: int, key: int) -> str:
    return base64.urlsafe_b64encode(_CURSOR.pack(kind, number, key)).rstrip(b"=").decode()


def _decode_cursor(cursor: str) -> tuple[bytes, int, int]:
    """Return the parts of a cursor; raises BadCursorError unless :func:`_encode_cursor` made it."""
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, number, key = _CURSOR.unpack(data)
    except (ValueError, binascii.Error, struct.error) as error:
        raise BadCursorError(cursor) from error
    if _encode_cursor(kind, number, key) != cursor:
        raise BadCursorError(cursor)
    return kind, number, key
