"""Downloads of all hits of a search: complete, in batches, safe in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import Rate
from articles.api import search_export
from articles.api.serializers import ROW_KEYS
from articles.models import Article, State
from articles.searching import index_updates
from articles.searching.backend import SearchTimeoutError
from articles.tests.support.factories import NOON
from articles.tests.support.page_fixtures import publish

pytestmark = pytest.mark.django_db

CSV, JSONL = "/search/download.csv", "/search/download.jsonl"


@pytest.fixture
def stories(monkeypatch: pytest.MonkeyPatch) -> list[Article]:
    monkeypatch.setattr(search_export, "BATCH_SIZE", 4)
    found = [
        publish(title=f"港口 {number}", text="同样的文字", tags=("港口", "船"), published_at=NOON)
        for number in range(11)
    ]
    publish(title="another")
    index_updates.update()
    return found


def download(client: Client, address: str) -> str:
    response: Any = client.get(address)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="search.')
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "public, max-age=25"
    return b"".join(response).decode()


def test_csv_contains_every_hit(client: Client, stories: list[Article]) -> None:
    content = download(client, f"{CSV}?q=港口")
    assert content.startswith("\ufeff")
    header, *rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    assert tuple(header) == ROW_KEYS
    assert [row[0] for row in rows] == [story.code for story in reversed(stories)]
    row = dict(zip(header, rows[0], strict=True))
    assert row["url"] == f"https://news.example{stories[-1].get_absolute_url()}"
    assert (row["tags"], row["authors"]) == ("港口; 船", "")


def test_concurrent_downloads_are_limited(
    client: Client, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Closing a response closes the connection, and with it the transaction of the test.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    running: list[Any] = [
        client.get(f"{JSONL}?q=港口") for _ in range(search_export.MAX_CONCURRENT)
    ]
    for address in (CSV, JSONL):
        refused = client.get(f"{address}?q=港口")
        assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert client.get("/search/?q=港口").status_code == 200
    read = next(iter(running[0]))
    running.pop(0).close()  # a client that stops early
    assert len(download(client, f"{JSONL}?q=港口").splitlines()) == len(stories)
    assert read
    for response in running:  # clients that never began to read
        response.close()
    for _ in range(search_export.MAX_CONCURRENT + 1):
        assert client.head(f"{CSV}?q=港口").status_code == 200


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://news.example"


def test_no_cell_is_a_formula(client: Client) -> None:
    publish(title="=HYPERLINK(1)", excerpt="+1", tags=("@x",))
    index_updates.update()
    content = download(client, CSV).removeprefix("\ufeff")
    _, row = list(csv.reader(io.StringIO(content)))
    values = dict(zip(ROW_KEYS, row, strict=True))
    assert (values["title"], values["excerpt"], values["tags"]) == ("'=HYPERLINK(1)", "'+1", "'@x")


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_jsonl_has_the_same_rows_as_the_api(
    client: Client, stories: list[Article], sort: str
) -> None:
    lines = download(client, f"{JSONL}?q=港口&sort={sort}").splitlines()
    api = client.get(f"/api/v1/articles?q=港口&page_size=100&sort={sort}").json()
    assert [json.loads(line) for line in lines] == api["results"]


def test_jsonl_with_texts(client: Client, stories: list[Article]) -> None:
    lines = download(client, f"{JSONL}?q=港口&text=yes").splitlines()
    assert [json.loads(line)["text"] for line in lines] == ["同样的文字"] * 11


def test_line_separators_in_a_text_do_not_break_a_line(client: Client) -> None:
    publish(text="one\u2028two\nthree\x85four")
    index_updates.update()
    content = download(client, f"{JSONL}?text=yes")
    assert content.count("\n") == 1
    assert json.loads(content)["text"] == "one\u2028two\nthree\x85four"


def test_no_hits_give_an_empty_file(client: Client, stories: list[Article]) -> None:
    assert download(client, f"{JSONL}?q=沙漠") == ""
    assert len(download(client, f"{CSV}?q=沙漠").splitlines()) == 1


def test_story_withdrawn_during_the_download_is_left_out(
    client: Client, stories: list[Article]
) -> None:
    response: Any = client.get(f"{JSONL}?q=港口")
    lines = iter(response)
    first = json.loads(next(lines))
    Article.objects.filter(pk=stories[0].pk).update(state=State.WITHDRAWN, state_reason="asked")
    codes = [first["code"], *(json.loads(line)["code"] for line in lines)]
    assert codes == [story.code for story in reversed(stories[1:])]


def test_error_during_the_download_truncates_the_file(
    client: Client, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    response: Any = client.get(f"{JSONL}?q=港口")
    lines = iter(response)
    next(lines)

    def slow(*args: Any) -> None:
        raise SearchTimeoutError

    monkeypatch.setattr(search_export, "search", slow)
    with pytest.raises(SearchTimeoutError):
        list(lines)
    assert client.get(JSONL).status_code == 503


@pytest.mark.parametrize(
    "address", [f"{CSV}?text=yes", f"{JSONL}?text=1", f"{JSONL}?sort=relevance", f"{CSV}?page=2"]
)
def test_invalid_parameters_are_problems(
    client: Client, stories: list[Article], address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", [CSV, JSONL])
def test_head_has_no_body(client: Client, stories: list[Article], address: str) -> None:
    response: Any = client.head(address)
    assert b"".join(response.streaming_content) == b""
    assert "Content-Length" not in response, "it would be false: the length is not known"
    assert response["Content-Disposition"] == client.get(address)["Content-Disposition"]
    assert response["Content-Type"] == client.get(address)["Content-Type"]


def test_downloads_are_rate_limited(
    client: Client, stories: list[Article], settings: Settings
) -> None:
    settings.COSTLY_RATE = Rate(1, 60)
    download(client, CSV)
    assert client.get(JSONL).status_code == 429
