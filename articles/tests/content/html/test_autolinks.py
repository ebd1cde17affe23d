"""``autolinks``: URLs in plain text become links that end where the URL ends."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.restructuring.autolinks import autolink, find_urls
from articles.content.html.tree import Element, text_of, to_html, walk


def urls_in(text: str) -> list[str]:
    return [text[begin:end] for begin, end in find_urls(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("訂閱https://a.example/c歡迎加入", "https://a.example/c"),
        ("見https://a.example/c。下文", "https://a.example/c"),
        ("見（https://a.example/c）下文", "https://a.example/c"),
        ("「https://a.example/c」", "https://a.example/c"),
        ("https://a.example/c，又", "https://a.example/c"),
        ("https://a.example/cです", "https://a.example/c"),
        ("https://a.example/c►下一", "https://a.example/c"),
        ("https://a.example/c👉下一", "https://a.example/c"),
        ("https://a.example/c\u3000下一", "https://a.example/c"),
        ("https://a.example/c？", "https://a.example/c"),
        ("https://a.example/搜索", "https://a.example/"),
        ("https://a.example/?q=搜索", "https://a.example/?q="),
        ("https://a.example/%E6%90%9C%E7%B4%A2搜索", "https://a.example/%E6%90%9C%E7%B4%A2"),
        ("https://a.example/tip#一句話 #又", "https://a.example/tip"),
        ("Facebookhttps://a.example/c", "https://a.example/c"),
        ("HTTPS://A.EXAMPLE/c", "HTTPS://A.EXAMPLE/c"),
        ("at https://a.example/c.", "https://a.example/c"),
        ("at https://a.example/c, and", "https://a.example/c"),
        ('"https://a.example/c"', "https://a.example/c"),
        ("'https://a.example/c'!?", "https://a.example/c"),
        ("(https://a.example/c)", "https://a.example/c"),
        ("(https://a.example/c),d)", "https://a.example/c"),
        ("https://a.example/b_(c)", "https://a.example/b_(c)"),
        ("(https://a.example/b_(c))。", "https://a.example/b_(c)"),
        ("https://a.example/b(見", "https://a.example/b"),
        ("https://a.example/c----------下一", "https://a.example/c"),
        ("https://a.example/c******", "https://a.example/c"),
        ("https://a.example/c======", "https://a.example/c"),
        ("https://a.example/pâques/λόγος", "https://a.example/pâques/λόγος"),
        ("https://a.example:8080/c?d=e&f=g#h", "https://a.example:8080/c?d=e&f=g#h"),
        ("https://a.example", "https://a.example"),
        ("https://youtu.be/abcdefghijk100萬", "https://youtu.be/abcdefghijk"),
        ("見www.a.example/c。", "www.a.example/c"),
        (
            "https://b.example/x?to=https://a.example/c見",
            "https://b.example/x?to=https://a.example/c",
        ),
        (
            "https://web.archive.org/web/2020/https://a.example/c見",
            "https://web.archive.org/web/2020/https://a.example/c",
        ),
        ("https://a.example/meTwitter：", "https://a.example/me"),
        ("https://a.example/me/Facebook→", "https://a.example/me/"),
        ("https://a.example/Twitter的", "https://a.example/Twitter"),
    ],
)
def test_end_of_a_url(text: str, url: str) -> None:
    assert urls_in(text) == [url]


def test_url_ends_where_the_next_begins() -> None:
    text = "https://a.example/bhttps://b.example/chttp://c.examplehttps://d.example"
    assert urls_in(text) == [
        "https://a.example/b",
        "https://b.example/c",
        "http://c.example",
        "https://d.example",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "https:// a.example",
        "https://localhost/x",
        "https://例子.example/x",
        "https://港口.中国",
        "ftp://a.example/x",
        "javascript:alert(1)//https:",
        "me@www.a.example",
        "news@a.example",
        "https://name@a.example/x",
        "https://name:word@a.example/x",
        "https://a.example@b.example/x",
        "https://a.example:80@b.example/x",
        "a.www.example",
        "www.",
        "www。",
    ],
)
def test_text_without_a_url_stays_text(text: str) -> None:
    assert urls_in(text) == []
    assert to_html(autolink([text])) == to_html([text] if text else [])


def test_link_has_the_url_and_the_text_is_unchanged() -> None:
    html = to_html(autolink(["見https://a.example/b?c&d=e歡迎, www.b.example"]))
    assert html == (
        '見<a href="https://a.example/b?c&amp;d=e">https://a.example/b?c&amp;d=e</a>歡迎, '
        '<a href="http://www.b.example">www.b.example</a>'
    )


def test_links_and_code_are_unchanged() -> None:
    nodes = [
        Element("a", {"href": "https://b.example/"}, ["https://a.example/"]),
        Element("code", {}, ["https://a.example/"]),
        Element("b", {}, ["https://a.example/"]),
    ]
    html = to_html(autolink([*nodes]))
    assert html.count("<a ") == 2
    assert '<b><a href="https://a.example/">https://a.example/</a></b>' in html


PIECE = st.sampled_from(
    "https:// http:// HTTPS:// www. a.example b.example youtu.be/abcdefghijk / ? # = & @ : :80 . , "
    "; ( ) [ ] ' \" < > 港口 歡迎 ， 。 」 ） ► \u3000 %E6%B8%AF %zz - ---- *** é x Twitter ： "
    "web.archive.org/web/2020/ \u200b \u202e".split(" ")
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECE, max_size=16).map("".join)))
@example("https://a.example/" + "(" * 50)
@example("https://a.example\\@b.example/")
@example("HTTP://A.0")
@example("http://-.0")
@example("http://a.0x1/")
@example("http://192.0.2.1/a http://256.1.1.1/")
def test_no_character_is_lost_and_every_link_is_allowed(text: str) -> None:
    nodes = autolink([text])
    assert "".join(map(text_of, nodes)) == text
    for link in walk(Element("p", {}, nodes)):
        href = link.attrs["href"]
        assert POLICY.allows("a", "href", href)
        assert re.match(r"https?://[a-z0-9]", href)
        assert re.search("[\u3000-\u9fff\uff00-\uffef]", text_of(link)) is None
    html = f"<p>{to_html(nodes)}</p>"
    assert clean_html(html).html.count("<a ") == html.count("<a ")


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/?x=" * 40_000,
        "https://" * 80_000,
        "www." * 150_000,
        "https://a.example/" + "(" * 400_000,
        "https://" + "a" * 400_000,
        "https://web.archive.org/web/" * 25_000,
    ],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    assert "".join(map(text_of, autolink([text]))) == text
