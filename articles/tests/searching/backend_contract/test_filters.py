"""Filters: outlets, authors, topics, languages, kinds, days and ids."""

from __future__ import annotations

import datetime as dt

import pytest

from articles.searching.conditions import (
    All,
    Any,
    ArticleIds,
    Condition,
    DateRange,
    Not,
    OneOf,
    term,
)
from articles.tests.searching.backend_contract.index_fixture import DAY, NOON, Index, make_document

FIRST, LAST = dt.date.min, dt.date.max
PORT = term("港口")


@pytest.fixture
def filled(index: Index) -> Index:
    """Return an index of stories with different facts."""
    index.fill(
        make_document("港口", source=1, author=1, tags=(1, 2), article_id=1, language="zh-Hant-TW"),
        make_document("港口", source=11, author=2, tags=(12,), article_id=2, language="zh-Hans"),
        make_document("port", source=2, tags=(1,), article_id=3, language="en", kind="video",
                      has_image=True, moment=NOON - DAY),
        make_document("港口", source=1, article_id=4, language="", kind="gallery", has_changed=True,
                      has_image=True, moment=NOON + DAY),
        make_document("s1 t1 lzh kstory", source=3, article_id=5, moment=-NOON, language="lzh"),
    )  # fmt: skip
    return index


CASES: list[tuple[Condition, set[int]]] = [
    (OneOf("source", (1,)), {1, 4}), (OneOf("source", (1, 2)), {1, 3, 4}),
    (OneOf("source", (9,)), set()), (OneOf("author", (1,)), {1}), (OneOf("author", (1, 2)), {1, 2}),
    (Not(OneOf("author", (1,))), {2, 3, 4, 5}), (OneOf("tag", (1,)), {1, 3}),
    (OneOf("tag", (2, 12)), {1, 2}), (Not(OneOf("tag", (1,))), {2, 4, 5}),
    (OneOf("lang", ("zh",)), {1, 2}), (OneOf("lang", ("zh-hant",)), {1}),
    (OneOf("lang", ("zh-hant-tw",)), {1}), (OneOf("lang", ("en",)), {3}),
    (All((term("港"), OneOf("lang", ("zh-hant",)))), {1}),
    (All((term("港"), OneOf("lang", ("x'y\\z",)))), set()),
    (OneOf("lang", ("x'y\\z",)), set()), (OneOf("kind", ("video", "gallery")), {3, 4}),
    (OneOf("image", (1,)), {3, 4}), (OneOf("image", (0,)), {1, 2, 5}),
    (OneOf("changed", (1,)), {4}),
    (DateRange(dt.date(2020, 2, 26), dt.date(2020, 2, 26)), {1, 2}),
    (DateRange(FIRST, dt.date(2020, 2, 25)), {3, 5}),
    (DateRange(dt.date(2020, 2, 26), LAST), {1, 2, 4}),
    (DateRange(FIRST, LAST), {1, 2, 3, 4, 5}),
    (DateRange(dt.date(2020, 2, 27), dt.date(2020, 2, 25)), set()),
    (Not(DateRange(dt.date(2020, 2, 26), LAST)), {3, 5}),
    (ArticleIds((1, 3, 99)), {1, 3}), (ArticleIds(()), set()),
    (Not(ArticleIds((1, 3))), {2, 4, 5}), (All(()), {1, 2, 3, 4, 5}), (Any(()), set()),
    (Not(All(())), set()), (Not(Any(())), {1, 2, 3, 4, 5}),
    (All((PORT, OneOf("source", (1,)))), {1, 4}), (All((PORT, Not(OneOf("source", (1,))))), {2}),
    (All((PORT, DateRange(dt.date(2020, 2, 27), LAST))), {4}),
    (All((PORT, Not(DateRange(dt.date(2020, 2, 27), LAST)))), {1, 2}),
    (All((PORT, ArticleIds((2, 3)))), {2}), (Any((PORT, ArticleIds((3,)))), {1, 2, 3, 4}),
    (Any((OneOf("kind", ("video",)), All((PORT, OneOf("tag", (12,)))))), {2, 3}),
    (All((PORT, Any(()))), set()), (Any((PORT, All(()))), {1, 2, 3, 4, 5}),
    (All((PORT, Any((OneOf("source", (11,)), DateRange(dt.date(2020, 2, 27), LAST))))), {2, 4}),
    (All((DateRange(FIRST, dt.date(2020, 2, 26)), DateRange(dt.date(2020, 2, 26), LAST))), {1, 2}),
    (OneOf("source", ()), set()), (All((PORT, OneOf("source", ()))), set()),
    (All((PORT, Not(OneOf("source", ())))), {1, 2, 4}),
]  # fmt: skip


def test_facts_have_the_expected_hits(filled: Index) -> None:
    for condition, expected in CASES:
        assert filled.hits(condition) == expected, condition
        filled.assert_matches_definition(condition)


def test_fact_tokens_are_not_words_of_a_text(filled: Index) -> None:
    for typed, expected in {"s1": {5}, "t1": {5}, "kstory": {5}, "lzh": {5}, "t": set()}.items():
        assert filled.hits(typed) == expected


def test_day_is_the_calendar_day(index: Index) -> None:
    """Near midnight the day of a story may differ from the day of its moment in UTC."""
    day = dt.date(2020, 2, 26)
    moments = {1: NOON - DAY, 2: NOON - DAY // 2 - 1, 3: NOON, 4: NOON + DAY // 2, 5: NOON + DAY}
    index.fill(
        *(make_document("港口", article_id=k, moment=m, day=day) for k, m in moments.items()),
        make_document("港口", day=day - dt.timedelta(1)),
        make_document("港口", day=day + dt.timedelta(1)),
    )
    for condition in (DateRange(day, day), All((PORT, DateRange(day, day)))):
        assert index.hits(condition) == set(moments)
        index.assert_matches_definition(condition)
