"""Terms: any length, both scripts, whole words, phrases, and equivalent characters."""

from __future__ import annotations

import random

import pytest

from articles.tests.searching.backend_contract.index_fixture import (
    Index,
    make_document,
    parse_condition,
)

TEXTS = {
    1: "臺灣與AI時代，計劃書",
    2: "台湾与 ai 时代的计画书",
    3: "13月的3个A股",
    4: "3月，A股大涨",
    5: "The Café in Taiwan re-opens; rain again",
    6: "cafeteria Taiwanese train",
    7: "ai，时代",
    8: "哈哈",
    9: "哈哈哈哈",
    10: "着重说明他的著作",
    11: "中华人民共和国中央人民政府",
    12: "人民的中央、政府的国",
    13: "ひらがな カタカナ と ｶﾀｶﾅ",
    14: "한국어 서울",
    15: "𠮷野家 𡃁仔",
    16: "新聞📰快訊 👨‍👩‍👧 家庭",
    17: "O'Brien said \\ 'quoted' & (odd) | !strange:* <-> %_ 100% done_now",
    18: "台\u200d湾\u00ad人、软\u00ad件",
    19: "\ufeff\x01\x1f控制\x7f字符",
    20: "我 的 ai 时 代",
    21: "No. 2020 is not in 12020",
    22: "no 12020",
}
CASES = {
    "台": {1, 2, 18}, "湾": {1, 2, 18}, "台湾": {1, 2, 18}, "臺灣": {1, 2, 18}, "台湾与": {1, 2},
    "台湾人": {18}, "臺灣与AI": {1, 2}, "台湾与AI时代": {1, 2}, "计划": {1, 2}, "計畫": {1, 2},
    "計劃書": {1, 2}, "着": {10}, "著作": {10},
    "3月": {4}, "13月": {3}, "月": {3, 4}, "A股": {3, 4}, "股": {3, 4}, "3个A股": {3}, "3": {3, 4},
    "cafe": {5}, "CAFÉ": {5}, "taiwan": {5}, "rain": {5}, "train": {6}, "ai": {1, 2, 7, 20},
    "ai时代": {1, 2, 20}, '"ai，时代"': {7}, "re-opens": {5}, "reopens": set(),
    '"opens; rain"': {5},
    "哈": {8, 9}, "哈哈": {8, 9}, "哈哈哈": {9}, "哈哈哈哈": {9}, "哈哈哈哈哈": set(),
    "中央人民政府": {11}, "人民共和国中央": {11}, "人民政府": {11}, "中央": {11, 12},
    "らが": {13}, "かな": set(),
    "カタカナ": {13}, "ｶﾀｶﾅ": {13}, "한국": {14}, "서": {14}, "울": {14},
    "𠮷": {15}, "𠮷野": {15}, "𡃁仔": {15}, "快讯": {16}, "家庭": {16}, "O'Brien": {17},
    "'quoted'": {17}, "100%": {17}, "done": {17}, "软件": {18}, "控制字符": {19}, "我的ai": {20},
    "没有": set(), "zebra": set(),
}  # fmt: skip


@pytest.fixture
def filled(index: Index) -> Index:
    """Return an index of the texts, under titles that say nothing."""
    index.fill(*(make_document(text=text, article_id=key) for key, text in TEXTS.items()))
    return index


def test_terms_have_the_expected_hits(filled: Index) -> None:
    found = {typed: filled.hits(typed) for typed in CASES}
    assert found == CASES
    filled.assert_matches_definition(*CASES)


def test_combined_terms_have_the_expected_hits(filled: Index) -> None:
    cases = {
        "台湾 时代": {1, 2}, "台湾 -书": {18}, "3月 OR 13月": {3, 4}, "(3月 OR 13月) -涨": {3},
        "台湾 (书 OR 人)": {1, 2, 18}, "-台湾 ai": {7, 20}, "哈哈 -哈哈哈": {8},
        "台湾 zebra": set(),
        "台湾 -(书 -与)": {1, 2, 18}, "-哈哈哈": set(TEXTS) - {9}, "-台湾": set(TEXTS) - {1, 2, 18},
        "(台湾 人) OR (中央 -共和)": {12, 18},
    }  # fmt: skip
    assert {typed: filled.hits(typed) for typed in cases} == cases
    filled.assert_matches_definition(*cases)


