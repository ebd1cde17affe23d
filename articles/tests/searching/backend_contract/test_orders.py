"""The order of hits, cursors to the end, counts, facets and their caps, in a large index."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import islice

import pytest

from articles.searching.backend import (
    BEST_LIMIT,
    COUNT_LIMIT,
    IndexMissingError,
    TooSlowError,
    backend,
)
from articles.searching.conditions import All, Any, Condition, Days, Not, OneOf, term
from articles.searching.index_documents import Document
from articles.tests.searching.backend_contract.indexed import (
    DAY,
    NOON,
    SECOND,
    SECONDS,
    Index,
    make_document,
    place_of,
    walked,
)

MANY = COUNT_LIMIT + 400
PORT, RARE, EVERYTHING = term("港口"), term("罕见的"), All()


def many() -> list[Document]:
    """Return stories of three days, thousands at one instant; one in a hundred is of a rare kind.

    Their keys go neither with the time nor against it.
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


def test_hits_come_in_the_order_of_time_to_the_very_end(filled: Index) -> None:
    truth = sorted(map(place_of, filled.documents.values()), reverse=True)
    rare = filled.true_hits(RARE)
    assert len(rare) == MANY // 100
    with backend().reader(filled.identity, SECONDS) as reader:
        assert list(walked(reader, PORT, 997)) == truth
        assert list(walked(reader, EVERYTHING, 5_000, oldest=True)) == truth[::-1]
        assert list(walked(reader, RARE, 10)) == rare
        assert list(walked(reader, RARE, 9, oldest=True)) == rare[::-1]
        assert list(islice(walked(reader, PORT, 20), 200)) == truth[:200]
        for place in (truth[0], truth[4_321], truth[-2]):  # within an instant of thousands
            after = truth.index(place) + 1
            assert reader.newest(PORT, place, 30) == truth[after : after + 30]
            assert reader.oldest(EVERYTHING, place, 3) == truth[: after - 1][::-1][:3]
        assert reader.newest(PORT, truth[-1], 5) == []
        assert reader.oldest(PORT, truth[0], 5) == []


def test_counts_and_facets_end_at_their_limit(filled: Index) -> None:
    day = dt.date(2020, 2, 27)
    with backend().reader(filled.identity, SECONDS) as reader:
        for condition in (PORT, EVERYTHING, Not(term("没有")), Any((PORT, RARE))):
            assert reader.count(condition) == COUNT_LIMIT + 1
        assert reader.count(RARE) == MANY // 100
        assert reader.count(Days(day, day)) == len(filled.true_hits(Days(day, day)))
        facets = reader.facets(PORT)
        some = reader.facets(RARE)
    assert (facets.counted, facets.is_capped) == (COUNT_LIMIT, True)
    # Of the last day that is looked at, an index may take any of its stories.
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


def test_the_best_are_among_the_newest(filled: Index) -> None:
    with backend().reader(filled.identity, SECONDS) as reader:
        for condition in (PORT, EVERYTHING, OneOf("source", (1, 2))):
            best = reader.best(condition)
            assert sorted(best, reverse=True) == filled.true_hits(condition)[:BEST_LIMIT]
        assert sorted(reader.best(RARE), reverse=True) == filled.true_hits(RARE)


def test_the_best_have_the_words_in_the_title_or_often(index: Index) -> None:
    filler = "别的事情还有很多。" * 20
    index.fill(
        make_document("别的", f"{filler}港口{filler}", article_id=1, moment=NOON + DAY),
        make_document("港口开放", filler * 2, article_id=2),
        make_document("别的", "港口。" * 30 + filler, article_id=3),
        make_document("别的", f"台湾{filler * 2}", article_id=4, moment=NOON + DAY),
        make_document("台湾", filler, article_id=5),
    )
    with backend().reader(index.identity, SECONDS) as reader:
        best: dict[str, list[int]] = {}
        conditions: dict[str, Condition] = {"港口": PORT, "台": term("台"), "": EVERYTHING}
        for name, condition in conditions.items():
            best[name] = [place.article_id for place in reader.best(condition)]
    assert set(best["港口"][:2]) == {2, 3}
    assert best["港口"][2] == 1
    assert best["台"] == [5, 4]
    assert best[""] == [4, 1, 5, 3, 2]


def test_a_day_that_is_full_is_told_and_nothing_is_half_written(index: Index) -> None:
    index.fill(make_document("港口", article_id=1))
    more = [make_document("港口", article_id=key) for key in range(2, 5_000)]
    try:
        index.put(*more)
    except IndexMissingError:
        assert index.fingerprints() == [(1, index.documents[1].fingerprint)]
        index.fill(*index.documents.values(), *more)
    index.assert_tells_the_truth(Not(PORT))
    with backend().reader(index.identity, SECONDS) as reader:
        assert reader.newest(PORT, None, 6_000) == index.true_hits(PORT)


def test_a_search_ends_when_its_time_is_over(filled: Index) -> None:
    condition = All((Not(term("没有的")), Not(term("也没有"))))

    def search() -> None:
        with backend().reader(filled.identity, 0.0) as reader:
            reader.count(condition)

    with pytest.raises(TooSlowError, match="longer than 0 seconds"):
        search()
    filled.assert_tells_the_truth(RARE)  # the next one has time again
