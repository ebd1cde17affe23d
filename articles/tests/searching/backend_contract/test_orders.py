"""Order of hits, pagination to the end, and capped counts and facets, in a large index."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import islice

import pytest

from articles.searching.backend import IndexMissingError, SearchTimeoutError, get_backend
from articles.searching.conditions import All, Any, Condition, DateRange, Not, OneOf, term
from articles.searching.index_documents import Document
from articles.searching.limits import COUNT_LIMIT, RELEVANCE_LIMIT
from articles.tests.searching.backend_contract.index_fixture import (
    DAY,
    NOON,
    SECOND,
    SECONDS,
    Index,
    iter_pages,
    make_document,
    position_of,
)

MANY = COUNT_LIMIT + 400
PORT, RARE, EVERYTHING = term("港口"), term("罕见的"), All()


def many() -> list[Document]:
    """Return stories of three days, thousands at one instant; one in a hundred has a rare title.

    Their primary keys are not in chronological order.
    """
    return [
        make_document(
            "罕见的港口" if number % 100 == 0 else "港口",
            article_id=number * 7_919 % 100_003 + 1,
            moment=NOON + number % 3 * DAY + number % 5 // 3 * SECOND,
            source=number % 4,
            tags=(number % 2, 7) if number % 3 else (),
            language="zh-Hant" if number % 2 else "",
            kind="video" if number % 10 == 0 else "story",
        )
        for number in range(MANY)
    ]


@pytest.fixture
def filled(index: Index) -> Index:
    """Return a large index."""
    index.fill(*many())
    return index


def test_hits_are_chronological_to_the_end(filled: Index) -> None:
    expected = sorted(map(position_of, filled.documents.values()), reverse=True)
    rare = filled.expected_hits(RARE)
    assert len(rare) == MANY // 100
    with get_backend().reader(filled.identity, SECONDS) as reader:
        assert list(iter_pages(reader, PORT, 997)) == expected
        assert list(iter_pages(reader, EVERYTHING, 5_000, oldest=True)) == expected[::-1]
        assert list(iter_pages(reader, RARE, 10)) == rare
        assert list(iter_pages(reader, RARE, 9, oldest=True)) == rare[::-1]
        assert list(islice(iter_pages(reader, PORT, 20), 200)) == expected[:200]
        for position in (
            expected[0],
            expected[4_321],
            expected[-2],
        ):  # within an instant of thousands
            after = expected.index(position) + 1
            assert reader.newest(PORT, position, 30) == expected[after : after + 30]
            assert reader.oldest(EVERYTHING, position, 3) == expected[: after - 1][::-1][:3]
        assert reader.newest(PORT, expected[-1], 5) == []
        assert reader.oldest(PORT, expected[0], 5) == []


def test_counts_and_facets_are_capped(filled: Index) -> None:
    day = dt.date(2020, 2, 27)
    with get_backend().reader(filled.identity, SECONDS) as reader:
        for condition in (PORT, EVERYTHING, Not(term("没有")), Any((PORT, RARE))):
            assert reader.count(condition) == COUNT_LIMIT + 1
        assert reader.count(RARE) == MANY // 100
        assert reader.count(DateRange(day, day)) == len(filled.expected_hits(DateRange(day, day)))
        facets = reader.facets(PORT)
        some = reader.facets(RARE)
    assert (facets.counted, facets.is_capped) == (COUNT_LIMIT, True)
    # Of the last counted day, an index may count any stories.
    last = min(document.day for document in filled.documents.values())
    sure = [each for each in filled.documents.values() if each.day > last]
    others = COUNT_LIMIT - len(sure)
    for counted, values in (
        (facets.sources, [each.source for each in sure]),
        (facets.tags, [tag for each in sure for tag in each.tags]),
        (facets.languages, [each.language for each in sure if each.language]),
        (facets.kinds, [each.kind for each in sure]),
    ):
        assert counted >= Counter(values)
        assert counted.total() <= len(values) + 2 * others
    assert facets.sources.total() == facets.kinds.total() == COUNT_LIMIT
    assert facets.months == Counter({dt.date(2020, 2, 1): COUNT_LIMIT})
    in_rare = [d for d in filled.documents.values() if d.title.startswith("罕见")]
    assert some.sources == Counter(each.source for each in in_rare)
    assert some.tags == Counter(tag for each in in_rare for tag in each.tags)
    assert some.languages == Counter(each.language for each in in_rare if each.language)
    assert some.kinds == Counter(each.kind for each in in_rare)
    assert (some.counted, some.is_capped) == (MANY // 100, False)


def test_most_relevant_hits_are_among_the_newest(filled: Index) -> None:
    with get_backend().reader(filled.identity, SECONDS) as reader:
        for condition in (PORT, EVERYTHING, OneOf("source", (1, 2))):
            best = reader.most_relevant(condition)
            assert sorted(best, reverse=True) == filled.expected_hits(condition)[:RELEVANCE_LIMIT]
        assert sorted(reader.most_relevant(RARE), reverse=True) == filled.expected_hits(RARE)


def test_most_relevant_hits_have_the_words_in_the_title_or_often(index: Index) -> None:
    filler = "别的事情还有很多。" * 20
    index.fill(
        make_document("别的", f"{filler}港口{filler}", article_id=1, moment=NOON + DAY),
        make_document("港口开放", filler * 2, article_id=2),
        make_document("别的", "港口。" * 30 + filler, article_id=3),
        make_document("别的", f"台湾{filler * 2}", article_id=4, moment=NOON + DAY),
        make_document("台湾", filler, article_id=5),
    )
    with get_backend().reader(index.identity, SECONDS) as reader:
        best: dict[str, list[int]] = {}
        conditions: dict[str, Condition] = {"港口": PORT, "台": term("台"), "": EVERYTHING}
        for name, condition in conditions.items():
            best[name] = [position.article_id for position in reader.most_relevant(condition)]
    assert set(best["港口"][:2]) == {2, 3}
    assert best["港口"][2] == 1
    assert best["台"] == [5, 4]
    assert best[""] == [4, 1, 5, 3, 2]


def test_full_day_raises_and_rolls_back(index: Index) -> None:
    index.fill(make_document("港口", article_id=1))
    more = [make_document("港口", article_id=key) for key in range(2, 5_000)]
    try:
        index.upsert(*more)
    except IndexMissingError:
        assert index.fingerprints() == [(1, index.documents[1].fingerprint)]
        index.fill(*index.documents.values(), *more)
    index.assert_matches_definition(Not(PORT))
    with get_backend().reader(index.identity, SECONDS) as reader:
        assert reader.newest(PORT, None, 6_000) == index.expected_hits(PORT)


def test_search_times_out(filled: Index) -> None:
    condition = All((Not(term("没有的")), Not(term("也没有"))))

    def search() -> None:
        with get_backend().reader(filled.identity, 0.0) as reader:
            reader.count(condition)

    with pytest.raises(SearchTimeoutError, match="longer than 0 seconds"):
        search()
    filled.assert_matches_definition(RARE)  # the next search has a new deadline
