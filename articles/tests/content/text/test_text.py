"""Line normalization, slugs, truncation and excerpts."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.text.excerpts import make_excerpt, truncate
from articles.content.text.normalization import normalize_line
from articles.content.text.slugs import make_slug

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
def test_normalize_line(text: str, line: str) -> None:
    assert normalize_line(text) == line


@given(ANY_TEXT)
def test_normalize_line_is_clean_and_idempotent(text: str) -> None:
    line = normalize_line(text)
    assert normalize_line(line) == line
    assert line == line.strip()
    assert unicodedata.is_normalized("NFC", line)
    assert not any(unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} for char in line)
    line.encode()


@given(ANY_TEXT, st.integers(min_value=1, max_value=50))
def test_truncate_keeps_to_its_limit(text: str, limit: int) -> None:
    assert len(truncate(text, limit)) <= limit
    assert truncate(text, max(len(text), 1)) == text


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
    assert make_slug(text) == slug


@given(ANY_TEXT, st.integers(min_value=5, max_value=90))
def test_slug_is_never_empty_and_has_words_only(text: str, limit: int) -> None:
    slug = make_slug(text, limit)
    assert slug
    assert len(slug) <= max(limit, len("untitled"))
    assert all(
        char == "-" or char.isalnum() or unicodedata.category(char)[0] in "LMN" for char in slug
    )
    assert not slug.startswith("-")
    assert not slug.endswith("-")
    assert "--" not in slug


def test_excerpt_ends_at_the_end_of_a_sentence() -> None:
    text = "第一句话在这里结束。第二句话说得很长很长很长很长很长。"
    assert make_excerpt(text, 15) == "第一句话在这里结束。"
    assert make_excerpt(text, 500) == text


@given(ANY_TEXT, st.integers(min_value=10, max_value=200))
def test_excerpt_is_one_line_within_its_limit(text: str, limit: int) -> None:
    excerpt = make_excerpt(text, limit)
    assert len(excerpt) <= limit
    assert normalize_line(excerpt) == excerpt
