"""The feeds of a search: parsed content, pagination, caching and unusual characters."""

from __future__ import annotations

import datetime as dt
import html
import json
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree.ElementTree import Element
from xml.etree.ElementTree import fromstring as parsed

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import Rate
from articles.feeds import atom, feed_model, json_feed, rss
from articles.feeds.feed_model import Entry, Feed, FeedSource
from articles.models import Article, Author
from articles.publishing import publication_state
from articles.searching import index_updates
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.tests.support.factories import NOON, make_source
from articles.tests.support.page_fixtures import add_version, at, publish
from articles.tests.support.search_fixtures import assert_archive_queries

pytestmark = pytest.mark.django_db

SITE = "https://news.example"
ATOM, RSS, JSON = "/search/feed/", "/search/feed.rss", "/search/feed.json"
IN_ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def story() -> Article:
    author = Author.objects.create(name="王小明", slug="王小明")
    article = publish(
        tags=("港口",), author=author, source=make_source("示例日报"), code="abcd1234",
        published_at=at(8), excerpt="码头 & 船", updated_at=at(9),
    )  # fmt: skip
    body = '<p>码头<img src="https://img.example/a.jpg"> &lt;b&gt; <a href="https://a.example/">a</a></p>'
    add_version(article, 1, body=body)
    index_updates.update()
    return article


def get_xml(client: Client, address: str) -> Element:
    response = client.get(address)
    assert response.status_code == 200
    return parsed(response.content)


def links(element: Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in element.iter(f"{IN_ATOM}link")}


def text(element: Element, *names: str) -> str:
    found: Element | None = element
    for name in names:
        assert found is not None
        found = found.find(name)
    assert found is not None
    return found.text or ""


def test_atom_entry_is_complete(client: Client, story: Article) -> None:
    feed = get_xml(client, f"{ATOM}?q=港口")
    assert feed.tag == f"{IN_ATOM}feed"
    query = "q=%E6%B8%AF%E5%8F%A3"
    assert text(feed, f"{IN_ATOM}id") == f"{SITE}{ATOM}?{query}"
    assert "港口" in text(feed, f"{IN_ATOM}title")
    assert text(feed, f"{IN_ATOM}updated") == "2021-01-14T09:00:00+00:00"
    [entry] = feed.iter(f"{IN_ATOM}entry")
    payload = {child.tag.removeprefix(IN_ATOM): child for child in entry}
    assert payload["id"].text == "tag:news.example,2020-02-26:abcd1234"
    assert payload["title"].text == "港口今日恢复通航"
    assert payload["published"].text == "2021-01-14T08:00:00+00:00"
    assert payload["summary"].text == "码头 & 船"
    assert payload["category"].attrib["term"] == "港口"
    assert text(payload["author"], f"{IN_ATOM}name") == "王小明"
    assert text(payload["source"], f"{IN_ATOM}title") == "示例日报"
    assert entry.attrib[LANG] == story.language
    assert links(entry) == {
        "alternate": SITE + story.get_absolute_url(), "via": story.url,
    }  # fmt: skip
    found = {key: value for key, value in links(feed).items() if key in {"self", "first"}}
    assert found == dict.fromkeys(("self", "first"), f"{SITE}{ATOM}?{query}")
    pages = [each.attrib for each in feed.findall(f"{IN_ATOM}link")]
    [page] = [each["href"] for each in pages if each["rel"] == "alternate"]
    assert page == f"{SITE}/search/?{query}"


def test_text_is_complete_with_absolute_urls(client: Client, story: Article) -> None:
    assert 'src="/i/' in story.body.html
    wanted = story.body.html.replace('src="/i/', f'src="{SITE}/i/')
    [entry] = get_xml(client, ATOM).iter(f"{IN_ATOM}entry")
    content = entry.find(f"{IN_ATOM}content")
    assert content is not None
    assert (content.text, content.attrib["type"]) == (wanted, "html")
    assert text(get_xml(client, RSS), "channel", "item", CONTENT) == wanted
    assert client.get(JSON).json()["items"][0]["content_html"] == wanted


