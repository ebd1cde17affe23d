"""An index and its documents, to compare its hits with the definition of the conditions."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from uuid import uuid4

from articles.content.search_query import parse
from articles.searching.backend import Position, Reader, get_backend
from articles.searching.conditions import Condition, is_certain, matches
from articles.searching.index_documents import Document
from articles.searching.query_resolution import resolve

NOON = 1_582_718_400_000_000  # 26 February 2020
SECOND = 1_000_000
SECONDS = 120.0  # time limit of a search, generous for a busy machine
DAY = 86_400 * SECOND
_numbers = itertools.count(1)


def make_document(title: str = "", text: str = "", **facts: object) -> Document:
    """Return a document; its default day is that of its moment in UTC."""
    number = next(_numbers)
    moment = facts.setdefault("moment", NOON)
    assert isinstance(moment, int)
    defaults: dict[str, object] = {
        "article_id": number, "title": title, "text": text, "source": 1, "author": None, "tags": (),
        "language": "zh", "kind": "story", "has_image": False, "has_changed": False,
        "is_public": True,
        "day": (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=moment)).date(),
    }  # fmt: skip
    return Document(**{**defaults, **facts})  # type: ignore[arg-type]


def position_of(document: Document) -> Position:
    """Return the chronological position of a document."""
    return Position(document.moment, document.article_id)


def parse_condition(typed: str) -> Condition:
    """Return the condition of a query string."""
    return resolve(parse(typed).root).condition


class Index:
    """An index and the documents written to it."""

    def __init__(self) -> None:
        self.identity = uuid4()
        self.documents: dict[int, Document] = {}

    def fill(self, *documents: Document) -> None:
        """Rebuild the index with these documents."""
        days = [document.day for document in documents]
        busiest = max(map(days.count, set(days)), default=0)
        with get_backend().builder(self.identity, busiest) as writer:
            for batch in _batches(documents):
                writer.upsert(batch)
        self.documents = {document.article_id: document for document in documents}

    def upsert(self, *documents: Document) -> None:
        """Add or replace documents."""
        with get_backend().writer(self.identity) as writer:
            writer.upsert(documents)
        self.documents |= {document.article_id: document for document in documents}

    def delete(self, *article_ids: int) -> None:
        """Delete articles by primary key."""
        with get_backend().writer(self.identity) as writer:
            writer.delete(article_ids)
        for article_id in article_ids:
            self.documents.pop(article_id, None)

    def expected_hits(self, condition: Condition, *, is_public: bool = True) -> list[Position]:
        """Return the positions of documents that fulfil the condition, newest first."""
        half = [d for d in self.documents.values() if d.is_public == is_public]
        return sorted((position_of(d) for d in half if matches(condition, d)), reverse=True)

    def hits(self, condition: Condition | str) -> set[int]:
        """Return the ids of the hits that fulfil the condition."""
        condition = parse_condition(condition) if isinstance(condition, str) else condition
        with get_backend().reader(self.identity, SECONDS) as reader:
            found = reader.newest(condition, None, len(self.documents) + 1)
        keys = {position.article_id for position in found}
        assert len(keys) == len(found), "duplicate hit"
        return {key for key in keys if matches(condition, self.documents[key])}

    def fingerprints(self) -> list[tuple[int, int]]:
        """Return primary key and fingerprint of the indexed articles."""
        with get_backend().reader(self.identity, SECONDS) as reader:
            return list(reader.fingerprints())

    def assert_matches_definition(self, *conditions: Condition | str) -> None:
        """Compare all results of the index with the documents that fulfil each condition."""
        for each in conditions:
            condition = parse_condition(each) if isinstance(each, str) else each
            with get_backend().reader(self.identity, SECONDS) as reader:
                self._assert_hits(reader, condition, self.expected_hits(condition))
                non_public = self.expected_hits(condition, is_public=False)
                self._assert_hits(reader.non_public(), condition, non_public)

    def _assert_hits(self, reader: Reader, condition: Condition, expected: list[Position]) -> None:
        most = len(self.documents) + 1
        found = reader.newest(condition, None, most)
        assert found == sorted(found, reverse=True)
        assert not set(expected) - set(found), f"{condition} has missing hits"
        if is_certain(condition):
            assert found == expected, f"{condition} has too many hits"
        assert reader.oldest(condition, None, most) == found[::-1]
        assert sorted(reader.most_relevant(condition), reverse=True) == found
        assert reader.count(condition) == len(found)
        facets = reader.facets(condition)
        assert (facets.counted, facets.is_capped) == (len(found), False)
        for limit in (1, 3):
            assert list(iter_pages(reader, condition, limit)) == found


def iter_pages(reader: Reader, condition: Condition, limit: int, *, oldest: bool = False,
           ) -> Iterator[Position]:  # fmt: skip
    """Yield every hit, page by page."""
    walk = reader.oldest if oldest else reader.newest
    after: Position | None = None
    while page := walk(condition, after, limit):
        yield from page
        after = page[-1]


def _batches(documents: tuple[Document, ...]) -> Iterator[tuple[Document, ...]]:
    for start in range(0, len(documents), 500):
        yield documents[start : start + 500]
