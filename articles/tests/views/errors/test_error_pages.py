"""Error pages: their suggestions and links, and that they never fail."""

from __future__ import annotations

import re
import sqlite3
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import parse_rate
from articles.models import SearchIndex, State
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.tests.support.page_fixtures import at, page_text, publish
from articles.tests.support.search_fixtures import assert_archive_queries, publish_indexed

pytestmark = pytest.mark.django_db

WITH_ALL = "Stories with the words of this address"
WITH_SOME = "Stories with some of the words of this address"


def titles(html: str) -> list[str]:
    return re.findall(r'class="story-title"[^>]*><span [^>]*>([^<]+)</span>', html)


def test_wrong_slug_suggests_the_story(client: Client) -> None:
    (story,) = publish_indexed({"title": "Port reopens today", "text": "", "language": "en"})
    html = page_text(client, "/2021/01/14/port-reopens/", 404)
    assert "The archive has no story at this address." in html
    assert titles(html) == ["Port reopens today"]
    assert WITH_ALL in html
    assert f'href="{story.get_absolute_url()}"' in html
    assert 'href="/search/?q=port+reopens"' in html


def test_path_in_either_script_suggests_the_story(client: Client) -> None:
    publish_indexed({"title": "臺灣的港口今日恢復", "text": ""})
    for path in ("/2021/01/14/台湾的港口/", "/2021-01-14-台湾-港口.html", "/旧/台灣/"):
        page = client.get(quote(path))
        assert page.status_code == 404
        assert titles(page.content.decode()) == ["臺灣的港口今日恢復"], path


def test_some_of_the_words_are_enough_if_all_have_no_hits(client: Client) -> None:
    publish_indexed(
        {"title": "Harbour", "text": "ferry"},
        {"title": "Harbour of the ferry", "text": "harbour ferry port"},
        {"title": "Nothing of it", "text": "quiet"},
    )
    html = page_text(client, "/port-harbour-typhoon/", 404)
    assert WITH_SOME in html
    assert titles(html)[0] == "Harbour of the ferry"
    assert "Nothing of it" not in html
    url = "/search/?q=port+OR+harbour+OR+typhoon&amp;sort=relevance"
    assert f'href="{url}"' in html
    assert client.get(url.replace("&amp;", "&")).status_code == 200


def test_five_suggestions_at_most_newest_first(client: Client) -> None:
    publish_indexed(
        *({"title": f"Ferry {n}", "text": "", "published_at": at(8, n)} for n in range(7))
    )
    assert titles(page_text(client, "/ferry/", 404)) == [f"Ferry {n}" for n in (6, 5, 4, 3, 2)]


def test_page_without_hits_has_no_suggestions(client: Client) -> None:
    publish_indexed({"title": "Ferry", "text": ""})
    for path in ("/typhoon/", "/typhoon-harbour/"):
        html = page_text(client, path, 404)
        assert "Stories with" not in html
        assert "Nothing here" in html


@pytest.mark.parametrize("state", [State.REVIEW, State.WITHDRAWN])
def test_story_that_is_not_public_is_not_suggested(client: Client, state: State) -> None:
    publish_indexed({"title": "Secret ferry", "text": "", "state": state, "state_reason": "asked"})
    assert "Secret ferry" not in page_text(client, "/secret/ferry/", 404)


def test_queries_of_the_page(client: Client) -> None:
    publish_indexed({"title": "Harbour ferry", "text": ""}, {"title": "Ferry", "text": ""})
    # The index identity; the hits with their outlets; which of them have changed since.
    with assert_archive_queries(3):
        page_text(client, "/nowhere/at/all/ferry.html", 404) and page_text(
            client, "/wp-login.php", 404
        )


@pytest.mark.parametrize(
    "path", ["/wp-login.php", "/.env", "/api/nothing", "/static/nothing.css", "/i/short", "/2021/"]
)
def test_paths_of_bots_and_files_make_no_query(client: Client, path: str) -> None:
    with patch("articles.views.errors.not_found_suggestions.search") as search:
        assert client.get(path).status_code == 404
    search.assert_not_called()


