"""Snippets: the passage of a text with the hits, and the highlighted terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.search_text.text_folding import fold
from articles.searching.conditions import Term, term
from articles.searching.query_terms import highlight_terms
from articles.searching.snippets import (
    CJK_LENGTH,
    LATIN_LENGTH,
    Piece,
    find_spans,
    make_snippet,
    split_at_hits,
)


def make_terms(*query: str) -> list[Term]:
    return [term(fold(word)) for word in query]


def render(found: list[Piece]) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in found)


def test_short_text_is_shown_whole() -> None:
    assert render(make_snippet("船隊從臺灣出發。", make_terms("台湾"))) == "船隊從[臺灣]出發。"


def test_text_without_a_hit_shows_its_beginning() -> None:
    text = "第一句说到码头。" * 40
    assert render(make_snippet(text, make_terms("台湾"))) == "第一句说到码头。" * 15 + " …"


def test_empty_text_shows_nothing() -> None:
    assert make_snippet("", make_terms("台湾")) == []


def test_chinese_is_cut_between_sentences() -> None:
    text = "码头在早上开放。" * 30 + "第二天船队从台湾出发。" + "港口在晚上关闭。" * 30
    found = render(make_snippet(text, make_terms("台湾")))
    assert "第二天船队从[台湾]出发。" in found
    assert found.startswith("… 码头在早上开放。")
    assert found.endswith("港口在晚上关闭。 …")
    assert len(found) <= CJK_LENGTH + 8


def test_latin_is_cut_between_words() -> None:
    text = "harbour " * 100 + "ferry to the island " + "harbour " * 100
    found = render(make_snippet(text, make_terms("ferry")))
    assert found.startswith("… harbour ")
    assert found.endswith("harbour  …")
    assert "[ferry] to the island" in found
    assert len(found) <= LATIN_LENGTH + 10


def test_window_with_more_terms_wins() -> None:
    text = "台湾。" + "无关的一句话。" * 100 + "台湾与香港的船。" + "无关的一句话。" * 100
    assert "[台湾]与[香港]的船。" in render(make_snippet(text, make_terms("台湾", "香港")))


def test_hit_far_in_a_long_text_is_found() -> None:
    text = "无关的一句话。" * 5_000 + "船队从臺灣出发。"
    assert "从[臺灣]出发" in render(make_snippet(text, make_terms("台湾")))


def test_prefix_of_a_longer_word_is_no_hit_at_a_chunk_border() -> None:
    for before in range(570, 640):
        assert find_spans("x" * (before - 1) + " rain rainy train", make_terms("rain")) == [
            (before, before + 4)
        ]


def test_hit_across_a_chunk_border_is_highlighted_once() -> None:
    for before in range(590, 605):
        text = "一" * before + "台湾"
        assert find_spans(text, make_terms("台湾")) == [(before, before + 2)]


def test_exact_term_highlights_only_these_characters() -> None:
    found = split_at_hits("臺灣与台湾", [term(fold("台湾"), exact="台湾")])
    assert render(found) == "臺灣与[台湾]"


@given(
    text=st.text(alphabet="台臺湾灣港ab 。,.\n<&", max_size=300),
    word=st.sampled_from(["台湾", "ab", "a"]),
)
def test_joined_pieces_are_the_text(text: str, word: str) -> None:
    assert "".join(piece.text for piece in split_at_hits(text, make_terms(word))) == text


@given(text=st.text(alphabet="台臺湾灣港ab 。,.\n<&", max_size=1500))
def test_snippet_is_a_part_of_the_text(text: str) -> None:
    found = make_snippet(text, make_terms("台湾", "ab"))
    inner = [piece.text for piece in found if piece.text not in {"… ", " …"}]
    assert "".join(inner) in text


@pytest.mark.parametrize(
    ("query", "needles"),
    [
        ("台灣 source:BBC -香港", ["台湾"]),
        ("title:(a OR b)", ["a", "b"]),
        ("source:BBC", []),
        ("！！！", []),
        ("", []),
    ],
)
def test_highlight_terms_of_a_query(query: str, needles: list[str]) -> None:
    assert [each.needle for each in highlight_terms(query)] == needles
