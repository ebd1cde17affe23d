"""Highlighting in stored HTML: marks in text only, everything else byte for byte."""

from __future__ import annotations

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.highlighting import highlight_html
from articles.content.search_text.text_folding import fold
from articles.searching.conditions import term
from articles.searching.snippets import find_spans

_CELLS = "<table><tbody><tr><td>{}</td> <td>{}</td></tr></tbody></table>"


def highlight(html: str, word: str) -> str:
    return highlight_html(html, partial(find_spans, terms=[term(fold(word))]))


@pytest.mark.parametrize(
    ("html", "word", "expected"),
    [
        ("<p>從臺灣出發</p>", "台湾", "<p>從<mark>臺灣</mark>出發</p>"),
        ("<p>台<b>湾</b></p>", "台湾", "<p><mark>台</mark><b><mark>湾</mark></b></p>"),
        ("<p>a &lt;b&gt; c</p>", "b", "<p>a &lt;<mark>b</mark>&gt; c</p>"),
        ("<p>AT&amp;T</p>", "AT&T", "<p><mark>AT&amp;T</mark></p>"),
        ("<p>amp &amp; lt</p>", "amp", "<p><mark>amp</mark> &amp; lt</p>"),
        ("<p>a&nbsp;b</p>", "a", "<p><mark>a</mark>&nbsp;b</p>"),
        ("<p>ferry</p><p>man</p>", "ferryman", "<p>ferry</p><p>man</p>"),
        (
            "<p><ruby>台<rt>tái</rt>湾<rt>wān</rt></ruby></p>",
            "台湾",
            "<p><ruby><mark>台</mark><rt>tái</rt><mark>湾</mark><rt>wān</rt></ruby></p>",
        ),
        (_CELLS.format("台", "湾"), "台湾", _CELLS.format("<mark>台</mark>", "<mark>湾</mark>")),
        ('<p><a href="https://a.example/p">b</a></p>', "p", None),
        ('<figure><a href="https://a.example/">a.example</a></figure>', "example", None),
        ("<p>nothing</p>", "p", None),
    ],
)
def test_highlighting(html: str, word: str, expected: str | None) -> None:
    assert highlight(html, word) == (html if expected is None else expected)


@pytest.mark.parametrize(
    "html", ["<p>a <script>a</script></p>", "<p>a<", "a <b", '<p title=">a">a</p>']
)
def test_html_that_the_check_refuses_is_unchanged(html: str) -> None:
    assert highlight(html, "a") == html


_PIECES = st.lists(
    st.sampled_from(
        ["台", "湾", "a", " ", "&lt;", "&amp;", "&nbsp;", "<b>", "</b>", "<br>", "<i>", "</i>",
         '<a href="https://a.example/">', "</a>", "</p><p>"]
    ), max_size=30,
)  # fmt: skip


@given(_PIECES, st.sampled_from(["台湾", "a", "lt", "amp", "b"]))
def test_only_marks_are_added_and_the_check_accepts_them(pieces: list[str], word: str) -> None:
    html = f"<p>{''.join(pieces)}</p>"
    new = highlight(html, word)
    assert re.sub("</?mark>", "", new) == html
    assert (first_fault(new) is None) == (first_fault(html) is None)
