"""The public log of withdrawals: its content, what it must not reveal, its pagination."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.http import pagination
from articles.models import Article, BlockedIdentity, State
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import add_version, at, page_text, publish
from articles.views.public_pages import NotFoundError

pytestmark = pytest.mark.django_db

LOG = "/withdrawals/"
_CODE = re.compile(r"<code>([0-9a-z]+)</code>")


def withdrawn(since: dt.datetime | None = None, **values: Any) -> Article:
    values = {"state_changed_at": since or at(9), **values}
    return publish(state=State.WITHDRAWN, state_reason="By request.", **values)


def erased(code: str, since: dt.datetime | None = None, reason: str = "A court.") -> None:
    BlockedIdentity.objects.create(
        identity_hash=code.ljust(64, "0"), code=code, reason=reason, blocked_at=since or at(9)
    )


def test_log_has_date_kind_outlet_and_reason(client: Client) -> None:
    publish()  # so that readers see the outlet
    story = withdrawn(at(9))
    erased("zzzzzzzz", at(10), "A court\nhas said so <b>")
    html = page_text(client, LOG)
    assert _CODE.findall(html) == ["zzzzzzzz", story.code]
    first, second = re.findall(r"<li>(.*?)</li>", html.partition('<ol class="versions">')[2],
                               re.DOTALL)[:2]  # fmt: skip
    assert "Erased" in first
    assert '<dd lang="">A court<br>has said so &lt;b&gt;</dd>' in first
    assert "14 January 2021, 10:00 UTC" in first
    assert "Outlet" not in first
    assert "Withdrawn" in second
    assert f'href="/a/{story.code}/"' in second
    assert '<a href="/sources/example-herald/">' in second
    assert "By request." in second


def test_log_has_neither_titles_nor_urls(client: Client) -> None:
    story = withdrawn(title="Secret headline", slug="secret-slug")
    add_version(story, 1, title="Secret headline")
    html = page_text(client, LOG)
    assert story.code in html
    for word in ("Secret", "secret-slug", story.url, "/2021/"):
        assert word not in html
    assert "noindex" in html


def test_outlet_without_public_stories_is_not_in_the_log(client: Client) -> None:
    withdrawn(source=make_source("Secret Letter"))
    assert "Secret Letter" not in page_text(client, LOG)


@pytest.mark.parametrize("state", [State.PUBLISHED, State.REVIEW])
def test_published_and_review_stories_are_not_in_the_log(client: Client, state: State) -> None:
    story = publish(state=state, state_changed_at=at(9))
    html = page_text(client, LOG)
    assert story.code not in html
    assert "Nothing was withdrawn or erased." in html


def test_hidden_version_is_not_in_the_log(client: Client) -> None:
    story = publish()
    capture = add_version(story, 1, shown=False)
    capture.hidden, capture.hidden_reason = True, "It names somebody."
    capture.save()
    assert "It names somebody." not in page_text(client, LOG)


def test_pagination_returns_every_entry_once(client: Client) -> None:
    for n in range(61):  # three at a time share an instant, also those of both kinds
        withdrawn(at(9, n // 3))
        erased(f"e{n:07d}", at(9, n // 3))
    found, query = [], ""
    while True:
        html = page_text(client, LOG + query)
        found.append(_CODE.findall(html))
        link = re.search(r'class="on" rel="next" href="(\?after=[^"]+)"', html)
        if link is None:
            break
        query = link[1]
    assert [len(codes) for codes in found] == [50, 50, 22]
    rows = [
        *Article.objects.values_list("state_changed_at", "code"),
        *BlockedIdentity.objects.values_list("blocked_at", "code"),
    ]
    rows.sort(key=lambda row: row[1])
    rows.sort(key=lambda row: row[0] or at(0), reverse=True)
    assert [code for page in found for code in page] == [code for _since, code in rows]


def test_queries_do_not_grow_with_the_log(client: Client, django_assert_num_queries: Any) -> None:
    for n in range(9):
        withdrawn(source=make_source(f"Name {n}"))
        erased(f"e{n:07d}")
    # Withdrawn stories with their outlets; erased ones.
    with django_assert_num_queries(2):
        page_text(client, LOG)


@pytest.mark.parametrize("is_first", [True, False])
def test_log_uses_its_indexes(client: Client, is_first: bool) -> None:
    query = "" if is_first else f"?after={pagination._encode_code_cursor(at(9), withdrawn())}"
    with CaptureQueriesContext(connection) as asked:
        page_text(client, LOG + query)
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads so small a table as a whole")
    for each, index in zip(asked, ("article_state_changed", "blocked_latest"), strict=True):
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + each["sql"])
            plan = str(cursor.fetchall())
        assert index in plan
        assert "TEMP B-TREE" not in plan


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(min_size=9, max_size=24).map(pagination._encode) | st.text(max_size=30))
def test_invalid_cursor_never_fails(cursor: str) -> None:
    request = RequestFactory().get("/", {"after": cursor})
    erased_rows = BlockedIdentity.objects.all()
    try:
        assert pagination.latest_page(request, (erased_rows, "blocked_at")).rows == []
    except NotFoundError:
        return
    assert pagination._encode(pagination._decode(cursor)) == cursor


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "%00", "潮"])
def test_modified_cursor_is_not_found(client: Client, cursor: str) -> None:
    assert "Start again from its first page" in page_text(client, f"{LOG}?after={cursor}", 404)


def test_story_that_was_never_public_is_not_in_the_log(client: Client) -> None:
    story = withdrawn(first_public_at=None)
    assert story.code not in page_text(client, LOG)
    for url in (f"/a/{story.code}/", story.get_absolute_url()):
        assert "By request." not in page_text(client, url, 404)
