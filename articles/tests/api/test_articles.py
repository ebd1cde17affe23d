"""``/api/v1/articles``: the keys that programs rely on, paging, and every kind of problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import Rate
from articles.content.post_file.parsing import Kind
from articles.models import Article, Author, BlockedIdentity, State
from articles.publishing import publication_state
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import Count, Search
from articles.tests.support.factories import NOON, make_source
from articles.tests.support.page_fixtures import add_version, at, publish
from articles.tests.support.search_fixtures import assert_archive_queries

pytestmark = pytest.mark.django_db

LIST = "/api/v1/articles"
ROW_KEYS = {
    "code", "url", "title", "source", "authors", "tags", "language", "kind", "published_at",
    "versions", "excerpt", "original_url",
}  # fmt: skip


@pytest.fixture
def story() -> Article:
    """Return an indexed story with all values set."""
    author = Author.objects.create(name="王小明", slug="王小明")
    values = {"language": "zh-Hans", "excerpt": "码头。", "kind": Kind.STORY}
    article = publish(
        tags=("港口", "船"), author=author, source=make_source("示例日报"), code="abcd1234",
        published_at=at(8), **values,
    )  # fmt: skip
    add_version(article, 1)
    add_version(article, 2, title="港口明日恢复通航")
    index_updates.update()
    return article


def publish_stories(count: int, **values: Any) -> list[Article]:
    found = [publish(title=f"港口 {number}", **values) for number in range(count)]
    index_updates.update()
    return found


def get_json(client: Client, address: str, status: int = 200, **more: Any) -> dict[str, Any]:
    response = client.get(address, **more)
    assert response.status_code == status, response.content
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response["Content-Type"] == kind
    payload: dict[str, Any] = json.loads(response.content)
    return payload


def get_problem(client: Client, address: str, status: int, **more: Any) -> dict[str, Any]:
    found = get_json(client, address, status, **more)
    assert {"type", "title", "detail"} <= set(found)
    assert found["status"] == status
    return found


def test_page_has_the_keys_of_the_contract(client: Client, story: Article) -> None:
    page = get_json(client, f"{LIST}?q=港口")
    assert set(page) == {"count", "notes", "results", "next"}
    assert (page["count"], page["next"], page["notes"]) == (1, None, [])
    [row] = page["results"]
    assert set(row) == ROW_KEYS
    assert row == {
        "code": "abcd1234",
        "url": story.get_absolute_url(),
        "title": "港口明日恢复通航",
        "source": "示例日报",
        "authors": ["王小明"],
        "tags": ["港口", "船"],
        "language": story.language,
        "kind": "story",
        "published_at": "2021-01-14T08:00:00Z",
        "versions": 2,
        "excerpt": "码头。",
        "original_url": story.url,
    }


def test_story_has_the_keys_of_the_contract(client: Client, story: Article) -> None:
    [row] = get_json(client, LIST)["results"]
    found = get_json(client, f"{LIST}/{story.code}")
    more = {"published_precision", "html", "text", "captures", "images"}
    assert set(found) == ROW_KEYS | more
    assert {key: found[key] for key in ROW_KEYS} == row
    assert (found["html"], found["text"]) == (story.body.html, story.body.text)
    assert [capture["version"] for capture in found["captures"]] == [2, 1]
    for capture in found["captures"]:
        assert set(capture) == {"version", "dates", "sha256"}
        assert set(capture["dates"]) == {"published_at", "post_file", "imported_at"}
        assert len(capture["sha256"]) == 64


def test_hidden_captures_are_omitted(client: Client, story: Article) -> None:
    story.captures.filter(version=1).update(hidden=True, hidden_reason="names somebody")
    found = get_json(client, f"{LIST}/{story.code}")
    assert [capture["version"] for capture in found["captures"]] == [2]


def test_story_with_empty_values_has_all_keys(client: Client) -> None:
    publish(title="", published_at=NOON)
    index_updates.update()
    [row] = get_json(client, LIST)["results"]
    assert set(row) == ROW_KEYS
    assert (row["authors"], row["tags"], row["original_url"]) == ([], [], None)


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
def test_following_next_gives_every_hit_once(client: Client, sort: str) -> None:
    wanted = {article.code for article in publish_stories(23, text="同样的文字", published_at=NOON)}
    found = list(_follow_pages(client, f"{LIST}?q=港口&sort={sort}&page_size=5"))
    assert len(found) == 23
    assert set(found) == wanted


def _follow_pages(client: Client, address: str | None) -> Iterator[str]:
    while address:
        assert address.startswith(f"{LIST}?")
        page = get_json(client, address)
        assert page["count"] == 23
        yield from (row["code"] for row in page["results"])
        address = page["next"]


def test_order_and_size(client: Client) -> None:
    early, late = publish(published_at=at(1)), publish(published_at=at(2))
    index_updates.update()
    codes = [row["code"] for row in get_json(client, LIST)["results"]]
    assert codes == [late.code, early.code]
    page = get_json(client, f"{LIST}?sort=oldest&page_size=1")
    assert [row["code"] for row in page["results"]] == [early.code]
    assert page["next"]


def test_default_page_size_is_20(client: Client) -> None:
    publish_stories(21)
    assert len(get_json(client, LIST)["results"]) == 20
    assert len(get_json(client, f"{LIST}?page_size=100")["results"]) == 21


def test_count_above_the_limit_is_a_lower_bound(
    client: Client, story: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Search, "count", lambda self: Count(10_000, is_exact=False))
    page = get_json(client, LIST)
    assert page["count_at_least"] == 10_000
    assert "count" not in page


def test_notes_explain_how_the_query_was_read(client: Client, story: Article) -> None:
    notes = get_json(client, f'{LIST}?q="港口 source:Nobody')["notes"]
    assert [note["code"] for note in notes] == ["unclosed-quote"]
    [note] = get_json(client, f"{LIST}?q=source:Nobody")["notes"]
    assert note["code"] == "unknown-name"
    assert set(note) == {"code", "words", "reading", "says"}


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("Q=1", "Q", "Known here: q, page_size, sort, after."),
        ("q=1&utm_source=x", "utm_source", "Unknown: utm_source"),
        ("q=1&q=2", "q", "more than once"),
        ("page_size=0", "page_size", "from 1 to 100"),
        ("page_size=101", "page_size", "from 1 to 100"),
        ("page_size=x", "page_size", "from 1 to 100"),
        ("page_size=", "page_size", "from 1 to 100"),
        ("page_size=٣", "page_size", "from 1 to 100"),
        ("sort=best", "sort", "newest or oldest or relevance"),
        ("after=x", "after", "follow"),
    ],
)
def test_invalid_parameter_is_named(
    client: Client, story: Article, query: str, name: str, words: str
) -> None:
    found = get_problem(client, f"{LIST}?{query}", 400)
    assert found["parameters"] == [name]
    assert words in found["detail"]


def test_cursor_of_another_sort_order_is_refused(client: Client) -> None:
    publish_stories(3)
    after = get_json(client, f"{LIST}?page_size=1")["next"].partition("after=")[2]
    assert get_problem(client, f"{LIST}?sort=oldest&after={after}", 400)["parameters"] == ["after"]


def test_story_accepts_no_parameters(client: Client, story: Article) -> None:
    assert get_problem(client, f"{LIST}/{story.code}?text=no", 400)["parameters"] == ["text"]


def test_withdrawn_story_is_gone_with_reason_and_date(client: Client, story: Article) -> None:
    publication_state.withdraw(story, "asked by its author")
    found = get_problem(client, f"{LIST}/{story.code}", 410)
    assert found["reason"] == "asked by its author"
    story.refresh_from_db()
    assert story.state_changed_at is not None
    assert found["since"] == story.state_changed_at.isoformat().replace("+00:00", "Z")
    assert get_json(client, LIST)["results"] == []


def test_erased_story_is_gone(client: Client) -> None:
    BlockedIdentity.objects.create(
        identity_hash="1" * 64, code="zzzzzzzz", reason="asked", blocked_at=NOON
    )
    assert get_problem(client, f"{LIST}/zzzzzzzz", 410)["since"] == "2020-02-26T12:00:00Z"


def test_unknown_and_hidden_stories_are_not_found(client: Client) -> None:
    hidden = publish(state=State.REVIEW)
    for path in (f"{LIST}/00000000", f"{LIST}/{hidden.code}", f"{LIST}/ABC", "/api/", "/api/v2/x"):
        assert get_problem(client, path, 404)["title"] == "Not Found"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (SearchTimeoutError("slow"), 503, "Ask for less"),
        (IndexMissingError("none"), 503, "index is being made"),
        (OperationalError("away"), 503, "database"),
        (RuntimeError("a secret"), 500, "fault of the archive"),
    ],
)
def test_internal_errors_are_problems_without_details(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def broken(*args: Any) -> None:
        raise error

    monkeypatch.setattr("articles.api.articles.search", broken)
    response = client.get(LIST)
    found = json.loads(response.content)
    assert (response.status_code, found["status"]) == (status, status)
    assert words in found["detail"]
    assert str(error) not in found["detail"]
    assert ("Retry-After" in response) == (status == 503)
    assert response["Cache-Control"] == "no-store"


def test_missing_index_is_503(client: Client) -> None:
    assert get_json(client, LIST)["count"] == 0
    publish()
    assert get_problem(client, LIST, 503)


def test_searches_are_rate_limited(client: Client, story: Article, settings: Settings) -> None:
    settings.SEARCH_RATE = Rate(2, 60)
    for _ in range(2):
        get_json(client, LIST)
    response = client.get(LIST)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 30
    assert json.loads(response.content)["title"] == "Too Many Requests"
    get_json(client, f"{LIST}/{story.code}")


def test_responses_are_public_and_revalidated(client: Client, story: Article) -> None:
    client.cookies["sessionid"] = "stale"
    for address in (LIST, f"{LIST}/{story.code}", "/api/v1/openapi.json"):
        response = client.get(address)
        assert response["Access-Control-Allow-Origin"] == "*"
        assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response["Cache-Control"] == "public, max-age=25"
        assert "Vary" not in response
        assert not response.cookies
        again = client.get(address, headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head["ETag"] == response["ETag"]


def test_other_methods_are_405(client: Client, story: Article) -> None:
    response = client.post(LIST, {"q": "x"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert json.loads(response.content)["status"] == 405
    preflight = client.options(LIST)
    assert preflight.status_code == 204
    assert preflight["Access-Control-Allow-Headers"] == "If-None-Match"
    assert preflight["Access-Control-Allow-Origin"] == "*"


def test_plain_http_is_refused_and_not_redirected(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    for path in (LIST, f"{LIST}/00000000", "/api/v1/openapi.json", "/api/x"):
        assert "https" in get_problem(client, path, 403)["detail"]
    assert client.get(LIST, secure=True).status_code == 200
    assert client.get("/search/download.csv").status_code == 301


def test_number_of_queries_does_not_grow(client: Client) -> None:
    for article in publish_stories(30, tags=("港口",)):
        add_version(article, 1)
    index_updates.update()
    # The name of the index, the stories, the index outbox (for the page and for the count),
    # topics, captures.
    with assert_archive_queries(6):
        get_json(client, f"{LIST}?page_size=3")
    with assert_archive_queries(6):
        get_json(client, f"{LIST}?page_size=30")