def test_only_get_and_head_have_suggestions(client: Client) -> None:
    with patch("articles.views.errors.not_found_suggestions.search") as search:
        assert client.post("/ferry/").status_code == 404
    search.assert_not_called()
    publish_indexed({"title": "Ferry", "text": ""})
    assert client.head("/ferry/").status_code == 404


@pytest.mark.parametrize(
    "fault",
    [IndexMissingError(), SearchTimeoutError(), OperationalError("away"),
     sqlite3.DatabaseError("torn"), OSError("full")],
)  # fmt: skip
def test_page_works_when_the_search_fails(client: Client, fault: Exception) -> None:
    with patch("articles.views.errors.not_found_suggestions.search", side_effect=fault):
        response = client.get("/ferry/")
    assert response.status_code == 404
    assert "Nothing here" in response.content.decode()
    assert response["Cache-Control"] == "no-store"


def test_page_works_without_an_index(client: Client) -> None:
    publish(title="Ferry")
    assert not SearchIndex.objects.exists()
    assert "Nothing here" in page_text(client, "/ferry/", 404)


def test_page_works_without_the_database(client: Client) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError("the server went away")

    with connection.execute_wrapper(away):
        assert "Nothing here" in page_text(client, "/ferry/", 404)


def test_page_has_no_suggestions_beyond_the_rate_limit(client: Client, settings: Settings) -> None:
    settings.SEARCH_RATE = parse_rate("1/hour")
    publish_indexed({"title": "Ferry", "text": ""})
    assert titles(page_text(client, "/ferry/", 404)) == ["Ferry"]
    response = client.get("/ferry/")
    assert (response.status_code, titles(response.content.decode())) == (404, [])
    assert response["Cache-Control"] == "no-store"  # the next reader may have suggestions
    assert client.get("/search/?q=ferry").status_code == 429


def test_paths_of_bots_do_not_count_as_searches(client: Client, settings: Settings) -> None:
    settings.SEARCH_RATE = parse_rate("1/hour")
    publish_indexed({"title": "Ferry", "text": ""})
    for path in ("/wp-login.php", "/.env", "/a/zzzzzzzz/", "/api/nothing"):
        client.get(path)
    assert titles(page_text(client, "/ferry/", 404)) == ["Ferry"]


def test_words_of_the_path_are_escaped(client: Client) -> None:
    publish_indexed({"title": "<b>Ferry</b>", "text": ""})
    html = page_text(client, "/ferry/%22onload=alert(1)/b/", 404)
    assert "<b>" not in html
    assert '"onload' not in html


def test_tombstone_links_to_the_policy_and_the_log(client: Client) -> None:
    story = publish(state=State.WITHDRAWN, state_reason="By request.", state_changed_at=at(9))
    html = page_text(client, f"/a/{story.code}/", 410)
    for url in ("/about/takedown/", "/withdrawals/"):
        assert f'href="{url}"' in html


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (RuntimeError("a fault"), 500, ["Out of order", "出了故障", "發生故障"]),
        (OperationalError("a fault"), 503, ["Back soon", "很快恢复", "很快恢復"]),
    ],
)
def test_500_page_has_three_languages_and_needs_no_database(
    client: Client, fault: Exception, status: int, words: list[str], django_assert_num_queries: Any
) -> None:
    client.raise_request_exception = False
    with (
        patch("articles.views.site.about.DayCount.objects", side_effect=fault) as rows,
        django_assert_num_queries(0),
    ):
        rows.filter.side_effect = fault
        html = page_text(client, "/about/", status)
    parts = dict(re.findall(r'<section class="notice narrow" lang="([^"]+)">(.*?)</section>',
                            html, re.DOTALL))  # fmt: skip
    assert set(parts) == {"en", "zh-Hans", "zh-Hant"}
    for language, word in zip(("en", "zh-Hans", "zh-Hant"), words, strict=True):
        assert word in parts[language]
        assert "href=" in parts[language]
    assert html.count("<h1>") == 1
    assert "a fault" not in html


def test_not_found_page_is_the_same_for_every_cookie(client: Client) -> None:
    client.cookies["sessionid"] = client.cookies["__Host-sessionid"] = "x"
    for url in ("/nothing-here/", "/zh-hans/robots.txt"):
        response = client.get(url)
        assert response.status_code == 404
        assert not response.cookies
        assert not response.has_header("Vary")
