"""The strict check: no parser and no cleaner changes what it accepts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.strict_check import first_fault
from articles.tests.support.html_fuzzing import find_disagreement, random_document

ACCEPTED = [
    "",
    "港口",
    "<p>若 0&lt;p&lt;1 &amp;&nbsp;&gt;</p>\n<hr>\n<p></p>",
    '<p lang="zh-Hant" dir="ltr">甲<br><a href="https://a.example/?a=1&amp;b=2">乙</a></p>',
    '<ol start="3" reversed=""><li value="7">甲<ul>\n<li><p>乙</p></li>\n</ul></li></ol>',
    "<dl><dt>甲</dt><dd><blockquote>乙</blockquote></dd></dl>",
    "<table><caption>甲</caption><thead><tr></tr></thead></table>",
    '<table><tbody><tr><td><table></table></td><th scope="row">乙</th></tr></tbody></table>',
    "<ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp></ruby>",
    "<details><summary>甲</summary><pre>乙\n\n</pre></details>",
    '<figure><a href="mailto:a@b.example"><img src="/i/01234567" alt="a&quot;b"></a></figure>',
    '<figure><img alt="甲"><figcaption>乙</figcaption></figure>',
    "<b><b><b><b><b>甲</b></b></b></b></b>",
]
REFUSED = [
    # characters
    *("a<b", "a>b", "a&b", "a&copy;b", "a&#60;b", "a&ampb", "a\x00b", "a\rb", "a\x0cb", "a\xa0b"),
    *("a\x85b", "a\ufeffb", "a\ud800b"),
    # not an element
    *("<!-- a -->", "<!doctype html>", "<?x?>", "<![CDATA[a]]>", "</p>", "<p", "<p >a</p>"),
    *("<P>a</P>", "<p>a</P>", "<p>a</p >", "<br/>", "</br>", "<p/>", "<p>a", "<p><b>a</p></b>"),
    # elements out of place
    *("<script></script>", "<div>a</div>", "<h1>a</h1>", "<svg></svg>", "<rt>a</rt>", "<li>a</li>"),
    *("<p><p>a</p></p>", "<p><table></table></p>", "<b><p>a</p></b>", "<td>a</td>"),
    *("<ul>a</ul>", "<ul><ul></ul></ul>", "<table>a</table>", "<table><tr></tr></table>"),
    *("<dl>a</dl>", "<tr><td>a</td></tr>", "<figcaption>a</figcaption>", "<summary>a</summary>"),
    *("<a>b<i><a>c</a></i></a>", "<h2><h3>a</h3></h2>", "<pre>\na</pre>", "<ul>&nbsp;</ul>"),
    # attributes
    *("<p lang=en>a</p>", "<p lang='en'>a</p>", '<p  lang="en">a</p>', '<p lang="en" >a</p>'),
    *('<p lang="en"dir="ltr">a</p>', '<p lang="en" lang="en">a</p>', '<p LANG="en">a</p>'),
    *('<p class="a">a</p>', '<p id="a">a</p>', '<p onclick="a">a</p>', '<p style="a">a</p>'),
    *('<a href="javascript:123">a</a>', '<a href="//a.example">a</a>', '<a href="/a">a</a>'),
    *('<a href="https://u@a.example">a</a>', '<a href="https://例.example">a</a>', "</p lang=''>"),
    *('<a href="https://a.example/a b">a</a>', '<a href="HTTPS://a.example">a</a>'),
    *('<a href="java&NewLine;script:1">a</a>', '<a href="https://a.example/&lt;">a</a>'),
    *('<img src="https://a.example/a.png">', '<img src="/i/../a" alt="">', '<img alt="a\xa0b">'),
    *('<img alt="a<b">', '<img alt="a>b">', '<p>a</p lang="en">', '<ol reversed="a"></ol>'),
]


@pytest.mark.parametrize("html", ACCEPTED)
def test_accepted(html: str) -> None:
    assert first_fault(html) is None
    assert find_disagreement(html) == ""


@pytest.mark.parametrize("html", REFUSED)
def test_refused(html: str) -> None:
    fault = first_fault(html)
    assert fault is not None
    assert 0 <= fault.position <= len(html)
    assert find_disagreement(html) == ""


def test_fault_names_position_and_reason() -> None:
    assert str(first_fault("<p>甲</p><p><ul></ul></p>")) == "character 11: <ul> has no place in <p>"


@pytest.mark.parametrize("depth", [POLICY.max_depth, POLICY.max_depth + 1])
def test_depth_is_bounded(depth: int) -> None:
    fault = first_fault("<b>" * depth + "</b>" * depth)
    assert (fault is None) == (depth <= POLICY.max_depth)


@settings(max_examples=1000)
@given(st.integers(min_value=0, max_value=2**63))
def test_random_documents_do_not_refute_the_check(seed: int) -> None:
    html = random_document(Random(seed))
    assert find_disagreement(html) == "", html


@settings(max_examples=300)
@given(st.text(alphabet="<>/&;=\"' abipulrt\n\x00甲", max_size=40))
def test_random_characters_do_not_refute_the_check(html: str) -> None:
    assert find_disagreement(html) == ""


def test_random_documents_are_both_accepted_and_refused() -> None:
    random = Random(1)
    accepted = [first_fault(random_document(random)) is None for _ in range(500)]
    assert 50 < sum(accepted) < 450