@pytest.mark.parametrize(
    ("stored", "wanted"),
    [
        ('<a href="/a/1/">', f'<a href="{SITE}/a/1/">'),
        ('<img alt="x" src="/i/1" width="2">', f'<img alt="x" src="{SITE}/i/1" width="2">'),
        ('<a href="#n1">', '<a href="#n1">'),
        ('<p>write  src="/i/1" here</p>', '<p>write  src="/i/1" here</p>'),
        ('<img alt=" src=&quot;/">', '<img alt=" src=&quot;/">'),
        ('<a href="//a.example">', '<a href="//a.example">'),
        ('<img alt="a > b" src="/i/1">', f'<img alt="a > b" src="{SITE}/i/1">'),
    ],
)
def test_only_urls_are_made_absolute(stored: str, wanted: str) -> None:
    assert feed_model.make_urls_absolute(stored, SITE) == wanted


def test_rss_item_is_complete(client: Client, story: Article) -> None:
    channel = get_xml(client, f"{RSS}?q=港口").find("channel")
    assert channel is not None
    assert text(channel, "link").startswith(f"{SITE}/search/?q=")
    assert text(channel, "description")
    item = channel.find("item")
    assert item is not None
    assert text(item, "guid") == "tag:news.example,2020-02-26:abcd1234"
    guid = item.find("guid")
    assert guid is not None
    assert guid.attrib == {"isPermaLink": "false"}
    assert parsedate_to_datetime(text(item, "pubDate")) == at(8)
    assert (text(item, "source"), text(item, CREATOR)) == ("示例日报", "王小明")
    assert text(item, "link") == SITE + story.get_absolute_url()


