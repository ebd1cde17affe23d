"""``content.urls``: which addresses are one article, and where a link leads."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.content.urls.normalization import (
    code_of,
    host_of,
    identity_hash,
    identity_of,
    resolved,
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
def test_spellings_of_one_address_are_one_identity(url: str) -> None:
    assert identity_of(url) == identity_of(PLAIN)


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
def test_other_addresses_are_other_identities(url: str) -> None:
    assert identity_of(url) != identity_of(PLAIN)


def test_query_that_is_part_of_the_address_stays_in_its_order() -> None:
    url = "https://herald.example/read?id=7&utm_campaign=x&a=1&a=0&fbclid=q"
    assert identity_of(url) == "https://herald.example/read?id=7&a=1&a=0"


def test_queries_in_another_order_are_other_addresses() -> None:
    assert identity_of(PLAIN + "?a=1&b=2") != identity_of(PLAIN + "?b=2&a=1")


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
def test_iris_and_repeated_encodings_are_one(url: str) -> None:
    expected = "https://herald.example/%E6%96%B0%E9%97%BB/%E6%B8%AF%E5%8F%A3"
    assert identity_of(url) == expected


def test_raw_space_is_encoded() -> None:
    assert identity_of("https://herald.example/a b c") == "https://herald.example/a%20b%20c"


def test_host_of_any_script_is_one_with_its_ascii_form() -> None:
    assert identity_of("https://新闻.example/a") == identity_of("https://xn--efvy88h.example/a")


def test_address_of_900_characters_is_kept_whole() -> None:
    url = "https://herald.example/" + "港" * 290 + "/" + "x" * 600
    assert identity_of(url).endswith("x" * 600)
    assert identity_of(url) != identity_of(url + "x")


@pytest.mark.parametrize("url", ["", "no address", "ftp://herald.example/a", "https://", "//x/y",
                                 "javascript:alert(1)", "mailto:a@herald.example"])  # fmt: skip
def test_what_is_no_web_address_has_no_identity(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        identity_of(url)


@given(
    path=st.text(max_size=40),
    query=st.text(max_size=30),
    scheme=st.sampled_from(["http://", "HTTPS://"]),
)
@example(path="/%25%32%35", query="%", scheme="http://")
@example(path="/a/%2F/", query="&&=", scheme="http://")
def test_identity_is_idempotent_and_ascii(path: str, query: str, scheme: str) -> None:
    try:
        once = identity_of(f"{scheme}herald.example/{path}?{query}")
    except ValueError:
        return
    assert identity_of(once) == once
    assert once.isascii()
    assert not re.search(r"[\s#]", once)


@given(st.text(max_size=80))
@example("http://[::1")
@example("http://a:99999/")
@example("http://a:b/")
@example("http://\udcff/")
@example("\x01javascript:alert(1)")
def test_nothing_but_a_value_error_comes_of_any_text(text: str) -> None:
    with contextlib.suppress(ValueError):
        identity_of(text)
    assert isinstance(host_of(text), str)
    link = resolved(text, PLAIN)
    assert link is None or re.match(r"(https?://[^/]|mailto:.*@)[!-~]*$", link)


def test_code_is_eight_characters_of_crockfords_base32() -> None:
    # The bits of 0x00443… in fives: 0, 1, 2, 3, … spell the alphabet.
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for position in range(51):
        number = number << 5 | position % 32
    hash_hex = f"{number << 1:064x}"
    assert code_of(hash_hex) == alphabet[:8]
    assert code_of(hash_hex, 32) == alphabet
    assert len(code_of(identity_hash(PLAIN))) == 8


@given(st.integers(min_value=8, max_value=51))
def test_longer_code_begins_with_the_shorter(length: int) -> None:
    hash_hex = identity_hash(PLAIN)
    assert code_of(hash_hex, length).startswith(code_of(hash_hex))
    assert len(code_of(hash_hex, length)) == length


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
    assert resolved(link, PLAIN) == expected


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", " JaVaScRiPt:x", "java\nscript:x", "data:text/html,x", "vbscript:x",
     "file:///etc/passwd", "#top", "", "http://", "javascript:"],
)  # fmt: skip
def test_what_no_reader_can_open_is_no_link(link: str) -> None:
    assert resolved(link, PLAIN) is None


def test_host_is_lower_case_ascii() -> None:
    assert host_of("https://User@WWW.Herald.Example.:8080/x") == "www.herald.example"
    assert host_of("no address") == ""
