"""``clean_html``: the policy holds, both cleaners agree, and no text is lost."""

from __future__ import annotations

import html as entities

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.html.cleaning.sanitizer import BLEACH_LIMIT, CleanedHtml, clean_html
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.html_to_text import html_to_text
from articles.content.text.normalization import normalize_line
from articles.tests.support.policy_violations import assert_policy_holds, clean_again_with_bleach

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT\t>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="javascript:123">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<blockquote cite="javascript:alert(1)">x</blockquote>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    "<style>@import 'https://evil.example/x.css';</style>",
    '<iframe src="https://evil.example" srcdoc="<script>alert(1)</script>"></iframe>',
    '<object data="x.swf"></object><embed src="x.swf">',
    '<form action="https://evil.example"><input name=q><button formaction=javascript:1>x</button>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/"><link rel=stylesheet href="//evil.example">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    '<img src="https://evil.example/pixel.gif">',
    '<img src="//evil.example/pixel.gif">',
    '<img src="/i/../admin/logout">',
    '<video src="https://evil.example/x.mp4" autoplay></video>',
    '<p id="location" class="x" name="y" onclick=alert(1) tabindex=1>x</p>',
    '<a href="https://a.example" target=_blank ping="https://evil.example" rel=opener>x</a>',
    "<details ontoggle=alert(1) open><summary>x</summary></details>",
    "<p " + " ".join(f"a{n}=1" for n in range(5000)) + ">x</p>",
    "<div>" * 3000 + "x",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_script_runs(attack: str) -> None:
    cleaned = clean_html(f"<p>甲</p>{attack}<p>乙</p>")
    assert_policy_holds(cleaned.html)
    assert cleaned.html.startswith("<p>甲</p>")
    assert clean_html(cleaned.html).html == cleaned.html
    assert clean_again_with_bleach(cleaned.html) == cleaned.html


PIECES = st.sampled_from(
    [
        *ATTACKS[:24],
        *("<p>", "</p>", "<b>", "</i>", "<table>", "<tr><td>", "</table>", "<ul><li>", "<a href='"),
        *("https://a.example/?a=1&b=2", '">', "'", '"', "<", ">", "&", "&lt;", "&amp;lt;", "<!--"),
        *(
            "&#x3c;script>",
            "-->",
            "<select><option>",
            "<ruby>漢<rt>hàn</rt></ruby>",
            "\x00",
            "\x0c",
        ),
        *(
            "港口",
            "<svg><p>",
            "</noscript>",
            "<noscript>",
            "<pre>\n\n",
            "<li value=3>",
            "<h2>",
            "<h1>",
        ),
        *("<time datetime=2021-01-14>", "<figure><figcaption>", "<bdo dir=rtl>", "<td colspan=2>"),
        *("<details><summary>", "\u2028", "&nbsp;", "\r"),
    ]
)


@given(st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join))
def test_what_is_stored_is_a_fixed_point_of_both_cleaners(html: str) -> None:
    once = clean_html(html).html
    assert_policy_holds(once)
    assert clean_html(once).html == once
    assert clean_again_with_bleach(once) == once


@pytest.mark.parametrize(
    "text",
    [
        *("若 0<p<1，则 a<b。", "写成 <Role> 或 <your name>", "1 < 2 && 3 > 2", "a<!--b-->c"),
        *("<script>alert(1)</script>", "AT&T &amp; &nbsp; &copy", "“引号”与'撇号'"),
        "List<String> x = y<z>;",
    ],
)
def test_escaped_text_stays_text(text: str) -> None:
    cleaned = clean_html(f"<p>{entities.escape(text)}</p>")
    assert html_to_text(cleaned.html) == text
    assert not cleaned.flattened


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), max_size=60))
def test_no_escaped_text_is_lost(text: str) -> None:
    text_again = html_to_text(clean_html(f"<p>{entities.escape(text)}</p>").html)
    assert text_again.replace("\n", " ").split() == text.replace("\xa0", " ").split()


