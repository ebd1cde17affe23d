"""The feeds of lists: the same stories as the list, paged to the oldest, in three formats."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import fromstring as parsed

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from articles.feeds import list_feeds
from articles.models import Article, Author, State
from articles.tests.support.factories import NOON, make_source
from articles.tests.support.page_fixtures import publish

pytestmark = pytest.mark.django_db

SITE = "https://news.example"
IN_ATOM = "{http://www.w3.org/2005/Atom}"
SUFFIXES = ("feed/", "feed.rss", "feed.json")
LISTS = ("/", "/sources/example-herald/", "/tags/harbour/", "/authors/wu/")


@pytest.fixture(autouse=True)
def _site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = SITE
    monkeypatch.setattr(list_feeds, "FEED_PAGE_SIZE", 3)


@pytest.fixture
def stories() -> list[Article]:
    """Return eight stories of one outlet, topic and author, the newest first."""
    author = Author.objects.create(name="Wu <b>", slug="wu")
    found = [
        publish(
            tags=("Harbour",), author=author, published_at=NOON - dt.timedelta(hours=number // 2)
        )
        for number in range(8)
    ]
    publish(tags=("Harbour",), author=author, state=State.REVIEW)
    return sorted(found, key=lambda story: (story.published_at, story.pk), reverse=True)


def follow_pages(client: Client, address: str) -> Iterator[str]:
    """Yield the URLs of the stories in a JSON feed, page by page."""
    while address:
        page: Any = client.get(address).json()
        yield from (item["url"] for item in page["items"])
        address = page.get("next_url", "").removeprefix(SITE)


@pytest.mark.parametrize("address", LISTS)
def test_feed_pages_contain_every_story_once(
    client: Client, stories: list[Article], address: str
) -> None:
    urls = list(follow_pages(client, f"{address}feed.json"))
    assert urls == [SITE + story.get_absolute_url() for story in stories]


@pytest.mark.parametrize("address", LISTS)
def test_atom_and_rss_have_the_same_next_page_as_json(
    client: Client, stories: list[Article], address: str
) -> None:
    json_feed: Any = client.get(f"{address}feed.json").json()
    after = urlsplit(json_feed["next_url"]).query
    root = parsed(client.get(f"{address}feed/").content)
    links = {link.attrib["rel"]: link.attrib["href"] for link in root.findall(f"{IN_ATOM}link")}
    assert links["next"] == f"{SITE}{address}feed/?{after}"
    assert links["alternate"] == SITE + address
    channel = parsed(client.get(f"{address}feed.rss").content).find("channel")
    assert channel is not None
    rss_links = [each.attrib for each in channel.findall(f"{IN_ATOM}link")]
    assert {"rel": "next", "href": f"{SITE}{address}feed.rss?{after}"}.items() <= next(
        each for each in rss_links if each["rel"] == "next"
    ).items()


@pytest.mark.parametrize("address", LISTS)
def test_pages_link_to_their_feeds(client: Client, stories: list[Article], address: str) -> None:
    html = client.get(address).content.decode()
    for suffix in SUFFIXES:
        assert html.count(f'href="{address}{suffix}"') == 2  # in the head and in the body
    assert "<b>" not in html


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_known_etag_gets_304(client: Client, stories: list[Article], suffix: str) -> None:
    first = client.get(f"/{suffix}")
    assert first["Cache-Control"] == "public, max-age=25"
    assert client.get(f"/{suffix}", headers={"If-None-Match": first["ETag"]}).status_code == 304
    Article.objects.filter(pk=stories[0].pk).update(state=State.REVIEW)
    assert client.get(f"/{suffix}", headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_lists_without_public_stories_have_no_feed(client: Client, suffix: str) -> None:
    make_source("Hidden Paper")
    Author.objects.create(name="Nobody", slug="nobody")
    for below in ("sources/hidden-paper", "tags/none", "authors/nobody", "sources/none"):
        assert client.get(f"/{below}/{suffix}").status_code == 404
    assert client.get(f"/{suffix}?after=x").status_code == 404
    assert client.post(f"/{suffix}").status_code == 405


@pytest.mark.parametrize("feed_format", ["atom", "rss", "json"])
def test_feed_of_a_merged_author_redirects(
    client: Client, stories: list[Article], feed_format: str
) -> None:
    other = Author.objects.create(name="W.", slug="w", merged_into=Author.objects.get(slug="wu"))
    response = client.get(reverse(f"author_feed_{feed_format}", args=[other.slug]))
    assert (response.status_code, response["Location"]) == (
        301, reverse(f"author_feed_{feed_format}", args=["wu"]),
    )  # fmt: skip


def test_feed_takes_a_fixed_number_of_queries(
    client: Client, stories: list[Article], django_assert_num_queries: Any
) -> None:
    for address, count in zip(LISTS, (3, 4, 4, 4), strict=True):
        with django_assert_num_queries(count):
            client.get(f"{address}feed/")
