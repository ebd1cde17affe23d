"""Cursors: they round-trip exactly, and each has exactly one valid spelling."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.http import pagination
from articles.models import Article, Source
from articles.tests.support.page_fixtures import at, publish
from articles.views.public_pages import NotFoundError

MOMENTS = st.integers(-(10**15), 4 * 10**15).map(
    lambda microseconds: at(0) + dt.timedelta(microseconds=microseconds)
)


@given(MOMENTS, st.integers(1, 2**63 - 1))
def test_story_cursor_round_trips(moment: dt.datetime, key: int) -> None:
    assert pagination._decode_story_cursor(pagination._encode_story_cursor(moment, key)) == (
        moment,
        key,
    )


@given(st.text())
def test_story_cursor_has_exactly_one_valid_spelling(text: str) -> None:
    try:
        moment, key = pagination._decode_story_cursor(text)
    except NotFoundError:
        return
    assert pagination._encode_story_cursor(moment, key) == text


@given(st.text())
def test_name_cursor_has_exactly_one_valid_spelling(text: str) -> None:
    try:
        name = pagination._decode_name_cursor(text)
    except NotFoundError:
        return
    assert pagination._encode(name.encode()) == text


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(min_size=16, max_size=16).map(pagination._encode) | st.text(max_size=30))
def test_no_cursor_crashes_a_list(cursor: str) -> None:
    request = RequestFactory().get("/", {"after": cursor})
    for page_of in (
        lambda: pagination.stories_page(request, Article.objects.published()),
        lambda: pagination.tagged_page(request, 1),
        lambda: pagination.names_page(request, Source.objects.all()),
    ):
        try:
            assert page_of().rows == []
        except NotFoundError:
            continue


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/", "/sources/", "/sources/example-herald/", "/tags/harbour/", "/authors/", "/2021/01/14/"],
)
@pytest.mark.parametrize("cursor", ["", "x", "AAAA=", "%00", "潮"])
def test_invalid_cursor_is_a_404_with_a_hint(client: Client, address: str, cursor: str) -> None:
    publish(published_at=at(9), tags=("Harbour",))
    response = client.get(f"{address}?after={cursor}")
    assert response.status_code == 404
    assert "Start again from its first page" in response.content.decode()


@pytest.mark.django_db
def test_cursor_after_the_last_row_gives_an_empty_page(client: Client) -> None:
    story = publish(published_at=at(9))
    cursor = pagination._encode_story_cursor(story.published_at, story.pk)
    html = client.get(f"/?after={cursor}").content.decode()
    assert "The list ends here" in html
    assert story.title not in html
