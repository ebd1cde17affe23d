"""Property test: for random documents and conditions, hits match the definition."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.content.search_text.text_folding import fold
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
from articles.searching.index_documents import Document
from articles.tests.searching.backend_contract.index_fixture import DAY, NOON, Index, make_document

LETTERS = "台臺湾灣人3月1aAéb ，。·'한가か𠮷\u00ad"
TEXTS = st.text(LETTERS, max_size=14)
FEW = st.integers(1, 3)


def _document(facts: tuple[str, str, int, int, int, bool, bool]) -> Document:
    title, text, day, source, tag, flag, is_public = facts
    return make_document(
        title,
        text,
        moment=NOON + day * DAY,
        source=source,
        author=source if flag else None,
        tags=(tag, tag + 1) if flag else (),
        language=("zh-Hant", "zh", "en")[tag - 1],
        kind="video" if flag else "story",
        has_image=not flag,
        has_changed=flag,
        is_public=is_public,
    )


DOCUMENTS = st.lists(
    st.tuples(TEXTS, TEXTS, st.integers(-1, 1), FEW, FEW, st.booleans(), st.booleans()).map(
        _document
    ),
    min_size=5,
    max_size=30,
)


def _term(raw: str, field: bool, exact: bool) -> Condition:
    needle = fold(raw)
    return term(needle, "title" if field else "any", raw if exact else "") if needle else All()


TERMS = st.builds(_term, st.text(LETTERS, min_size=1, max_size=6), st.booleans(),
                  st.sampled_from([False] * 4 + [True]))  # fmt: skip
DATES = st.integers(-2, 2).map(lambda days: dt.date(2020, 2, 26) + dt.timedelta(days))
FACTS = st.one_of(
    st.builds(OneOf, st.sampled_from(["source", "author", "tag"]), st.tuples(FEW)),
    st.builds(OneOf, st.just("lang"), st.tuples(st.sampled_from(["zh", "zh-hant", "en"]))),
    st.builds(OneOf, st.just("kind"), st.tuples(st.sampled_from(["video", "story"]))),
    st.builds(OneOf, st.sampled_from(["image", "changed"]), st.tuples(st.integers(0, 1))),
    st.builds(DateRange, DATES, DATES),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(TERMS, TERMS, FACTS),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Any(tuple(parts))),
    ),
    max_leaves=6,
)


@pytest.mark.django_db(transaction=True)
@given(DOCUMENTS, st.lists(CONDITIONS, min_size=8, max_size=8), st.data())
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_hits_are_what_the_condition_means(
    index: Index, documents: list[Document], conditions: list[Condition], data: st.DataObject
) -> None:
    index.fill(*documents)
    keys = [document.article_id for document in documents]
    some = data.draw(st.lists(st.sampled_from(keys), max_size=4, unique=True))
    index.assert_matches_definition(
        *conditions, ArticleIds(tuple(some)), Not(ArticleIds(tuple(some)))
    )
    index.delete(*some)
    index.assert_matches_definition(*conditions[:3])
