"""A search from what was typed to a page of stories: asked of the index, made sure of by the
archive.

The index may be a moment behind, and tokens don't tell everything. So whatever it gives is looked
at again where that matters: a story that was changed or withdrawn since is found as it is now, or
not at all.
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

from articles.content.search_query import Filter, Node, Query, parse, write
from articles.models import Article, SearchChange
from articles.searching import index_updates
from articles.searching.backend import (
    COUNT_LIMIT,
    Facets,
    IndexMissingError,
    Place,
    Reader,
    TooSlowError,
    backend,
)
from articles.searching.conditions import All, Condition, is_certain, matches
from articles.searching.index_documents import load
from articles.searching.query_resolution import resolve

SECONDS = 5.0  # a search that takes longer is given up
_AGAIN_LIMIT = 300  # uncertain hits that a count looks at again; more would take a second
_FETCH = 100  # hits asked for at once where some may be none
SPELLINGS = 5  # of a word that may be tried
_CURSOR = struct.Struct(">cqq")


class Sort(StrEnum):
    """The order of hits."""

    NEWEST = "newest"
    OLDEST = "oldest"
    RELEVANCE = "relevance"


class BadCursorError(ValueError):
    """A cursor that no page has given."""


@dataclass(frozen=True, slots=True)
class Page:
    """Hits in their order, and the cursor behind them, empty at the end."""

    articles: list[Article]
    next: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many hits there are: exactly, or at least so many."""

    number: int
    is_exact: bool


class Hits:
    """What is found by walks in the order of time, made sure of by the archive.

    ``readers`` are walked side by side. ``rows`` are the articles that may be found: what is none
    of them is none of the hits, whatever the index says.
    """

    def __init__(
        self,
        condition: Condition,
        readers: Sequence[Reader],
        rows: QuerySet[Article],
        until: float,
        *,
        is_certain: bool,
    ) -> None:
        self.condition = condition
        self._readers = readers
        self._rows = rows
        self._until = until
        self._certain = is_certain

    def in_time(self, sort: Sort, after: Place | None, size: int) -> list[tuple[Place, Article]]:
        """Return ``size`` hits behind ``after``, fewer at the end. Raises TooSlowError."""
        found: list[tuple[Place, Article]] = []
        while len(found) < size:
            self._check_time()
            wanted = size - len(found)
            places = self._walk(sort, after, wanted if self._certain else max(wanted, _FETCH))
            found += self._confirmed(places)
            if not places:
                break
            after = places[-1]
        return found[:size]

    def _walk(self, sort: Sort, after: Place | None, limit: int) -> list[Place]:
        is_oldest = sort == Sort.OLDEST
        walks = [
            (reader.oldest if is_oldest else reader.newest)(self.condition, after, limit)
            for reader in self._readers
        ]
        return list(islice(merge(*walks, reverse=not is_oldest), limit))

    def _confirmed(self, places: Sequence[Place]) -> list[tuple[Place, Article]]:
        """Return those hits that the archive confirms, with their stories, in the same order."""
        keys = [place.article_id for place in places]
        stories = {article.pk: article for article in self._rows.filter(pk__in=keys)}
        again = set(stories)
        if self._certain:
            changed = SearchChange.objects.filter(article_id__in=keys)
            again.intersection_update(changed.values_list("article_id", flat=True))
        if again:
            self._check_time()
            for document in load(again):
                if not matches(self.condition, document):
                    stories.pop(document.article_id, None)
        return [(place, stories[key]) for place, key in zip(places, keys, strict=True)
                if key in stories]  # fmt: skip

    def _check_time(self) -> None:
        if time.monotonic() > self._until:
            raise TooSlowError(f"the search took longer than {SECONDS:g} seconds")


