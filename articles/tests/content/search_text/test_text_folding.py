"""Folding: which texts are the same to a search, and the offsets of folded text."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.search_text.character_folding import FOLDING_TABLE, SEPARATOR, is_cjk
from articles.content.search_text.text_folding import (
    find_exact_matches,
    find_highlights,
    find_matches,
    fold,
    fold_with_offsets,
)
from articles.tests.support.hang_guard import hang_guard

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)  # surrogates too
#: Characters that combine: marks, jamo, half-width kana, ligatures, separators, ignorable ones.
MEETING = st.text(
    alphabet="台臺湾aÉe\u0301\u3099か ｶﾞ\u1100\u1161\u11a8가각ß㈱㌀ﬁ½™，。\n\u3000\u200d\ufe0f\x00🙂"
    "ไทยา\u05b4\u05bc",
    max_size=16,
)


@pytest.mark.parametrize(
    "writings",
    [
        "计划 計劃 計畫",
        "台湾 臺灣 台灣 台\u200b湾 台\n湾 台\u3000\xa0湾",
        "着陆 著陸",
        "以后 以後",
        "里程 里程 哩程 裡程 裏程",
        "干部 幹部 乾部",
        "头发 頭髮 头發",
        "面条 麵條 麪條",
        "台风 颱風 臺風",
        "学问 學問",
        "国会 國會 国會 國会",
        "図書 圖書 图书",
        "複雜 覆雜 复杂 復雜",
        "神 神",
        "人民 人⺠",
        "taiwan Taiwan TAIWAN Ｔａｉｗａｎ tai\xadwan tai\u2060wan",
        "cafe Café Cafe\u0301 CAFÉ",
        "strasse Straße STRASSE STRAẞE",
        "aether Æther ÆTHER",
        "oeuvre œuvre",
        "lodz Łódź",
        "nguyen Nguyễn Nguyê\u0303n",
        "istanbul İstanbul ıstanbul",
        "find ﬁnd",
        "елка Ёлка",
        "αθηνα Αθήνα",
        "2021 ２０２１ ٢٠٢١ ②⓪②①",
        "km ㎞ ＫＭ",
        "ガイド ｶﾞｲﾄﾞ カ\u3099イト\u3099",
        "한글 \u1112\u1161\u11ab\u1100\u1173\u11af",
        "葛 葛\U000e0101",
        "v V Ⅴ",
    ],
)
def test_spellings_of_one_thing_fold_alike(writings: str) -> None:
    assert len({fold(writing) for writing in writings.split(" ")}) == 1


@pytest.mark.parametrize(
    "writings",
    [
        "连 联", "欠 缺", "予 豫", "辩 辨 瓣", "沪 滤", "艾 爱", "利 里",
        "か が", "ハ バ パ", "co-op coop", "台湾香港 台湾，香港",
    ],
)  # fmt: skip
def test_different_things_stay_different(writings: str) -> None:
    words = writings.split(" ")
    assert len({fold(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        (" \n，。 ", ""),
        ("Brand™ one", "brand one"),
        ("5½", "5"),
        ("a_b-c/d", "a b c d"),
        ("don't", "don t"),
        ("hello   big\n\nworld", "hello big world"),
        ("台湾 AI 時代", "台湾ai时代"),
        ("台湾 ， AI", "台湾 ai"),
        ("（台湾）「香港」", "台湾 香港"),
        ("台🙂湾", "台 湾"),
        ("3 月 5 日", "3月5日"),
        ("a\x00b", "ab"),
        ("a\ud800b", "a b"),
        ("\ufeff題", "题"),
        ("ก\u200bข ค", "กขค"),
        ("㈱台", "株 台"),
        ("人人々〇", "人人々〇"),
        ("スーパー", "スーパー"),
        ("𠀀 𪚥", "𠀀𪚥"),
        ("￼\ue000x", "x"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_time_is_not_quadratic_in_combining_marks() -> None:
    text = "א" + "\u05b0\u0591" * 300_000  # NFC of it all takes four minutes
    with hang_guard():
        assert len(fold(text)) == len(text)


@given(ANY_TEXT | MEETING)
def test_folded_text_is_letters_and_single_spaces(text: str) -> None:
    folded = fold(text)
    assert folded == folded.strip()
    assert "  " not in folded
    assert all(char == " " or unicodedata.category(char)[0] in "LMN" for char in folded)
    folded.encode()


@given(ANY_TEXT | MEETING)
def test_fold_is_idempotent_where_separators_are_still_punctuation(text: str) -> None:
    folded = fold(text)
    assert fold(folded.replace(" ", ",")) == folded
    if not any(is_cjk(char) for char in folded):
        assert fold(folded) == folded


@given(ANY_TEXT | MEETING)
def test_offsets_point_into_the_original(text: str) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    spans = list(zip(folded.starts, folded.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[0] <= other[0] and one[1] <= other[1] for one, other in pairwise(spans))
    for char, (start, end) in zip(folded.text, spans, strict=True):
        if char == " ":
            assert not {" ", SEPARATOR}.isdisjoint(text[start:end].translate(FOLDING_TABLE))
        else:
            assert char in fold(text[start:end])


@given(st.lists(st.sampled_from(["台臺颱", "后後", "aAＡ", "éÉe", "1１①", "がガ"[:1], "，、"])))
def test_any_choice_of_forms_folds_alike(forms: list[str]) -> None:
    first, last = ("".join(form[place] for form in forms) for place in (0, -1))
    assert fold(first) == fold(last)


@given(st.text(alphabet=st.characters(max_codepoint=0x52F)))
def test_case_does_not_matter(text: str) -> None:
    plain = text.replace("\u0345", "").replace("\u037a", "")  # iota below, a letter in capitals
    assert fold(plain.upper()) == fold(plain.lower()) == fold(plain)


@pytest.mark.parametrize(
    ("text", "needle", "places"),
    [
        ("ai与rain ai", "ai", [(0, 2), (8, 10)]),
        ("ai2", "ai", []),
        ("aiai", "ai", []),
        ("ai时代", "ai时", [(0, 3)]),
        ("rai时代", "ai时", []),
        ("时代ai", "代ai", [(1, 4)]),
        ("时代aid", "代ai", []),
        ("哈哈哈哈", "哈哈", [(0, 2), (2, 4)]),
        ("台湾 香港", "湾 香", [(1, 4)]),
        ("台湾香港", "湾 香", []),
        ("a b a b a", "a b a", [(0, 5)]),
        ("台湾", "", []),
        ("x1 y", "x1", [(0, 2)]),
    ],
)
def test_find_matches(text: str, needle: str, places: list[tuple[int, int]]) -> None:
    assert list(find_matches(text, needle)) == places


def matches_by_definition(text: str, needle: str) -> bool:
    """Return whether a folded text contains the needle, by a direct definition of a match."""

    def is_word(char: str) -> bool:
        return char not in ("", " ") and not is_cjk(char)

    for start in range(len(text) - len(needle) + 1):
        end = start + len(needle)
        if text[start:end] == needle:
            before, after = text[max(start - 1, 0) : start], text[end : end + 1]
            begins = not (is_word(needle[0]) and is_word(before))
            if begins and not (is_word(needle[-1]) and is_word(after)):
                return True
    return False


FEW = st.text(alphabet="台湾ab1 ，", max_size=10)


@given(FEW, FEW)
def test_find_matches_agrees_with_its_definition(text: str, needle: str) -> None:
    text, needle = fold(text), fold(needle)
    if needle:
        assert bool(list(find_matches(text, needle))) == matches_by_definition(text, needle)


def test_find_exact_matches_distinguishes_forms() -> None:
    assert list(find_exact_matches("臺灣台灣", "台灣")) == [(2, 4)]
    assert list(find_exact_matches("a.b", ".")) == [(1, 2)]
    assert list(find_exact_matches("台灣", "")) == []


@pytest.mark.parametrize(
    ("text", "needles", "places"),
    [
        ("去臺灣 和 ＡＩ", ["台湾", "AI"], [(1, 3), (6, 8)]),
        ("台灣人", ["台湾", "湾人"], [(0, 3)]),
        ("台灣香港", ["香港", "台湾"], [(0, 4)]),
        ("Cafe\u0301s and Cafe\u0301", ["café"], [(11, 16)]),
        ("台\u200b灣", ["台湾"], [(0, 3)]),
        ("台\n灣。", ["台湾"], [(0, 3)]),
        ("Straße", ["strasse"], [(0, 6)]),
        ("台灣", [], []),
    ],
)
def test_find_highlights(text: str, needles: list[str], places: list[tuple[int, int]]) -> None:
    assert find_highlights(text, map(fold, needles)) == places