def check_json_feed(feed: dict[str, Any]) -> None:
    """Check the requirements of JSON Feed 1.1."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert feed["title"]
    for key in ("home_page_url", "feed_url"):
        assert feed[key].startswith(SITE)
    assert feed.get("next_url", SITE).startswith(SITE)
    assert "next_url" not in feed or feed["next_url"] != feed["feed_url"]
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_html"], str)
        for key in ("date_published", "date_modified"):
            assert dt.datetime.fromisoformat(item[key]).tzinfo
        assert all(isinstance(tag, str) for tag in item.get("tags", []))
        assert all(author.get("name") or author.get("url") for author in item["authors"])


def test_json_feed_item_is_complete(client: Client, story: Article) -> None:
    feed = client.get(f"{JSON}?q=港口").json()
    check_json_feed(feed)
    [item] = feed["items"]
    assert item["id"] == "tag:news.example,2020-02-26:abcd1234"
    assert [author["name"] for author in item["authors"]] == ["王小明", "示例日报"]
    assert item["external_url"] == story.url


@pytest.mark.parametrize("address", [ATOM, RSS, JSON])
def test_pages_reach_the_oldest_story(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.feeds.search_feeds.FEED_PAGE_SIZE", 4)
    wanted = [publish(title=f"港口 {n}", published_at=NOON).code for n in range(11)]
    index_updates.update()
    found, here = [], f"{address}?q=港口"
    while here:
        if address == JSON:
            page = client.get(here).json()
            check_json_feed(page)
            found += [item["id"] for item in page["items"]]
            here = page.get("next_url", "")
        else:
            root = get_xml(client, here)
            name = f"{IN_ATOM}id" if address == ATOM else "guid"
            kind = f"{IN_ATOM}entry" if address == ATOM else "item"
            found += [text(entry, name) for entry in root.iter(kind)]
            parent = root if address == ATOM else root[0]
            tied = {e.attrib["rel"]: e.attrib["href"] for e in parent.findall(f"{IN_ATOM}link")}
            assert tied["first"] == f"{SITE}{address}?q=%E6%B8%AF%E5%8F%A3"
            here = tied.get("next", "")
        here = here.removeprefix(SITE)
    assert [each.rpartition(":")[2] for each in found] == list(reversed(wanted))


@pytest.mark.parametrize("address", [ATOM, RSS, JSON])
def test_known_etag_gets_304(client: Client, story: Article, address: str) -> None:
    response = client.get(address)
    assert "Last-Modified" not in response
    assert response["Cache-Control"] == "public, max-age=25"
    known = {"if-none-match": response["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    head = client.head(address)
    assert (head["ETag"], head.content) == (response["ETag"], b"")


def test_withdrawn_story_disappears_from_the_feed(client: Client, story: Article) -> None:
    publish(title="new", updated_at=at(10))
    index_updates.update()
    before = client.get(ATOM)
    publication_state.withdraw(story, "asked")
    after = client.get(ATOM, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert b"abcd1234" in before.content
    assert b"abcd1234" not in after.content
    later = {"if-modified-since": "Fri, 15 Jan 2021 09:00:00 GMT"}
    assert client.get(ATOM, headers=later).content


@pytest.mark.parametrize("address", [ATOM, RSS, JSON])
def test_no_hits_give_an_empty_feed(client: Client, story: Article, address: str) -> None:
    response = client.get(f"{address}?q=沙漠")
    assert response.status_code == 200
    if address == JSON:
        assert response.json()["items"] == []
    else:
        root = parsed(response.content)
        assert not [*root.iter("item"), *root.iter(f"{IN_ATOM}entry")]
        assert "1970" in response.content.decode()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (ATOM, "application/atom+xml"),
        (RSS, "application/rss+xml"),
        (JSON, "application/feed+json"),
    ],
)
def test_content_types(client: Client, address: str, kind: str) -> None:
    assert client.get(address)["Content-Type"] == f"{kind}; charset=utf-8"


TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["]]>", "<script>", "&amp;", "\x00\x0b\x1b", "\ufffe\uffff", "\u2028", "\"'", "<!--"]
)


@given(TEXTS, TEXTS, TEXTS)
def test_any_text_gives_a_well_formed_feed(first: str, second: str, third: str) -> None:
    entry = Entry(
        "tag:x,2020-01-01:0", f"{SITE}/{second}", third, first, FeedSource(second, SITE), third,
        [first, second], "zh", NOON, NOON, second, third,
    )  # fmt: skip
    feed = Feed(first, f"{SITE}/?q={second}", f"{SITE}/{third}", SITE, f"{SITE}/{first}", [entry])
    atom_feed, rss_feed = parsed(atom.serialize(feed)), parsed(rss.serialize(feed))
    [read] = atom_feed.iter(f"{IN_ATOM}entry")
    assert _xml_text(text(read, f"{IN_ATOM}title")) == _xml_text(first)
    assert _xml_text(text(read, f"{IN_ATOM}content")) == _xml_text(third)
    assert _xml_text(text(rss_feed, "channel", "item", CONTENT)) == _xml_text(third)
    payload = json.loads(json_feed.serialize(feed))["items"][0]
    assert payload["content_html"] == third


def _xml_text(words: str) -> str:
    """Return text as XML keeps it: without invalid characters, with one kind of line ending."""
    known = "".join(c for c in words if c in "\t\n\r" or " " <= c <= "\ud7ff" or c >= "\ue000")
    return (
        known.replace("\ufffe", "").replace("\uffff", "").replace("\r\n", "\n").replace("\r", "\n")
    )


def test_query_is_escaped(client: Client, story: Article) -> None:
    feed = get_xml(client, f"{ATOM}?q=<script>\x00]]>&x=\x0b")
    assert "<script>" in text(feed, f"{IN_ATOM}title")
    assert html.escape("<script>") in client.get(f"{ATOM}?q=<script>").content.decode()


def test_invalid_cursor_is_a_404(client: Client, story: Article) -> None:
    assert client.get(f"{ATOM}?after=x").status_code == 404


@pytest.mark.parametrize("error", [SearchTimeoutError, IndexMissingError])
def test_search_errors_are_503(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def broken(*args: Any) -> None:
        raise error

    monkeypatch.setattr("articles.feeds.search_feeds.search", broken)
    response = client.get(ATOM)
    assert response.status_code == 503
    assert response["Retry-After"]
    assert response["Cache-Control"] == "no-store"


def test_rate_and_methods(client: Client, story: Article, settings: Settings) -> None:
    assert client.post(ATOM).status_code == 405
    settings.SEARCH_RATE = Rate(1, 60)
    assert client.get(ATOM).status_code == 200
    assert client.get(RSS).status_code == 429


def test_number_of_queries_does_not_grow(client: Client) -> None:
    for number in range(20):
        add_version(publish(title=f"港口 {number}", tags=("港口",)), 1)
    index_updates.update()
    # The name of the index, the stories, the index outbox, topics, captures, texts.
    with assert_archive_queries(6):
        client.get(ATOM)
