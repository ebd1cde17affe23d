"""``extract_url_words``: words a reader may have looked for, none from requests of robots."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.search_query import LIMITS, And, Text, parse
from articles.content.urls.url_words import MAX_WORD_LENGTH, MAX_WORDS, extract_url_words


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
def test_words_of_urls_that_readers_follow(path: str, words: list[str]) -> None:
    assert extract_url_words(path) == words


@pytest.mark.parametrize(
    "path",
    [
        "/", "", "//", "/2021/01/14/", "/sources/", "/authors/", "/withdrawals/",
        "/a/7k2m9xqa/", "/a/7k2m9xqa/versions/1/", "/i/7k2m9xqa", "/api/v1/nothing",
        "/admin/login/nothing/", "/static/css/base.css", "/wp-login.php", "/WP-Login.PHP",
        "/blog/wp-includes/wlwmanifest.xml", "/wordpress/wp-admin/", "/.env", "/.git/config",
        "/port/.env.old", "/%2eenv", "/cgi-bin/luci", "/index.php", "/shell.aspx",
        "/backup.tar.gz", "/phpmyadmin/index.html", "/actuator/health", "/vendor/phpunit/src/Util",
        "/favicon.ico", "/port\x00reopens/", "/port/<script>alert/", "/port/${jndi:ldap}/",
        "/port|id/", "/x//port/", "/port%00/%2e%2e/", "/tags/harbour/feed.json",
    ],
)  # fmt: skip
def test_urls_that_no_reader_follows_have_no_words(path: str) -> None:
    assert extract_url_words(path) == []


@given(st.text(max_size=80).map("/".__add__) | st.text(alphabet="/-%._ aE5台OR\x00", max_size=80))
def test_any_path_gives_words_that_the_query_parser_takes_as_words(path: str) -> None:
    words = extract_url_words(path)
    assert len(words) <= MAX_WORDS
    assert len(set(words)) == len(words)
    for word in words:
        assert 0 < len(word) <= MAX_WORD_LENGTH
        assert parse(word).root == Text(word)


def test_maximum_number_and_length_of_words_fit_in_a_query() -> None:
    words = extract_url_words("/" + "-".join(chr(0x6E2F + n) * 50 for n in range(MAX_WORDS + 5)))
    assert len(words) == MAX_WORDS
    typed = " ".join(words)
    assert len(typed) <= LIMITS.characters
    assert parse(typed).root == And(tuple(Text(word) for word in words))
