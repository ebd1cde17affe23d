"""The static pages: about the archive, and takedown requests."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.fixtures import Settings

from archive_site.environment import Environment
from articles.tests.support.factories import make_source
from articles.tests.support.import_runs import PROJECT
from articles.tests.support.page_fixtures import at, page_text, publish

pytestmark = pytest.mark.django_db

PAGES = ("/about/", "/about/takedown/")


def test_about_has_totals(client: Client, django_assert_num_queries: Any) -> None:
    publish(published_at=dt.datetime(2019, 3, 1, 5, tzinfo=dt.UTC))
    publish(published_at=at(10), source=make_source("Other Gazette"))
    # Totals of all days; the number of outlets.
    with django_assert_num_queries(2):
        html = page_text(client, "/about/")
    assert "It holds 2 stories, from " in html
    assert "1 March 2019" in html
    assert "They are of 2 outlets." in html


def test_about_an_empty_archive_has_no_totals(client: Client) -> None:
    html = page_text(client, "/about/")
    assert "It holds 0" not in html
    assert "About this archive" in html


def test_links_of_the_pages_work(client: Client) -> None:
    html = page_text(client, "/about/")
    for url in ("/coverage/", "/search/help/", "/feed/", "/api/v1/docs", "/about/takedown/",
                    "/withdrawals/"):  # fmt: skip
        assert f'href="{url}"' in html
        assert client.get(url).status_code == 200
    assert 'href="/withdrawals/"' in page_text(client, "/about/takedown/")


def test_takedown_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page_text(client, "/about/takedown/")


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("mailto:archive@news.example", '<a href="mailto:archive@news.example">archive@news'),
        (
            "https://news.example/us?a&b",
            '<a href="https://news.example/us?a&amp;b">https://news.ex',
        ),
    ],
)
@pytest.mark.parametrize("page", PAGES)
def test_contact_is_shown_if_it_is_set(
    client: Client, settings: Settings, page: str, contact: str, link: str
) -> None:
    settings.CONTACT = contact
    assert link in page_text(client, page)


@pytest.mark.parametrize("page", PAGES)
def test_no_contact_is_shown_if_none_is_set(client: Client, settings: Settings, page: str) -> None:
    settings.CONTACT = ""
    html = page_text(client, page)
    for words in ("mailto:", "Write to", "Contact", "are reached at"):
        assert words not in html


@pytest.mark.parametrize(
    "value", ["archive@news.example", "javascript:alert(1)", "http://x.example"]
)
def test_invalid_contact_fails_at_startup(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, value: str
) -> None:
    monkeypatch.setenv("CONTACT", value)
    with pytest.raises(ImproperlyConfigured, match=r"CONTACT=.*Write"):
        Environment(tmp_path).contact("CONTACT")


def test_setting_is_in_the_guide_and_the_example_file() -> None:
    assert "| `CONTACT` |" in (PROJECT / "docs" / "operators.md").read_text()
    assert "\n# CONTACT=" in (PROJECT / ".env.example").read_text()
