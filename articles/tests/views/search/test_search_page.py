"""The search page: hits, order, pagination, chips, facets, and its 503 page."""

from __future__ import annotations

import datetime as dt
import re
from html import escape, unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import parse_rate
from articles.content.search_query import format_note, parse
from articles.content.search_query.examples import Example, examples
from articles.models import Article, Author, SearchChange, SearchIndex, Source, Tag
from articles.searching.backend import SearchTimeoutError
from articles.searching.search import Search
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import at, page_text
from articles.tests.support.search_fixtures import assert_archive_queries, publish_indexed

pytestmark = pytest.mark.django_db


def titles(html: str) -> list[str]:
    found = re.findall(r'<h3><a class="story-title"[^>]*>(.*?)</a>', html)
    return [re.sub("<[^>]+>", "", title) for title in found]


def test_hits_are_highlighted_in_the_original_script(client: Client) -> None:
    publish_indexed({"title": "臺灣的港口", "text": "船隊從臺灣出發。", "language": "zh-Hant"})
    html = page_text(client, "/search/?q=台湾")
    assert "<mark>臺灣</mark>的港口</a>" in html
    assert '<p class="snippet" lang="zh-Hant">船隊從<mark>臺灣</mark>出發。</p>' in html


def test_hits_have_three_orders(client: Client) -> None:
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
def test_pagination_returns_every_hit_once(client: Client, sort: str) -> None:
    publish_indexed(
        *({"title": f"Ferry {n:02d}", "text": f"ferry {n}", "published_at": at(8, n)}
          for n in range(45))
    )  # fmt: skip
    found: list[str] = []
    url = f"/search/?q=ferry&sort={sort}"
    while url:
        html = page_text(client, url)
        found += titles(html)
        link = re.search(r'rel="next" href="([^"]+)">Further', html)
        url = link[1].replace("&amp;", "&") if link else ""
    assert sorted(found) == [f"Ferry {n:02d}" for n in range(45)]


def test_invalid_cursor_is_not_found(client: Client) -> None:
    publish_indexed({"text": "ferry"})
    assert "Start again" in page_text(client, "/search/?q=ferry&after=xx", 404)


def test_page_without_a_search_shows_the_box_and_examples(client: Client) -> None:
    html = page_text(client, "/search/")
    assert "Search the archive" in html
    assert 'href="/search/help/"' in html


def test_dates_of_the_form_become_part_of_the_query(client: Client) -> None:
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


def test_rate_limit_counts_further_pages_of_a_search(client: Client, settings: Settings) -> None:
    settings.SEARCH_RATE = parse_rate("2/minute")
    statuses = [client.get(f"/search/?q=ferry{more}").status_code for more in ("", "", "&after=x")]
    assert statuses == [200, 200, 429]


@pytest.mark.parametrize("url", ["/search/?q=ferry", "/search/", "/search/help/"])
def test_page_sets_no_cookie_and_is_cacheable(client: Client, url: str) -> None:
    response: Any = client.get(url)
    assert not response.cookies
    assert "public" in response["Cache-Control"]


def test_search_that_takes_too_long_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_indexed({"text": "ferry"})

    def slow(*_: Any, **__: Any) -> None:
        raise SearchTimeoutError

    monkeypatch.setattr(Search, "facets", slow)
    response = client.get("/search/?q=ferry")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "takes too long" in response.content.decode()


def test_duplicates_are_grouped_under_the_first(client: Client) -> None:
    other = make_source("Other Gazette")
    publish_indexed(
        {"title": "Another", "text": "the ferry sails", "source": other, "published_at": at(7)},
        {"title": "First", "text": "the ferry sails", "published_at": at(8)},
        {"title": "Own", "text": "the ferry sails today", "published_at": at(9)},
        {"title": "Last", "text": "the ferry sails", "published_at": at(10)},
        {"title": "The ferry", "text": "", "published_at": at(11)},
        {"title": "The ferry", "text": "", "published_at": at(12)},
        {"title": "The ferry", "text": "", "source": other, "published_at": at(13)},
    )  # fmt: skip
    html = page_text(client, "/search/?q=ferry")
    assert titles(html) == ["The ferry", "The ferry", "Last", "Own"]
    assert "and 2 more with the same text" in html
    assert "and 1 more with the same text" in html
    assert "7 stories" in html
    assert html.index("Last") < html.index("First") < html.index("Another") < html.index(">Own<")


def test_hit_without_a_headline_is_untitled(client: Client) -> None:
    publish_indexed({"title": "", "text": "ferry"})
    assert titles(page_text(client, "/search/?q=ferry")) == ["(untitled)"]


def test_titles_texts_and_names_are_text_and_never_markup(client: Client) -> None:
    bad = "<img src=x onerror=alert(1)>ferry&lt;<mark>"
    author = Author.objects.create(name=bad, slug="bad")
    source = make_source("Bad<script>", language='"><script>')
    publish_indexed(
        {"title": bad, "text": bad * 3, "author": author, "source": source, "tags": (bad,),
         "language": '"><script>'},
        {"title": bad, "text": bad * 3},
    )  # fmt: skip
    for query in (
        "ferry",
        "img",
        "mark",
        "<img",
        'source:"Bad<script>"',
        "<script>alert(1)</script>",
        f'tag:"{bad}"',
    ):
        html = page_text(client, f"/search/?q={quote(query)}")
        assert "<img" not in html
        assert "<script>" not in html
        assert not re.search(r"<mark>[^<]*<(?!/mark)", html)
    assert "&lt;<mark>img</mark> src=x" in page_text(client, "/search/?q=img")


