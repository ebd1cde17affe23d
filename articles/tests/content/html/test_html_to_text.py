"""``html_to_text``, which reads tags with regular expressions, agrees with an HTML parser."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.tests.support.html_fuzzing import random_document, random_feed_html


@given(st.integers(0, 2**32), st.sampled_from([random_document, random_feed_html]))
@settings(max_examples=400)
def test_text_has_the_characters_that_a_parser_finds(seed: int, generate: object) -> None:
    assert callable(generate)
    html = clean_html(generate(Random(seed))).html
    body = LexborHTMLParser(html).body
    expected = body.text(deep=True) if body else ""
    assert "".join(html_to_text(html, include_readings=True).split()) == "".join(expected.split())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("甲 &amp;lt; 乙", "甲 &lt; 乙"),
        ("<p>甲\n乙&nbsp; 丙</p>", "甲 乙 丙"),
        ("<pre>a\n  b\n\nc</pre><p>甲  乙</p>", "a\nb\n\nc\n\n甲 乙"),
        ("<p><ruby>漢<rt>かん</rt></ruby>字</p>", "漢字"),
        ("<p><ruby>漢<rt>a<ruby>b<rt>c</rt></ruby>d</rt></ruby>字</p>", "漢字"),
        ("<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>", "1\t2"),
        ("<p>甲</p><hr><p>乙</p>", "甲\n\n乙"),
        ('<figure><a href="https://vimeo.com/1">vimeo.com/<b>1</b></a></figure><p>甲</p>', "甲"),
        ('<figure><a href="https://a.example/1">甲</a></figure>', "甲"),
        ('<p><a href="https://vimeo.com/1">甲</a></p>', "甲"),
    ],
)
def test_blocks_line_breaks_and_omitted_parts(html: str, text: str) -> None:
    assert clean_html(html).html == html
    assert html_to_text(html) == text
