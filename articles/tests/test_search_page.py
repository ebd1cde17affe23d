"""The page of a search: hits, order, paging, chips, facets, and what it says when it cannot."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.models import SearchIndex
from articles.tests.factories import make_source
from articles.tests.page_rows import at, page_text
from articles.tests.search_rows import publish_indexed

pytestmark = pytest.mark.django_db


def titles(html: str) -> list[str]:
    found = re.findall(r'<h3><a class="story-title"[^>]*>(.*?)</a>', html)
    return [re.sub("<[^>]+>", "", title) for title in found]


def test_hits_are_marked_in_the_original_script(client: Client) -> None:
    publish_indexed({"title": "臺灣的港口", "text": "船隊從臺灣出發。", "language": "zh-Hant"})
    html = page_text(client, "/search/?q=台湾")
    assert "<mark>臺灣</mark>的港口</a>" in html
    assert '<p class="snippet" lang="zh-Hant">船隊從<mark>臺灣</mark>出發。</p>' in html


def test_hits_can_be_read_in_three_orders(client: Client) -> None:
    publish_indexed(
        {"title": "One", "text": "harbour one", "published_at": at(8)},
        {"title": "Harbour", "text": "harbour harbour", "published_at": at(9)},
        {"title": "Three", "text": "harbour three", "published_at": at(10)},
    )
    assert titles(page_text(client, "/search/?q=harbour")) == ["Three", "Harbour", "One"]
    oldest = page_text(client, "/search/?q=harbour&sort=oldest")
    assert titles(oldest) == ["One", "Harbour", "Three"]
    best = page_text(client, "/search/?q=harbour&sort=relevance")
    assert titles(best)[0] == "Harbour"
    assert 'href="/search/?q=harbour&amp;sort=oldest"' in best


@pytest.mark.parametrize("sort", ["newest", "oldest", "relevance"])
def test_hits_are_followed_to_the_end_each_once(client: Client, sort: str) -> None:
    publish_indexed(
        *({"title": f"Ferry {n:02d}", "text": f"ferry {n}", "published_at": at(8, n)}
          for n in range(45))
    )  # fmt: skip
    found: list[str] = []
    address = f"/search/?q=ferry&sort={sort}"
    while address:
        html = page_text(client, address)
        found += titles(html)
        link = re.search(r'rel="next" href="([^"]+)">Further', html)
        address = link[1].replace("&amp;", "&") if link else ""
    assert sorted(found) == [f"Ferry {n:02d}" for n in range(45)]


def test_place_that_no_list_has_is_not_found(client: Client) -> None:
    publish_indexed({"text": "ferry"})
    assert "Start again" in page_text(client, "/search/?q=ferry&after=xx", 404)


def test_page_without_a_search_shows_the_box_and_examples(client: Client) -> None:
    html = page_text(client, "/search/")
    assert "Search the archive" in html
    assert 'href="/search/help/"' in html


def test_days_of_the_form_become_part_of_the_search(client: Client) -> None:
    source = make_source("Other Gazette")
    publish_indexed({"text": "ferry", "source": source})
    response = client.get("/search/?q=ferry&from=2020-01-01&to=2020-12-31&sort=oldest")
    assert (response.status_code, response["Location"]) == (
        302, "/search/?q=ferry+date%3A2020&sort=oldest",
    )  # fmt: skip
    response = client.get("/search/?q=ferry&from=soon")
    assert "soon.. is no date" in page_text(client, response["Location"])


def test_archive_without_an_index_says_so(client: Client) -> None:
    publish_indexed({"text": "ferry"})
    SearchIndex.objects.all().delete()
    response = client.get("/search/?q=ferry")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response["Cache-Control"] == "no-store"
    assert "being prepared" in response.content.decode()


def test_searches_of_an_address_are_counted_with_their_further_pages(
    client: Client, settings: Settings
) -> None:
    from articles.doors.rates import parse_rate

    settings.SEARCH_RATE = parse_rate("2/minute")
    statuses = [client.get(f"/search/?q=ferry{more}").status_code for more in ("", "", "&after=x")]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("address", ["/search/?q=ferry", "/search/", "/search/help/"])
def test_page_sets_no_cookie_and_may_be_kept(client: Client, address: str) -> None:
    response: Any = client.get(address)
    assert not response.cookies
    assert "public" in response["Cache-Control"]
