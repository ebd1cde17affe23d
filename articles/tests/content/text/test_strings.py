"""``content.text``: single lines, slugs and excerpts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.text.excerpts import cut, excerpt_of
from articles.content.text.normalization import one_line
from articles.content.text.slugs import slug_of

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200)  # surrogates too


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" 港口\n今日\t恢复 ", "港口 今日 恢复"),
        ("港口\x00\x1b今日", "港口今日"),
        ("港口\u2028今日\u2029", "港口 今日"),
        ("\u202e逆\u202c", "逆"),
        ("e\u0301", "é"),
        ("a\u3000b\xa0c", "a b c"),
        ("\ufeff题", "题"),
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(ANY_TEXT)
def test_one_line_is_clean_and_idempotent(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert line == line.strip()
    assert unicodedata.is_normalized("NFC", line)
    assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in line)
    line.encode()


@given(ANY_TEXT, st.integers(min_value=1, max_value=50))
def test_cut_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(cut(text, limit)) <= limit
    assert cut(text, max(len(text), 1)) == text


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("港口今日恢复通航", "港口今日恢复通航"),
        ("Harbour re-opens: what's next?", "harbour-re-opens-what-s-next"),
        ("[國際] 港口／碼頭", "國際-港口-碼頭"),
        ("ＡＢＣ１２３", "abc123"),
        ("a_b", "a-b"),
        ("——！！！——", "untitled"),
        ("", "untitled"),
        ("../../etc", "etc"),
    ],
)
def test_slug(text: str, slug: str) -> None:
    assert slug_of(text) == slug


@given(ANY_TEXT, st.integers(min_value=5, max_value=90))
def test_slug_is_never_empty_and_holds_words_only(text: str, limit: int) -> None:
    slug = slug_of(text, limit)
    assert slug
    assert len(slug) <= max(limit, len("untitled"))
    assert all(
        char == "-" or char.isalnum() or unicodedata.category(char)[0] in "LMN" for char in slug
    )
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug


def test_excerpt_ends_behind_a_sentence_where_one_ends() -> None:
    text = "第一句话在这里结束。第二句话说得很长很长很长很长很长。"
    assert excerpt_of(text, 15) == "第一句话在这里结束。"
    assert excerpt_of(text, 500) == text


@given(ANY_TEXT, st.integers(min_value=10, max_value=200))
def test_excerpt_is_one_line_within_its_limit(text: str, limit: int) -> None:
    excerpt = excerpt_of(text, limit)
    assert len(excerpt) <= limit
    assert one_line(excerpt) == excerpt