class Search(Hits):
    """A reader's search over one state of the index, in a ``with`` block of :func:`search`."""

    def __init__(self, query: Query, reader: Reader, until: float) -> None:
        resolved = resolve(query.root)
        rows = Article.objects.published().for_lists()
        certain = is_certain(resolved.condition)
        super().__init__(resolved.condition, [reader], rows, until, is_certain=certain)
        self.query = query
        self.unknown: list[Filter] = resolved.unknown
        self._reader = reader

    def again(self, root: Node) -> Search:
        """Return another search over the same state of the index, within the same time."""
        return Search(Query(root, (), write(root)), self._reader, self._until)

    def page(self, sort: Sort = Sort.NEWEST, after: str = "", size: int = 20) -> Page:
        """Return the hits behind the cursor ``after``. Raises BadCursorError, TooSlowError."""
        if sort == Sort.RELEVANCE:
            return self._best(after, size)
        return self._page(sort, _place(after, sort) if after else None, size)

    def every(self, sort: Sort = Sort.NEWEST) -> Iterator[Article]:
        """Yield every hit to the end, in the order of time."""
        after = ""
        while True:
            page = self.page(sort, after, 500)
            yield from page.articles
            if not page.next:
                return
            after = page.next

    def count(self) -> Count:
        """Return how many hits there are."""
        number = self._reader.count(self.condition)
        if number > COUNT_LIMIT:
            return Count(COUNT_LIMIT, is_exact=False)
        again = not self._certain or SearchChange.objects.exists()
        if again and number <= _AGAIN_LIMIT:
            places = self._reader.newest(self.condition, None, number)
            number = len(self._confirmed(places))
        return Count(number, is_exact=True)

    def facets(self) -> Facets:
        """Return the facets of the newest hits."""
        return self._reader.facets(self.condition)

    def spellings(self, word: str) -> list[str]:
        """Return words spelled nearly like a folded Latin word; show those alone that are found."""
        return self._reader.spellings(word, SPELLINGS)

    def _page(self, sort: Sort, after: Place | None, size: int) -> Page:
        found = self.in_time(sort, after, size + 1)
        articles = [article for _, article in found[:size]]
        return Page(articles, _cursor(sort, found[size - 1][0]) if len(found) > size else "")

    def _best(self, after: str, size: int) -> Page:
        """Return a page of the best hits; behind them the older ones follow in their order."""
        kind, number, key = _unpacked(after) if after else (b"b", 0, 0)
        if kind == b"n":
            return self._page(Sort.NEWEST, Place(number, key), size)
        if kind != b"b" or number < 0:
            raise BadCursorError(after)
        best = self._reader.best(self.condition)
        articles: list[Article] = []
        while number < len(best) and len(articles) < size:
            wanted = size - len(articles)
            articles += [article for _, article in self._confirmed(best[number : number + wanted])]
            number += wanted
        if number < len(best):
            return Page(articles, _packed(b"b", number, 0))
        if not best or not self._reader.newest(self.condition, min(best), 1):
            return Page(articles, "")
        return Page(articles, _cursor(Sort.NEWEST, min(best)))


@contextmanager
def search(typed: str, seconds: float = SECONDS) -> Iterator[Search]:
    """Search the public articles for what was typed.

    Raises IndexMissingError, and TooSlowError also in the middle of the block.
    """
    query = parse(typed)
    with _reader(seconds) as reader:
        yield Search(query, reader, time.monotonic() + seconds)


@contextmanager
def search_among(
    rows: QuerySet[Article], typed: str, *also: Condition, seconds: float = SECONDS
) -> Iterator[Hits]:
    """Search any articles for what was typed: those of ``rows``, public or not.

    ``also`` is what they are known to fulfil: it spares a look at others. Raises IndexMissingError,
    and TooSlowError also in the middle of the block.
    """
    condition = All((resolve(parse(typed).root, rows).condition, *also))
    with _reader(seconds) as reader:
        readers = [reader, reader.hidden()]
        until = time.monotonic() + seconds
        # Many a hit may be none of the rows: it is asked for more of them at once.
        yield Hits(condition, readers, rows, until, is_certain=False)


@contextmanager
def _reader(seconds: float) -> Iterator[Reader]:
    """Open the index of this archive. Raises IndexMissingError, TooSlowError."""
    try:
        name = index_updates.identity()
    except IndexMissingError:
        if Article.objects.exists():
            raise
        yield _Nothing()  # an archive without a story finds none
        return
    with backend().reader(name, seconds) as reader:
        yield reader


class _Nothing:
    """The reader of an archive that has no story and no index yet."""

    def hidden(self) -> _Nothing:
        return self

    def newest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        return []

    oldest = newest

    def best(self, condition: Condition) -> list[Place]:
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


def _cursor(sort: Sort, place: Place) -> str:
    return _packed(b"o" if sort == Sort.OLDEST else b"n", place.moment, place.article_id)


def _place(cursor: str, sort: Sort) -> Place:
    kind, moment, key = _unpacked(cursor)
    if kind != (b"o" if sort == Sort.OLDEST else b"n"):
        raise BadCursorError(cursor)
    return Place(moment, key)


def _packed(kind: bytes, number: int, key: int) -> str:
    return base64.urlsafe_b64encode(_CURSOR.pack(kind, number, key)).rstrip(b"=").decode()


def _unpacked(cursor: str) -> tuple[bytes, int, int]:
    """Return the parts of a cursor; only what :func:`_packed` gives is one."""
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        kind, number, key = _CURSOR.unpack(data)
    except (ValueError, binascii.Error, struct.error) as error:
        raise BadCursorError(cursor) from error
    if _packed(kind, number, key) != cursor:
        raise BadCursorError(cursor)
    return kind, number, key
