"""Stream-safe text: what it is by its definition, and that markup hides no longer runs."""

from __future__ import annotations

import html
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.text.stream_safe_text import (
    MAX_COMBINING_MARKS,
    normalize_unicode,
    to_stream_safe,
    to_stream_safe_markup,
)

#: Marks of several classes, some that decompose to several, letters that end in marks.
CHARACTERS = (
    "a é ά \u0301 \u0327 \u0344 \u05b0 \u0f73 \u0f81 \u3099 \uff9e \u1ec7 \U0001d165 中".split()
)
RUNS = st.lists(
    st.tuples(st.sampled_from(CHARACTERS), st.integers(1, 70)).map(lambda pair: pair[0] * pair[1]),
    max_size=6,
).map("".join)


def longest_run(text: str) -> int:
    """Return the most combining marks in sequence after compatibility decomposition."""
    longest = run = 0
    for char in "".join(unicodedata.normalize("NFKD", each) for each in text):
        run = run + 1 if unicodedata.combining(char) else 0
        longest = max(longest, run)
    return longest


@given(RUNS)
def test_no_run_is_longer_than_the_format_allows(text: str) -> None:
    assert longest_run(to_stream_safe(text)) <= MAX_COMBINING_MARKS


@given(RUNS)
def test_only_joiners_are_added_and_only_where_needed(text: str) -> None:
    safe = to_stream_safe(text)
    assert safe.replace("\u034f", "") == text
    assert (safe == text) == (longest_run(text) <= MAX_COMBINING_MARKS)
    assert to_stream_safe(safe) == safe


@given(RUNS, st.sampled_from(["&#x{:x};", "&#{};", "&#X{:X};"]))
def test_references_to_marks_hide_no_run(text: str, reference: str) -> None:
    markup = "".join(
        reference.format(ord(char)) if unicodedata.combining(char) else char for char in text
    )
    parsed = html_to_text(clean_html(f"<p>{to_stream_safe_markup(markup)}</p>").html)
    assert longest_run(parsed) <= MAX_COMBINING_MARKS
    assert html.unescape(to_stream_safe_markup(markup)).replace("\u034f", "") == text


@given(st.text())
def test_other_markup_is_unchanged(text: str) -> None:
    markup = html.escape(text)
    if longest_run(text) <= MAX_COMBINING_MARKS:
        assert to_stream_safe_markup(markup) == markup


@given(RUNS)
def test_normalization_of_ordinary_text_is_unicodes(text: str) -> None:
    if longest_run(text) <= MAX_COMBINING_MARKS:
        assert normalize_unicode("NFC", text) == unicodedata.normalize("NFC", text)
