"""Alternative queries for a search without hits, with their counts."""

from __future__ import annotations

import pytest

from articles.content.search_query import unparse
from articles.content.text.edit_distance import find_nearest_words
from articles.models import Article, SearchChange
from articles.searching.alternative_queries import find_alternatives
from articles.searching.search import search
from articles.tests.support.search_fixtures import publish_indexed

pytestmark = pytest.mark.django_db


def alternatives(typed: str) -> list[tuple[str, str, int]]:
    """Return change, query string and count of each alternative."""
    with search(typed) as results:
        assert not results.page().articles
        return [
            (each.change.value, unparse(each.root), each.count.number)
            for each in find_alternatives(results)
        ]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("vacine", [("spelling", "vaccine", 2), ("spelling", "vacines", 1)]),
        ("ferry vacine", [("spelling", "ferry vaccine", 1), ("without", "ferry", 1)]),
        ("ferry 台湾 zeppelin", [("without", "ferry 台湾", 1)]),
        ("title:臺灣", [("anywhere", "臺灣", 1)]),
        ("exact:台湾", [("any-script", "台湾", 1)]),
        ("ferry date:1950", [("any-time", "ferry", 1)]),
        ("zeppelin", []),
        ("-*", []),
    ],
)  # fmt: skip
def test_alternatives(typed: str, expected: list[tuple[str, str, int]]) -> None:
    publish_indexed(
        {"title": "A", "text": "ferry to 臺灣, the vaccine"},
        {"title": "B", "text": "vaccine vacines"},
    )
    assert alternatives(typed) == expected


def test_at_most_six_terms_are_left_out() -> None:
    publish_indexed({"text": "a b c d e f g h"})
    with search("zeppelin a b c d e f g h") as results:
        assert [each.text for each in find_alternatives(results)] == ["zeppelin"]
    with search("a b c d e f g h zeppelin") as results:
        assert find_alternatives(results) == []


def test_words_of_a_withdrawn_story_are_no_spelling() -> None:
    [story] = publish_indexed({"title": "A", "text": "vaccine"})
    Article.objects.filter(pk=story.pk).update(state="withdrawn", state_reason="asked")
    SearchChange.record([story.pk])
    assert alternatives("vacine") == []


@pytest.mark.parametrize(
    ("word", "known", "nearest"),
    [
        ("prague", ["prauge"], ["prauge"]),
        ("rain", ["train", "pain", "ruin", "roan", "rian"], ["pain", "rian", "ruin", "train"]),
        ("presidnet", ["presidents", "president", "prefect"], ["president", "presidents"]),
        ("word", ["word", "sword", "world", "wald"], ["sword", "world"]),
        ("a", [], []),
    ],
)
def test_nearest_spellings(word: str, known: list[str], nearest: list[str]) -> None:
    assert find_nearest_words(word, known, 9) == nearest
