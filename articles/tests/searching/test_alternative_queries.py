"""What is offered when nothing is found, and with how many stories."""

from __future__ import annotations

import pytest

from articles.content.search_query import write
from articles.content.text.edit_distance import nearest
from articles.models import Article, SearchChange
from articles.searching.alternative_queries import hints
from articles.searching.search import search
from articles.tests.support.search_fixtures import publish_indexed

pytestmark = pytest.mark.django_db


def offered(typed: str) -> list[tuple[str, str, int]]:
    """Return how each hint differs, the search that it is, and its count."""
    with search(typed) as found:
        assert not found.page().articles
        return [(hint.way.value, write(hint.root), hint.count.number) for hint in hints(found)]


@pytest.mark.parametrize(
    ("typed", "wanted"),
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
def test_hints(typed: str, wanted: list[tuple[str, str, int]]) -> None:
    publish_indexed(
        {"title": "A", "text": "ferry to 臺灣, the vaccine"},
        {"title": "B", "text": "vaccine vacines"},
    )
    assert offered(typed) == wanted


def test_at_most_six_terms_are_left_out_in_turn() -> None:
    publish_indexed({"text": "a b c d e f g h"})
    with search("zeppelin a b c d e f g h") as found:
        assert [hint.words for hint in hints(found)] == ["zeppelin"]
    with search("a b c d e f g h zeppelin") as found:
        assert hints(found) == []


def test_words_of_a_story_that_was_withdrawn_are_no_spelling() -> None:
    [story] = publish_indexed({"title": "A", "text": "vaccine"})
    Article.objects.filter(pk=story.pk).update(state="withdrawn", state_reason="asked")
    SearchChange.note([story.pk])
    assert offered("vacine") == []


@pytest.mark.parametrize(
    ("word", "known", "found"),
    [
        ("prague", ["prauge"], ["prauge"]),
        ("rain", ["train", "pain", "ruin", "roan", "rian"], ["pain", "rian", "ruin", "train"]),
        ("presidnet", ["presidents", "president", "prefect"], ["president", "presidents"]),
        ("word", ["word", "sword", "world", "wald"], ["sword", "world"]),
        ("a", [], []),
    ],
)
def test_nearest_spellings(word: str, known: list[str], found: list[str]) -> None:
    assert nearest(word, known, 9) == found
