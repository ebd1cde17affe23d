"""The feeds of arrivals: stories in the order in which they were first public here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import fromstring as parsed

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.feeds import list_feeds, search_feeds
from articles.models import Article, Author, State
from articles.publishing import publication_state
from articles.publishing.editing import Editor, set_fields
from articles.searching import arrivals, index_updates
from articles.tests.support.factories import NOON
from articles.tests.support.import_runs import run_import
from articles.tests.support.page_fixtures import publish
from articles.tests.support.post_files import OUTLET, STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db

SITE = "https://news.example"
LISTS = ("/", "/sources/example-herald/", "/tags/harbour/", "/authors/wu/", "/search/")
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _site(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SITE_URL = SITE
    for module in (list_feeds, search_feeds):
        monkeypatch.setattr(module, "FEED_PAGE_SIZE", 3)


@pytest.fixture
def stories() -> list[Article]:
    """Return eight stories, the latest arrival first; their dates run the other way."""
    author = Author.objects.create(name="Wu", slug="wu")
    found = [
        publish(
            tags=("Harbour",),
            author=author,
            published_at=NOON - number * HOUR,
            first_public_at=NOON + number // 2 * HOUR,
        )
        for number in range(8)
    ]
    publish(tags=("Harbour",), author=author, state=State.REVIEW)
    return sorted(found, key=lambda story: (story.first_public_at, story.pk), reverse=True)


def follow_pages(client: Client, address: str) -> Iterator[str]:
    """Yield the URLs of the stories in a JSON feed, page by page."""
    while address:
        page: Any = client.get(address).json()
        yield from (item["url"] for item in page["items"])
        address = page.get("next_url", "").removeprefix(SITE)


@pytest.mark.parametrize("address", LISTS)
def test_every_list_has_its_arrivals_once_and_in_order(
    client: Client, stories: list[Article], address: str
) -> None:
    urls = list(follow_pages(client, f"{address}feed/arrivals.json"))
    assert urls == [SITE + story.get_absolute_url() for story in stories]


@pytest.mark.parametrize("address", LISTS)
def test_atom_and_rss_have_the_same_stories(
    client: Client, stories: list[Article], address: str
) -> None:
    first = client.get(f"{address}feed/arrivals.json").json()["items"]
    atom = parsed(client.get(f"{address}feed/arrivals/").content)
    ids = [node.text for node in atom.iter("{http://www.w3.org/2005/Atom}id")]
    wanted = [item["id"] for item in first]
    assert [each for each in ids if each in wanted] == wanted
    rss = parsed(client.get(f"{address}feed/arrivals.rss").content)
    assert [node.text for node in rss.iter("guid")] == [item["id"] for item in first]
    [title] = [node.text for node in rss.findall("channel/title")]
    assert "as they arrived" in (title or "")


def test_pages_offer_the_arrivals(client: Client, stories: list[Article]) -> None:
    for address in ("/", "/sources/example-herald/", "/tags/harbour/", "/authors/wu/"):
        html = client.get(address).content.decode()
        assert f'href="{address}feed/arrivals/"' in html
    index_updates.update()
    html = client.get("/search/?q=story").content.decode()
    assert 'href="/search/feed/arrivals/?q=story"' in html


def test_late_story_reaches_whoever_follows(client: Client, tmp_path: Path) -> None:
    """A story of 2019, imported today into an archive with newer ones."""
    import_post(tmp_path, "new", "2021-01-14T10:00:00Z")
    etag = client.get("/feed/arrivals/")["ETag"]
    import_post(tmp_path, "late", "2019-05-01T08:00:00Z")
    response = client.get("/feed/arrivals/", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert titles(client) == ["late", "new"]


def test_story_out_of_review_arrives_when_it_is_published(client: Client, tmp_path: Path) -> None:
    import_post(tmp_path, "first", "2021-01-14T10:00:00Z", "--status=review")
    import_post(tmp_path, "second", "2021-01-15T10:00:00Z")
    assert titles(client) == ["second"]
    publication_state.publish(Article.objects.get(title="first"))
    assert titles(client) == ["first", "second"]


def test_the_time_of_arrival_never_changes(client: Client, tmp_path: Path) -> None:
    import_post(tmp_path, "first", "2021-01-14T10:00:00Z")
    import_post(tmp_path, "second", "2021-01-15T10:00:00Z")
    story = Article.objects.get(title="first")
    publication_state.withdraw(story, "asked")
    assert titles(client) == ["second"]
    publication_state.publish(story)
    set_fields(story, {"published_at": "2022-01-01T00:00:00+00:00"}, Editor(None))
    assert titles(client) == ["second", "first"]


def test_search_is_among_the_newest_arrivals(
    client: Client, stories: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "ARRIVALS_LIMIT", 4)
    assert len(list(follow_pages(client, "/search/feed/arrivals.json"))) == 4
    title = stories[1].title
    found = list(
        follow_pages(client, f"/search/feed/arrivals.json?q={quote(chr(34) + title + chr(34))}")
    )
    assert found == [SITE + stories[1].get_absolute_url()]
    assert not list(follow_pages(client, "/search/feed/arrivals.json?q=nowhere"))


def import_post(folder: Path, title: str, date: str, *options: str) -> None:
    post = make_post(title=title, date=date, url=f"{STORY_URL}/{title}", tags=[OUTLET, "港口"])
    write_post(folder / title, f"{date[:10]}-{title}.md", post)
    with chdir(folder):
        assert run_import(folder / title, *options).exit_code == 0


def titles(client: Client) -> list[str]:
    """Return the headlines in the feed of arrivals, the same in that of the topic."""
    feed: Any = client.get("/feed/arrivals.json").json()
    topic: Any = client.get(f"/tags/{quote('港口')}/feed/arrivals.json").json()
    found = [item["title"] for item in feed["items"]]
    assert [item["title"] for item in topic["items"]] == found
    return found
