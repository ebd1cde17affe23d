"""An index and what is in it, so that what it answers can be compared with the truth."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from uuid import uuid4

from articles.content.search_query import parse
from articles.searching.backend import Place, Reader, backend
from articles.searching.conditions import Condition, is_certain, matches
from articles.searching.index_documents import Document
from articles.searching.query_resolution import resolve

NOON = 1_582_718_400_000_000  # 26 February 2020
SECOND = 1_000_000
SECONDS = 120.0  # what a search may take on a machine that has other work
DAY = 86_400 * SECOND
_numbers = itertools.count(1)


def make_document(title: str = "", text: str = "", **facts: object) -> Document:
    """Return a document; its day is that of its moment."""
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


def place_of(document: Document) -> Place:
    """Return where a document stands in the order of time."""
    return Place(document.moment, document.article_id)


def asked(typed: str) -> Condition:
    """Return the condition of what somebody types."""
    return resolve(parse(typed).root).condition


class Index:
    """An index and the documents that were put into it."""

    def __init__(self) -> None:
        self.identity = uuid4()
        self.documents: dict[int, Document] = {}

    def fill(self, *documents: Document) -> None:
        """Make the index anew with these."""
        days = [document.day for document in documents]
        busiest = max(map(days.count, set(days)), default=0)
        with backend().builder(self.identity, busiest) as writer:
            for batch in _batches(documents):
                writer.put(batch)
        self.documents = {document.article_id: document for document in documents}

    def put(self, *documents: Document) -> None:
        """Add these, or put them in the place of older ones."""
        with backend().writer(self.identity) as writer:
            writer.put(documents)
        self.documents |= {document.article_id: document for document in documents}

    def drop(self, *article_ids: int) -> None:
        """Take these out."""
        with backend().writer(self.identity) as writer:
            writer.drop(article_ids)
        for article_id in article_ids:
            self.documents.pop(article_id, None)

    def true_hits(self, condition: Condition, *, is_public: bool = True) -> list[Place]:
        """Return where those stand that fulfil the condition, the newest first."""
        half = [d for d in self.documents.values() if d.is_public == is_public]
        return sorted((place_of(d) for d in half if matches(condition, d)), reverse=True)

    def hits(self, condition: Condition | str) -> set[int]:
        """Return the keys of what the index gives and the truth confirms."""
        condition = asked(condition) if isinstance(condition, str) else condition
        with backend().reader(self.identity, SECONDS) as reader:
            found = reader.newest(condition, None, len(self.documents) + 1)
        keys = {place.article_id for place in found}
        assert len(keys) == len(found), "a hit came twice"
        return {key for key in keys if matches(condition, self.documents[key])}

    def fingerprints(self) -> list[tuple[int, int]]:
        """Return what the index says that it holds."""
        with backend().reader(self.identity, SECONDS) as reader:
            return list(reader.fingerprints())

    def assert_tells_the_truth(self, *conditions: Condition | str) -> None:
        """Compare every answer of the index with what the condition means."""
        for each in conditions:
            condition = asked(each) if isinstance(each, str) else each
            with backend().reader(self.identity, SECONDS) as reader:
                self._assert_hits(reader, condition, self.true_hits(condition))
                hidden = self.true_hits(condition, is_public=False)
                self._assert_hits(reader.hidden(), condition, hidden)

    def _assert_hits(self, reader: Reader, condition: Condition, truth: list[Place]) -> None:
        most = len(self.documents) + 1
        found = reader.newest(condition, None, most)
        assert found == sorted(found, reverse=True)
        assert not set(truth) - set(found), f"{condition} misses stories"
        if is_certain(condition):
            assert found == truth, f"{condition} gives too many stories"
        assert reader.oldest(condition, None, most) == found[::-1]
        assert sorted(reader.best(condition), reverse=True) == found
        assert reader.count(condition) == len(found)
        facets = reader.facets(condition)
        assert (facets.counted, facets.is_capped) == (len(found), False)
        for limit in (1, 3):
            assert list(walked(reader, condition, limit)) == found


def walked(reader: Reader, condition: Condition, limit: int, *, oldest: bool = False,
           ) -> Iterator[Place]:  # fmt: skip
    """Yield every hit, page by page."""
    walk = reader.oldest if oldest else reader.newest
    after: Place | None = None
    while page := walk(condition, after, limit):
        yield from page
        after = page[-1]


def _batches(documents: tuple[Document, ...]) -> Iterator[tuple[Document, ...]]:
    for start in range(0, len(documents), 500):
        yield documents[start : start + 500]
