"""URL normalization and link resolution."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.content.urls.normalization import (
    extract_host,
    identity_hash,
    make_code,
    normalize_url,
    resolve_link,
)

PLAIN = "https://herald.example/a/b"


@pytest.mark.parametrize(
    "url",
    [
        "https://herald.example/a/b",
        "http://herald.example/a/b",
        "HTTPS://Herald.EXAMPLE/a/b",
        "https://herald.example:443/a/b",
        "http://herald.example:80/a/b",
        "https://herald.example/a/b/",
        "https://herald.example//a///b",
        "https://herald.example/a/b#comments",
        "https://herald.example/a/b?utm_source=feed&utm_medium=rss",
        "https://herald.example/a/b?fbclid=abc&gclid=def",
        "https://herald.example/a/b?",
        "  https://herald.example/a/b\n",
        "https://herald.example/%61/b",
        "https://herald.example/a/%2562",
    ],
)
def test_spellings_of_one_url_have_one_identity(url: str) -> None:
    assert normalize_url(url) == normalize_url(PLAIN)


@pytest.mark.parametrize(
    "url",
    [
        "https://herald.example/a",
        "https://herald.example/A/b",
        "https://herald.example/a/b?id=7",
        "https://herald.example:8443/a/b",
        "https://www.herald.example/a/b",
        "https://herald.example/a%2Fb",
        "https://herald.example/a/b;page=2",
    ],
)
def test_other_urls_have_other_identities(url: str) -> None:
    assert normalize_url(url) != normalize_url(PLAIN)


def test_query_of_the_story_stays_in_its_order() -> None:
    url = "https://herald.example/read?id=7&utm_campaign=x&a=1&a=0&fbclid=q"
    assert normalize_url(url) == "https://herald.example/read?id=7&a=1&a=0"


def test_queries_in_another_order_are_other_identities() -> None:
    assert normalize_url(PLAIN + "?a=1&b=2") != normalize_url(PLAIN + "?b=2&a=1")


@pytest.mark.parametrize(
    "url",
    [
        "https://herald.example/新闻/港口",
        "https://herald.example/%E6%96%B0%E9%97%BB/%E6%B8%AF%E5%8F%A3",
        "https://herald.example/%e6%96%b0%e9%97%bb/%e6%b8%af%e5%8f%a3",
        "https://herald.example/%25E6%2596%25B0%25E9%2597%25BB/%25E6%25B8%25AF%25E5%258F%25A3",
        "https://herald.example/%2525E6%252596%2525B0%2525E9%252597%2525BB/港口",
    ],
)
def test_iris_and_repeated_encodings_have_one_identity(url: str) -> None:
    expected = "https://herald.example/%E6%96%B0%E9%97%BB/%E6%B8%AF%E5%8F%A3"
    assert normalize_url(url) == expected


def test_raw_space_is_encoded() -> None:
    assert normalize_url("https://herald.example/a b c") == "https://herald.example/a%20b%20c"


def test_host_of_any_script_has_the_identity_of_its_ascii_form() -> None:
    assert normalize_url("https://新闻.example/a") == normalize_url("https://xn--efvy88h.example/a")


def test_url_of_900_characters_is_not_truncated() -> None:
    url = "https://herald.example/" + "港" * 290 + "/" + "x" * 600
    assert normalize_url(url).endswith("x" * 600)
    assert normalize_url(url) != normalize_url(url + "x")


@pytest.mark.parametrize("url", ["", "no address", "ftp://herald.example/a", "https://", "//x/y",
                                 "javascript:alert(1)", "mailto:a@herald.example"])  # fmt: skip
def test_no_identity_for_other_than_web_urls(url: str) -> None:
    with pytest.raises(ValueError, match="is not an http or https URL"):
        normalize_url(url)


@given(
    path=st.text(max_size=40),
    query=st.text(max_size=30),
    scheme=st.sampled_from(["http://", "HTTPS://"]),
)
@example(path="/%25%32%35", query="%", scheme="http://")
@example(path="/a/%2F/", query="&&=", scheme="http://")
def test_identity_is_idempotent_and_ascii(path: str, query: str, scheme: str) -> None:
    try:
        once = normalize_url(f"{scheme}herald.example/{path}?{query}")
    except ValueError:
        return
    assert normalize_url(once) == once
    assert once.isascii()
    assert not re.search(r"[\s#]", once)


@given(st.text(max_size=80))
@example("http://[::1")
@example("http://a:99999/")
@example("http://a:b/")
@example("http://\udcff/")
@example("\x01javascript:alert(1)")
def test_any_text_raises_nothing_but_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        normalize_url(text)
    assert isinstance(extract_host(text), str)
    link = resolve_link(text, PLAIN)
    assert link is None or re.match(r"(https?://[^/]|mailto:.*@)[!-~]*$", link)


def test_code_is_eight_characters_of_crockfords_base32() -> None:
    # The bits of 0x00443… in fives: 0, 1, 2, 3, … spell the alphabet.
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for position in range(51):
        number = number << 5 | position % 32
    hash_hex = f"{number << 1:064x}"
    assert make_code(hash_hex) == alphabet[:8]
    assert make_code(hash_hex, 32) == alphabet
    assert len(make_code(identity_hash(PLAIN))) == 8


@given(st.integers(min_value=8, max_value=51))
def test_longer_code_begins_with_the_shorter(length: int) -> None:
    hash_hex = identity_hash(PLAIN)
    assert make_code(hash_hex, length).startswith(make_code(hash_hex))
    assert len(make_code(hash_hex, length)) == length


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/c", "https://herald.example/c"),
        ("c?x=1", "https://herald.example/a/c?x=1"),
        ("../c", "https://herald.example/c"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("https://other.example/", "https://other.example/"),
        ("https://herald.examplehttps://other.example/x", "https://other.example/x"),
        ("/新闻", "https://herald.example/%E6%96%B0%E9%97%BB"),
        ("/a%20b", "https://herald.example/a%20b"),
        ("/a b", "https://herald.example/a%20b"),
        ("mailto:desk@herald.example", "mailto:desk@herald.example"),
    ],
)
def test_links_are_resolved_against_the_post(link: str, expected: str) -> None:
    assert resolve_link(link, PLAIN) == expected


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " JaVaScRiPt:x", "java\nscript:x", "data:text/html,x", "vbscript:x",
     "file:///etc/passwd", "#top", "", "http://", "javascript:"],
)  # fmt: skip
def test_links_that_no_reader_can_open_are_none(link: str) -> None:
    assert resolve_link(link, PLAIN) is None


def test_host_is_lower_case_ascii() -> None:
    assert extract_host("https://User@WWW.Herald.Example.:8080/x") == "www.herald.example"
    assert extract_host("no address") == ""