def test_exact_terms_have_the_expected_hits(filled: Index) -> None:
    cases = {
        "exact:臺灣": {1}, "exact:台湾": {2}, "-exact:臺灣": set(TEXTS) - {1}, "exact:Café": {5},
        "台湾 -exact:臺灣": {2, 18}, "exact:計劃書 OR exact:计画书": {1, 2},
        "exact:2020": {21}, "exact:No": {21},
        '"台湾人" -exact:台湾人': {18},
    }  # fmt: skip
    assert {typed: filled.hits(typed) for typed in cases} == cases
    filled.assert_matches_definition(*cases)


def test_title_terms_match_only_titles(index: Index) -> None:
    index.fill(
        make_document("港口3月开放", "市长到了港口", article_id=1),
        make_document("市长", "港口3月开放 port reopens", article_id=2),
        make_document("Port reopens today", "港 口", article_id=3),
    )
    cases = {
        "title:港口": {1}, "港口": {1, 2, 3}, "title:港": {1}, "title:3月": {1}, "3月": {1, 2},
        "title:reopens": {3}, "reopens": {2, 3}, "-title:港口": {2, 3}, "title:港口3月开放": {1},
        "title:市长 港口": {2}, 'title:"port reopens"': {3}, "title:港口 -title:市长": {1},
    }  # fmt: skip
    assert {typed: index.hits(typed) for typed in cases} == cases
    index.assert_matches_definition(*cases)


def test_no_needle_spans_title_and_text(index: Index) -> None:
    index.fill(make_document("今天台", "湾的人 port", article_id=1), make_document("air", "port"))
    cases = {"台湾": set(), "天台": {1}, '"air port"': set(), "湾的": {1}}
    assert {typed: index.hits(typed) for typed in cases} == cases


def test_the_end_of_a_long_text_is_found(index: Index) -> None:
    chance = random.Random(7)
    filler = "".join(chr(chance.randint(0x4E00, 0x5FFF)) for _ in range(40_000))
    words = " ".join(f"w{number}" for number in range(20_000))
    index.fill(
        make_document("一", filler + "末尾的针眼", article_id=1),
        make_document("二", f"{words} needle in 3月", article_id=2),
        make_document("三", "一二三", article_id=3),
    )
    cases = {"针眼": {1}, "尾的针眼": {1}, "眼": {1}, "末尾的针": {1}, "needle": {2}, "3月": {2},
             '"needle in 3月"': {2}, "w19999": {2}, '"w19999 needle"': {2}, "w20000": set(),
             "针眼 OR needle": {1, 2}, "-针眼": {2, 3}}  # fmt: skip
    assert {typed: index.hits(typed) for typed in cases} == cases
    index.assert_matches_definition(*cases)


def test_text_with_too_many_different_tokens_is_found(index: Index) -> None:
    chance = random.Random(8)
    letters = [chr(code) for code in range(0x4E00, 0x9FA5)]
    text = "".join(chance.choices(letters, k=300_000))
    index.fill(
        make_document("长文", text + "末尾的针眼3月 needle", article_id=1, source=7, tags=(5,)),
        make_document("短文", "needle", article_id=2, source=8),
    )
    cases = {"针眼": {1}, "末尾的针眼": {1}, "3月": {1}, "needle": {1, 2}, "-needle": set(),
             "长": {1}, "title:长文": {1}, "-针眼": {2}, "needle -针眼": {2}, "短文": {2},
             "不存在的": set()}  # fmt: skip
    assert {typed: index.hits(typed) for typed in cases} == cases
    index.assert_matches_definition(*cases)


def test_words_beyond_the_token_length_limit_are_distinguished(index: Index) -> None:
    word = "x" * 80
    index.fill(
        make_document(text=word, article_id=1),
        make_document(text=word + "y", article_id=2),
        make_document(text=f"台湾{word}人", article_id=3),
    )
    assert index.hits(word) == {1, 3}
    assert index.hits(word + "y") == {2}
    assert index.hits(f"{word}人") == {3}
    index.assert_matches_definition(word, word + "y", f"台湾{word}", f"-{word}")


def test_everything_and_nothing(filled: Index) -> None:
    assert filled.hits("") == set(TEXTS)
    assert filled.hits("，。") == set(TEXTS)
    assert filled.hits("source:nobody") == set()
    assert parse_condition("source:nobody") == parse_condition("tag:nothing")
    filled.assert_matches_definition("", "，。", "source:nobody", "-source:nobody",
                                  "台湾 source:nobody", "台湾 OR source:nobody",
                                  "台湾 -source:nobody")  # fmt: skip
