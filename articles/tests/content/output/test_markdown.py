"""Bodies as CommonMark: a CommonMark parser finds the same text, and no other markup."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.html_to_text import html_to_text
from articles.content.output.markdown import html_to_markdown
from articles.content.output.text_documents import markdown_document, text_document
from articles.content.post_file.parsing import parse_post
from articles.tests.content.output.test_citations import BARE, HOSTILE, WORK

SITE = "https://archive.example"
_PARSER = MarkdownIt("commonmark", {"maxNesting": 500})
_SIGNS = r"*_`~#>+-=|[](){}<>!&\:.;1 2　甲“乙”a"
_TEXT = st.text(st.sampled_from(_SIGNS), max_size=12) | st.sampled_from(
    ["1. ", "# ", "- ", "***", "---", "===", "```", "~~~", "<script>", "&lt;", "[a]: b", "![", "> "]
)


def read(text: str) -> str:
    """Return the sanitized HTML that a CommonMark parser makes of ``text``."""
    return clean_html(_PARSER.render(text)).html


def words(html: str) -> str:
    """Return the text of clean HTML, the labels of videos included, on one line."""
    shown = html.replace("<figure>", "<blockquote>").replace("</figure>", "</blockquote>")
    return " ".join(html_to_text(shown).split())


@st.composite
def phrases(draw: st.DrawFn, depth: int = 2) -> str:
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        tag = draw(st.sampled_from("b strong i em a code q sup span br img".split()))
        if not depth or draw(st.booleans()):
            parts.append(escape(draw(_TEXT)))
        elif tag in {"br", "img"}:
            parts.append("<br>" if tag == "br" else '<img src="/i/0123456789abcdef" alt="[x](y)">')
        else:
            href = ' href="https://a.example/(x)?a&amp;lt=1"' if tag == "a" else ""
            parts.append(f"<{tag}{href}>{draw(phrases(depth - 1))}</{tag}>")
    return "".join(parts)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 2) -> str:
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        tag = draw(
            st.sampled_from("p h2 h6 pre hr blockquote ul ol figure table details dl".split())
        )
        if tag in {"p", "h2", "h6", "pre"} or not depth:
            tag = tag if tag in {"h2", "h6", "pre"} else "p"
            parts.append(f"<{tag}>{draw(phrases())}</{tag}>")
            continue
        inner = draw(bodies(depth - 1)) or draw(phrases())
        shapes = {
            "hr": "<hr>",
            "ul": f"<ul><li>{inner}</li><li>{draw(phrases())}</li></ul>",
            "ol": f'<ol start="9"><li>{inner}</li><li value="3">{draw(phrases())}</li></ol>',
            "table": f"<table><tbody><tr><td>{inner}</td></tr></tbody></table>",
            "details": f"<details><summary>{draw(phrases())}</summary>{inner}</details>",
            "dl": f"<dl><dt>{draw(phrases())}</dt><dd>{inner}</dd></dl>",
        }
        parts.append(shapes.get(tag, f"<{tag}>{inner}</{tag}>"))
    return "".join(parts)


@settings(max_examples=60)
@given(bodies())
def test_parser_finds_text_and_pictures_of_any_body(html: str) -> None:
    stored = clean_html(html).html
    made = _PARSER.render(html_to_markdown(stored, SITE))
    assert "<script" not in made
    assert made.count(f'<img src="{SITE}/i/') == made.count("<img ") == stored.count("<img ")
    assert words(read(html_to_markdown(stored, ""))) == words(stored)


@pytest.mark.parametrize(
    "path",
    sorted((Path(__file__).parents[4] / "samples" / "posts").rglob("20*.md")),
    ids=lambda path: path.stem,
)
def test_parser_finds_the_text_of_every_sample(path: Path) -> None:
    html = parse_post(path.read_bytes(), path.name.encode()).html
    with_readings = re.sub("<rt>(.*?)</rt>", r"（\1）", re.sub("<rp>.*?</rp>", "", html))
    assert words(read(html_to_markdown(html, ""))) == words(with_readings)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>甲<b>乙</b>丙<i>丁</i></p>", "甲**乙**丙*丁*"),
        ("<p>他说<b>“好”</b>了</p>", "他说<strong>“好”</strong>了"),
        ("<p><b>甲</b><b>乙</b></p>", "**甲**<strong>乙</strong>"),
        ("<p><b>甲 </b>乙</p>", "**甲** 乙"),
        ("<p>甲<br>乙<br></p>", "甲\\\n乙"),
        ("<h2>第一<br>章 #</h2><p># 不是</p>", "## 第一 章 \\#\n\n\\# 不是"),
        ("<p>1. 不是</p><p>- 不是</p><p>-5 度</p>", "1\\. 不是\n\n\\- 不是\n\n-5 度"),
        ("<p>&lt;script&gt; a_b *c* &amp;lt;</p>", "\\<script> a\\_b \\*c\\* \\&lt;"),
        ("<ul><li>甲</li><li>乙</li></ul><ul><li>丙</li></ul>", "- 甲\n- 乙\n\n+ 丙"),
        ('<ol start="3"><li>甲</li><li>乙</li></ol>', "3. 甲\n4. 乙"),
        ("<ul><li><p>甲</p><p>乙</p></li></ul>", "- 甲\n\n  乙"),
        ("<blockquote><p>甲</p><p>乙</p></blockquote>", "> 甲\n>\n> 乙"),
        ("<pre>a ``` b\n  c</pre>", "````\na ``` b\n  c\n````"),
        ("<p><code>a`b</code></p>", "``a`b``"),
        ("<p><code>a</code><code>b*</code> c</p>", "`a`<code>b\\*</code> c"),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>字</p>", "漢（かん）字"),
        ("<p>10<sup>2</sup></p>", "10<sup>2</sup>"),
        ("<p>甲</p><hr><p>乙</p>", "甲\n\n***\n\n乙"),
        ('<p>看!<a href="https://a.example/(x)">[此]</a></p>',
         "看\\![\\[此\\]](<https://a.example/(x)>)"),
        ('<figure><img src="/i/0123456789abcdef" alt="船]"><figcaption>船</figcaption></figure>',
         "![船\\]](https://archive.example/i/0123456789abcdef)\n\n船"),
        ('<figure><a href="https://www.youtube.com/watch?v=abcdefghijk">youtube.com</a></figure>',
         "[youtube.com](https://www.youtube.com/watch?v=abcdefghijk)"),
        ("<table><tbody><tr><td>甲</td><td><pre>a\n\nb</pre></td></tr></tbody></table>",
         "<table><tbody><tr><td>甲</td><td><pre>a&#10;&#10;b</pre></td></tr></tbody></table>"),
        ("", ""),
    ],
)  # fmt: skip
def test_body_becomes_idiomatic_markdown(html: str, expected: str) -> None:
    assert clean_html(html).html == html
    assert html_to_markdown(html, SITE) == expected


def test_link_destination_round_trips() -> None:
    address = "https://a.example/x_y*(z)?a=1&amp;copy;=2&amp;b=[c]"
    html = f'<p><a href="{address}">甲</a></p>'
    made = LexborHTMLParser(_PARSER.render(html_to_markdown(html, ""))).css_first("a")
    assert made is not None
    found = made.attributes["href"]
    assert found in {"https://a.example/x_y*(z)?a=1&copy;=2&b=[c]",
                     "https://a.example/x_y*(z)?a=1&copy;=2&b=%5Bc%5D"}  # fmt: skip


def test_markdown_document_has_a_front_matter() -> None:
    text = markdown_document(WORK, "© 示例\n日报", "<p>甲</p>", SITE)
    _, head, body = text.split("---\n")
    assert yaml.safe_load(head) == {
        "title": "港口今日恢复通航",
        "outlet": "示例日报",
        "author": "张三",
        "published": WORK.published_at,
        "original": "https://herald.example/port?id=7",
        "archive": "https://archive.example/a/0a1b2c3d/",
        "archived": WORK.archived_on,
        "language": "zh-Hans",
        "rights": "© 示例\n日报",
    }
    assert body == "\n甲\n"


def test_markdown_document_omits_unknown_values() -> None:
    head = markdown_document(BARE, "", "", SITE)
    assert yaml.safe_load(head.split("---\n")[1]).keys() == {
        "outlet", "published", "archive", "archived",
    }  # fmt: skip
    assert "published: 2021-01-14\n" in head


@given(st.text())
def test_front_matter_round_trips_any_text(text: str) -> None:
    for hostile in (text, f"{HOSTILE}\n---\n{text}"):
        document = markdown_document(BARE, hostile, "", SITE)
        head = document.removeprefix("---\n").removesuffix("---\n")
        assert yaml.safe_load(head).get("rights", "") == hostile.strip()


def test_text_document_has_one_line_per_value() -> None:
    assert text_document(WORK, "甲\n\n乙") == (
        "港口今日恢复通航\n示例日报\n张三\n2021-01-14T14:04:22Z\n"
        "https://herald.example/port?id=7\nhttps://archive.example/a/0a1b2c3d/\n\n甲\n\n乙\n"
    )
    assert text_document(BARE, "") == (
        "示例日报\n2021-01-14\nhttps://archive.example/a/0a1b2c3d/\n"
    )


def test_heading_of_hash_signs_takes_linear_time() -> None:
    made = html_to_markdown(f"<h2>{'#' * 300_000}x</h2><h2>C#</h2>", SITE)
    assert made.rstrip().endswith("## C\\#")
