"""Tokens of the search index, and that lookups match neither more nor less than the needle."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from articles.content.search_text.character_folding import is_cjk
from articles.content.search_text.text_folding import find_matches, fold
from articles.content.search_text.tokenization import (
    MAX_TOKEN_LENGTH,
    IndexLookup,
    Tokens,
    plan_lookup,
    tokenize,
    unique_cjk_characters,
)

NEEDLES = 300
FEW = st.text(alphabet="台湾ab1 ，", max_size=12)
MIXED = st.text(alphabet="台臺湾香港人的时代AIai3月年，。 \né한글ーガไท\u0e31𠀀", max_size=40)
ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "main", "boundary"),
    [
        ("", "", ""),
        ("台", "台", ""),
        ("台灣與AI時代", "台湾 湾与 与 ai 时代 代", "ai时"),
        ("台湾，香港", "台湾 湾 香港 港", ""),
        ("AI，时代", "ai · 时代 代", ""),
        ("时代，AI", "时代 代 · ai", ""),
        ("2021年3月3月", "2021 年 3 月 3 月", "2021年 3月"),
        ("the A股", "the a 股", "a股"),
        ("哈哈哈", "哈哈 哈哈 哈", ""),
        ("서울 Café", "서울 울 cafe", ""),
        ("x" * 100 + "台", "x" * 64 + " 台", "x" * 64 + "台"),
    ],
)
def test_tokenize(text: str, main: str, boundary: str) -> None:
    tokens = tokenize(fold(text))
    assert tokens.main == main.split()
    assert tokens.boundary == boundary.split()


def test_characters_are_unique_and_sorted() -> None:
    assert unique_cjk_characters(fold("臺灣人在台湾 AI")) == "人台在湾"
    assert tokenize(fold("ab, cd")).characters == ""


@pytest.mark.parametrize(
    ("needle", "expected"),
    [
        ("", IndexLookup()),
        ("台", IndexLookup(characters=("台",), is_exact=True)),
        ("台湾", IndexLookup(("台湾",), is_exact=True)),
        ("台湾人", IndexLookup(("台湾", "湾人"), is_exact=True)),
        ("湾AI", IndexLookup(("湾", "ai"), is_exact=True)),
        ("AI", IndexLookup(("ai",), is_exact=True)),
        ("AI时", IndexLookup(boundary=("ai时",), is_exact=True)),
        ("AI时代", IndexLookup(("ai", "时代"), is_exact=True)),
        ("AI，时代", IndexLookup(("ai", "·", "时代"), is_exact=True)),
        ("AI，时", IndexLookup(("ai", "·"), characters=("时",))),
        ("我的AI时", IndexLookup(("我的", "的", "ai"), boundary=("ai时",))),
        ("台湾，香", IndexLookup(("台湾", "湾"), characters=("香",))),
        ("台湾，香港", IndexLookup(("台湾", "湾", "香港"), is_exact=True)),
        ("3月3", IndexLookup(("3", "月", "3"), is_exact=True)),
        ("x" * 63, IndexLookup(("x" * 63,), is_exact=True)),
        ("x" * 64, IndexLookup(("x" * 64,))),
        ("x" * 70 + "台", IndexLookup(boundary=("x" * 64 + "台",))),
    ],
)
def test_plan_lookup(needle: str, expected: IndexLookup) -> None:
    assert plan_lookup(fold(needle)) == expected


def meets(tokens: Tokens, lookup: IndexLookup) -> bool:
    """Return whether a text with these tokens meets the conditions of a lookup."""
    phrase, main = list(lookup.phrase), tokens.main
    places = (at for at, token in enumerate(main) if phrase and token == phrase[0])
    return (
        (not phrase or any(main[at : at + len(phrase)] == phrase for at in places))
        and set(lookup.boundary) <= set(tokens.boundary)
        and set(lookup.characters) <= set(tokens.characters)
    )


def assert_lookup_agrees(folded: str, needle: str) -> None:
    lookup, tokens = plan_lookup(needle), tokenize(folded)
    if any(find_matches(folded, needle)):
        assert meets(tokens, lookup)
    elif lookup.is_exact:
        assert not meets(tokens, lookup)


@st.composite
def text_and_needle(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[str, str]:
    """Return a text and a needle: a part of the text, of its folded form, or of another text."""
    text = draw(texts)
    folded = fold(text)
    kind = draw(st.sampled_from(["raw", "folded", "other"]))
    if kind == "other":
        return text, fold(draw(texts))
    source = text if kind == "raw" else folded.replace(" ", ",")
    start = draw(st.integers(0, len(source)))
    end = draw(st.integers(start, len(source)))
    return text, fold(source[start:end])


@settings(max_examples=400)
@given(text_and_needle(FEW) | text_and_needle(MIXED) | text_and_needle(ANY_TEXT))
def test_lookups_agree_with_a_text_search(both: tuple[str, str]) -> None:
    text, needle = both
    assert_lookup_agrees(fold(text), needle)


@given(st.integers(60, 68), st.integers(60, 68), st.sampled_from(["", "台", "台湾"]))
def test_lookups_of_long_words_agree_with_a_text_search(size: int, other: int, tail: str) -> None:
    assert_lookup_agrees("x" * size + tail, "x" * other + tail)


@given(ANY_TEXT | MIXED)
def test_tokens_are_safe_for_an_index(text: str) -> None:
    tokens = tokenize(fold(text))
    for token in (*tokens.main, *tokens.boundary, *tokens.characters):
        assert 0 < len(token) <= MAX_TOKEN_LENGTH + 1
        assert not re.search(r"[\x00-/:-@\[-`{-\x7fA-Z\s]", token)
        token.encode()


@given(ANY_TEXT | MIXED)
def test_every_character_is_in_the_tokens(text: str) -> None:
    folded = fold(text)
    assert set(folded) - {" "} == set("".join(tokenize(folded).main)) - {"·"}
    assert unique_cjk_characters(folded) == "".join(
        sorted({char for char in folded if is_cjk(char)})
    )


def test_lookups_agree_with_a_text_search_on_real_articles(corpus: Path) -> None:
    chance = random.Random(13)
    files = sorted(path for path in corpus.rglob("*") if path.is_file())
    texts: list[str] = []
    for path in files[:: max(1, len(files) // 400)]:
        try:
            texts.append(fold(parse_post(path.read_bytes(), bytes(path)).text))
        except (NotAPostError, PostError):
            continue
    texts = [text for text in texts if text]
    held = [(text, set(text), tokenize(text)) for text in texts]
    needles: list[str] = []
    while len(needles) < NEEDLES:
        text = chance.choice(texts)
        start = chance.randrange(len(text))
        needle = fold(text[start : start + chance.choice([1, 2, 3, 4, 8])].replace(" ", ","))
        if needle:
            needles.append(needle)
    for needle in needles:
        lookup = plan_lookup(needle)
        for text, letters, tokens in held:
            if not set(needle) - {" "} <= letters:  # every one is in the plan
                continue
            is_there = any(find_matches(text, needle))
            if is_there or lookup.is_exact:
                assert meets(tokens, lookup) == is_there, needle
