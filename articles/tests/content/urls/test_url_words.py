"""``address_words``: what a reader may have looked for, and nothing of what robots try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.search_query import LIMITS, And, Text, parse
from articles.content.urls.url_words import MAX_WORD, MAX_WORDS, address_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/2021/01/14/port-reopens-today/", ["port", "reopens", "today"]),
        ("/2021-01-14/2021-01-14-港口今日恢复.html", ["港口今日恢复"]),
        ("/示例日报/2021/01/14/港口_恢复.html", ["示例日报", "港口", "恢复"]),
        ("/sources/example-herald/", ["example", "herald"]),
        ("/tags/台/", ["台"]),
        ("/news/Port.Reopens", ["port", "reopens"]),
        ("/port-port-PORT/", ["port"]),
        ("/covid19-2020-a/", ["covid19"]),
        ("/port/feed/", ["port"]),
        ("/%E6%B8%AF%E5%8F%A3/", ["港口"]),  # encoded twice: the server has undone one of them
        ("/%25E6%25B8%25AF/", ["港"]),
        ("/this-or-that/", ["this", "or", "that"]),
        ("/a-story/", ["story"]),
    ],
)
def test_words_of_addresses_that_readers_follow(path: str, words: list[str]) -> None:
    assert address_words(path) == words


@pytest.mark.parametrize(
    "path",
    [
        "/", "", "//", "/2021/01/14/", "/sources/", "/authors/", "/withdrawals/",
        "/a/7k2m9xqa/", "/a/7k2m9xqa/versions/1/", "/i/7k2m9xqa", "/api/v1/nothing",
        "/admin/login/nothing/", "/static/site.css", "/wp-login.php", "/WP-Login.PHP",
        "/blog/wp-includes/wlwmanifest.xml", "/wordpress/wp-admin/", "/.env", "/.git/config",
        "/port/.env.old", "/%2eenv", "/cgi-bin/luci", "/index.php", "/shell.aspx",
        "/backup.tar.gz", "/phpmyadmin/index.html", "/actuator/health", "/vendor/phpunit/src/Util",
        "/favicon.ico", "/port\x00reopens/", "/port/<script>alert/", "/port/${jndi:ldap}/",
        "/port|id/", "/x//port/", "/port%00/%2e%2e/", "/tags/harbour/feed.json",
    ],
)  # fmt: skip
def test_what_no_reader_follows_has_no_words(path: str) -> None:
    assert address_words(path) == []


@given(st.text(max_size=80).map("/".__add__) | st.text(alphabet="/-%._ aE5台OR\x00", max_size=80))
def test_any_path_gives_words_that_the_search_takes_as_words(path: str) -> None:
    words = address_words(path)
    assert len(words) <= MAX_WORDS
    assert len(set(words)) == len(words)
    for word in words:
        assert 0 < len(word) <= MAX_WORD
        assert parse(word).root == Text(word)


def test_most_words_of_the_greatest_length_are_a_search() -> None:
    words = address_words("/" + "-".join(chr(0x6E2F + n) * 50 for n in range(MAX_WORDS + 5)))
    assert len(words) == MAX_WORDS
    typed = " ".join(words)
    assert len(typed) <= LIMITS.characters
    assert parse(typed).root == And(tuple(Text(word) for word in words))