def test_each_filter_is_a_removable_chip(client: Client) -> None:
    publish_indexed({"text": "ferry", "source": make_source("BBC"), "published_at": at(8)})
    query = "ferry source:BBC,DW -lang:en date:2021-01 has:image"
    html = page_text(client, f"/search/?q={quote(query)}&sort=oldest")
    found = re.findall(r'<li><a href="([^"]+)" aria-label="Take away: ([^"]+)"', html)
    left = {label: parse_qs(urlsplit(unescape(link)).query)["q"][0] for link, label in found}
    rest = "-lang:en date:2021-01 has:image"
    assert left == {
        "Outlet: BBC": f"ferry source:DW {rest}",
        "Outlet: DW": f"ferry source:BBC {rest}",
        "Not: Language: English": "ferry source:BBC,DW date:2021-01 has:image",
        "Date: January 2021": "ferry source:BBC,DW -lang:en has:image",
        "With pictures": "ferry source:BBC,DW -lang:en date:2021-01",
    }
    assert all("sort=oldest" in link for link, _ in found)


def test_page_explains_how_the_query_was_parsed(client: Client) -> None:
    publish_indexed({"text": "ferry"})
    html = page_text(client, "/search/?q=" + quote('titel:ferry source:Nobody tag:x author:y "a'))
    assert "There is no field named titel" in html
    assert "is not closed" in html
    for words in ('outlet called “<span lang="">Nobody', "topic called", "author called"):
        assert words in html


def test_facets_count_and_narrow(client: Client) -> None:
    gazette = make_source("Other Gazette", language="en")
    publish_indexed(
        {"text": "ferry 1", "source": gazette, "language": "en", "published_at": at(8),
         "tags": ("港口",)},
        {"text": "ferry 2", "language": "zh-Hans", "published_at": at(9)},
        {"text": "ferry 3", "language": "zh-Hans", "kind": "video", "published_at": at(9, day=20)},
    )  # fmt: skip
    html = page_text(client, "/search/?q=ferry")
    values = dict(
        re.findall(r'<li><a href="[^"]+" lang="[^"]*">([^<]+)</a> <span class="count">(\d+)', html)
    )
    assert values == {
        "January 2021": "3", "Example Herald": "2", "Other Gazette": "1", "港口": "1",
        "Chinese, simplified": "2", "English": "1", "Stories": "2", "Videos": "1",
    }  # fmt: skip
    link = re.search(r'<a href="([^"]+)" lang="en">Other Gazette', html)
    assert link is not None
    narrowed = page_text(client, unescape(link[1]))
    assert len(titles(narrowed)) == 1
    assert '<strong lang="en">Other Gazette</strong>' in narrowed


def test_names_of_stories_that_are_not_public_are_no_facets(client: Client) -> None:
    [story, _] = publish_indexed(
        {"text": "ferry", "tags": ("Hidden Topic",), "source": make_source("Hidden Outlet")},
        {"text": "ferry 2"},
    )
    Tag.objects.update(story_count=0)
    Source.objects.filter(name="Hidden Outlet").update(story_count=0)
    Article.objects.filter(pk=story.pk).update(state="review")
    html = page_text(client, "/search/?q=ferry")  # the index has not heard of it yet
    assert "Hidden" not in html


@pytest.mark.parametrize(
    ("years", "labels"),
    [
        (range(2020, 2021), ["January 2020"]),
        (range(2010, 2021, 10), ["2020", "2010"]),
    ],
)
def test_histogram_has_bars_and_a_text_alternative(
    client: Client, years: range, labels: list[str]
) -> None:
    publish_indexed(
        *({"text": f"ferry {year}", "published_at": dt.datetime(year, 1, 5, tzinfo=dt.UTC)}
          for year in years)
    )  # fmt: skip
    html = page_text(client, "/search/?q=ferry")
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert 'aria-hidden="true"' in drawing
    assert "style=" not in drawing
    assert re.findall("<title>([^<]+): 1</title>", drawing) == labels[::-1]
    assert re.findall('<li><a href="[^"]+" lang="en">([^<]*20[^<]*)</a>', html) == labels


@pytest.mark.parametrize(
    ("url", "queries"),
    [
        # the index identity; stories; which of them have changed; whether anything has; texts;
        # outlets; topics
        ("/search/?q=ferry", 7),
        ("/search/?q=ferry&sort=oldest", 7),
        ("/search/?q=ferry&sort=relevance", 7),
        ("/search/", 0),
        ("/search/help/", 0),
    ],
)
def test_queries_do_not_grow_with_the_hits(client: Client, url: str, queries: int) -> None:
    publish_indexed(
        *({"text": f"ferry {n}", "source": make_source(f"Outlet {n}"), "tags": (f"Topic {n}",)}
          for n in range(30))
    )  # fmt: skip
    page_text(client, url)
    with assert_archive_queries(queries):
        page_text(client, url)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.typed)
def test_every_example_of_the_help_works(client: Client, example: Example) -> None:
    publish_indexed({"text": "ferry"})
    link = f'href="/search/?q={quote(example.typed, safe="")}"'
    assert link in page_text(client, "/search/help/")
    html = page_text(client, f"/search/?q={quote(example.typed)}")
    for note in parse(example.typed).notes:
        assert escape(format_note(note)) in html


def test_withdrawn_story_leaves_the_page_at_once(client: Client) -> None:
    [story] = publish_indexed({"title": "Secret harbour", "text": "ferry"})
    Article.objects.filter(pk=story.pk).update(state="withdrawn", state_reason="asked")
    SearchChange.record([story.pk])
    html = page_text(client, "/search/?q=ferry")
    assert "Secret" not in html
    assert "Nothing found" in html