@pytest.mark.parametrize(
    "html",
    [
        "<p>甲<strong>乙</strong><em>丙</em><mark>丁</mark><br>戊</p>",
        "<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>",
        "<details><summary>甲</summary>乙</details>",
        "<dl><dt>甲</dt><dd>乙</dd></dl>",
        "<pre><code>if a &lt; b:\n    c()</code></pre>",
        '<table><tbody><tr><th scope="row">乙</th><td colspan="2">丙</td></tr></tbody></table>',
        "<table><caption>甲</caption><tbody><tr><td>乙</td></tr></tbody></table>",
        '<blockquote lang="zh-Hant"><p>甲</p></blockquote>',
        '<ol start="3"><li value="7">甲</li></ol>',
        '<figure><img src="/i/0123456789abcdef" alt="甲" width="6" height="4"></figure>',
        '<figure><img src="/i/01234567" alt=""><figcaption>乙</figcaption></figure>',
        '<p><a href="https://herald.example/a?b=1&amp;c=2#d">甲</a></p>',
        '<p><time datetime="2021-01-14">甲</time></p>',
        "<p>H<sub>2</sub>O, x<sup>2</sup>, <kbd>Ctrl</kbd>, <del>甲</del><ins>乙</ins></p>",
        '<p><bdo dir="rtl">甲</bdo><cite>乙</cite><q>丙</q></p>',
        "<h2>甲</h2><h3>乙</h3><hr>",
    ],
)
def test_semantic_markup_is_unchanged(html: str) -> None:
    assert clean_html(html) == clean_html(clean_html(html).html)
    assert clean_html(html).html == html


def test_unknown_elements_are_removed_and_their_text_stays() -> None:
    assert html_to_text(clean_html("<p>甲<blink>乙</blink><o:p>丙</o:p></p>").html) == "甲乙丙"


def test_markup_that_only_bleach_can_repair_goes_through_it() -> None:
    cleaned = clean_html("<p>甲</p><pre>\n\n乙</pre>")
    assert cleaned == CleanedHtml("<p>甲</p><pre>乙</pre>", bleached=1)


def test_markup_that_no_cleaner_can_repair_keeps_its_text() -> None:
    cleaned = clean_html("<p>甲</p>\n<b>乙<ul><li>丙 &lt;x&gt;&nbsp;丁</li></ul></b>\n<p>戊</p>")
    assert cleaned.html == "<p>甲</p>\n<p>乙</p>\n<p>丙 &lt;x&gt; 丁</p>\n<p>戊</p>"
    assert cleaned.flattened == ("character 4: <ul> has no place in <b>",)


@pytest.mark.parametrize("size", [BLEACH_LIMIT, 1_000_000])
def test_a_block_too_long_for_bleach_keeps_its_text(size: int) -> None:
    cleaned = clean_html(f"<pre>\n\n{'甲' * size}</pre><p>乙</p>")
    assert cleaned.html == f"<p>{'甲' * size}</p><p>乙</p>"
    assert cleaned.bleached == 0


def test_bleach_has_a_budget_for_a_whole_body() -> None:
    block = f"<pre>\n\n{'甲' * (BLEACH_LIMIT - 100)}</pre>"
    assert clean_html(block * 12).bleached == 10
    assert len(clean_html(block * 12).flattened) == 2


def test_controls_and_surrogates_are_removed() -> None:
    html = "<p>甲\x00\x01\x0b\x7f\x85\ufeff\uffff&#1;&#xD800;乙</p>"
    assert clean_html(html).html == "<p>甲\ufffd乙</p>"


@pytest.mark.parametrize("char", [*"\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff"])
def test_noncharacters_are_removed(char: str) -> None:
    """HTML forbids these code points; they reach no page, citation or API."""
    reference = f"&#x{ord(char):x};"
    html = clean_html(f'<abbr title="a{char}{reference}b">c{char}{reference}d</abbr>').html
    assert html == '<abbr title="ab">cd</abbr>'
    assert ord(char) > 0xFFFF or first_fault(f"<p>{char}</p>") is not None
    assert normalize_line(f"a{char}b") == "ab"
