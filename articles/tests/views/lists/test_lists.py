"""Lists of stories and names: order, pagination to the end, number of queries."""

from __future__ import annotations

import datetime as dt
import re
from itertools import chain
from typing import Any

import pytest
from django.test import Client

from articles.models import (
    Article,
    ArticleImage,
    Author,
    DayCount,
    Image,
    Source,
    State,
    Tag,
    TaggedArticle,
)
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import at, page_text, publish

pytestmark = pytest.mark.django_db

_NEXT = re.compile(r'<a class="on" rel="next" href="(\?after=[^"]+)"')
_TITLES = re.compile(r'class="story-title"[^>]*><span [^>]*>([^<]+)</span>')


def titles_by_page(client: Client, url: str) -> list[list[str]]:
    """Return the headlines of each page of a list, from the first to the last."""
    pages, query = [], ""
    while True:
        html = page_text(client, url + query)
        pages.append(_TITLES.findall(html))
        link = _NEXT.search(html)
        if link is None:
            return pages
        query = link[1]


@pytest.fixture
def many() -> list[Article]:
    """Return 125 stories of one outlet, author, tag and day; groups of three share an instant."""
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    return [
        publish(
            title=f"Story {n:03d}",
            excerpt="It began so.",
            author=author,
            tags=("Harbour",),
            published_at=at(n // 3 // 60, n // 3 % 60),
        )
        for n in range(125)
    ]


@pytest.mark.parametrize(
    ("url", "sizes"),
    [
        ("/sources/example-herald/", [50, 50, 25]),
        ("/authors/ada-ferry/", [50, 50, 25]),
        ("/tags/harbour/", [50, 50, 25]),
    ],
)
def test_list_has_every_story_once_newest_first(
    client: Client, many: list[Article], url: str, sizes: list[int]
) -> None:
    pages = titles_by_page(client, url)
    assert [len(page) for page in pages] == sizes
    assert list(chain.from_iterable(pages)) == [article.title for article in reversed(many)]


def test_front_page_links_to_a_list_of_every_story_newest_first(
    client: Client, many: list[Article]
) -> None:
    pages = titles_by_page(client, "/")
    assert [len(page) for page in pages] == [60, 60, 60, 5]  # the first is the front page itself
    assert list(chain.from_iterable(pages[1:])) == [article.title for article in reversed(many)]


def test_day_has_every_story_once_newest_first(client: Client, many: list[Article]) -> None:
    pages = titles_by_page(client, "/2021/01/14/")
    assert [len(page) for page in pages] == [50, 50, 25]
    assert list(chain.from_iterable(pages)) == [article.title for article in reversed(many)]


def test_later_page_links_back_to_the_newest(client: Client, many: list[Article]) -> None:
    link = _NEXT.search(page_text(client, "/sources/example-herald/"))
    assert link is not None
    html = page_text(client, f"/sources/example-herald/{link[1]}")
    assert '<a href="/sources/example-herald/">Back to the newest</a>' in html


@pytest.mark.parametrize("state", [State.REVIEW, State.WITHDRAWN])
def test_lists_leave_out_what_is_not_public(client: Client, state: State) -> None:
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    publish(title="Open", tags=("Harbour",), author=author)
    publish(
        title="Kept back", tags=("Harbour",), author=author, state=state, state_reason="by request"
    )
    stale = TaggedArticle.objects.filter(listed_at=None)
    stale.update(listed_at=dt.datetime(2020, 2, 26, 12, tzinfo=dt.UTC))
    for url in (
        "/2020/02/26/", "/sources/example-herald/", "/authors/ada-ferry/", "/tags/harbour/",
    ):  # fmt: skip
        assert titles_by_page(client, url) == [["Open"]], url
    assert titles_by_page(client, "/") == [["Open"], ["Open"]]


def test_home_when_the_archive_is_empty(client: Client) -> None:
    assert "no story yet" in page_text(client, "/")


def test_home_shows_span_total_and_years(client: Client) -> None:
    publish(published_at=dt.datetime(2019, 3, 1, 5, tzinfo=dt.UTC))
    publish(published_at=at(10))
    html = page_text(client, "/")
    assert "2 stories" in html
    assert "1 March 2019" in html
    assert '<a href="/2019/">2019</a>' in html
    assert '<a href="/2021/">2021</a>' in html


def test_home_has_no_day_twice_west_of_utc(client: Client, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    thirteenth, fourteenth = dt.date(2021, 1, 13), dt.date(2021, 1, 14)
    publish(published_at=at(2), day=thirteenth)
    publish(published_at=at(0), day=fourteenth, published_precision="day")
    publish(published_at=at(20, day=13), day=thirteenth)
    link = _NEXT.search(page_text(client, "/"))
    assert link is not None
    days = re.findall(r'<h2><a href="(/2021/[^"]+)"', page_text(client, f"/{link[1]}"))
    assert days == ["/2021/01/13/", "/2021/01/14/"]


def test_front_page_shows_the_days_before_and_the_same_day_of_earlier_years(client: Client) -> None:
    publish(title="Newest", published_at=at(9))
    publish(title="Day before", published_at=at(9, day=12))
    publish(title="Year before", published_at=dt.datetime(2020, 1, 14, tzinfo=dt.UTC))
    publish(title="Another day", published_at=dt.datetime(2019, 5, 1, tzinfo=dt.UTC))
    html = page_text(client, "/")
    parts = re.split('id="(newest|before|years-ago)-head"', html)
    groups = {
        name: _TITLES.findall(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    assert groups == {
        "newest": ["Newest"],
        "before": ["Day before", "Year before", "Another day"],
        "years-ago": ["Year before"],
    }


def test_front_page_of_a_leap_day_shows_the_previous_leap_day(client: Client) -> None:
    publish(title="Newest", published_at=dt.datetime(2024, 2, 29, tzinfo=dt.UTC))
    publish(title="Four years before", published_at=dt.datetime(2020, 2, 29, tzinfo=dt.UTC))
    assert 'id="years-ago-head"' in page_text(client, "/")


def test_lead_stories_are_long_and_of_different_outlets_with_stored_pictures(
    client: Client,
) -> None:
    gazette = make_source("Other Gazette", language="en")
    herald = make_source()
    for title, characters, source in (
        ("Long", 900, gazette), ("Longest", 2_000, gazette), ("Short", 100, herald),
    ):  # fmt: skip
        publish(
            title=title, published_at=at(9), excerpt="It began so.", character_count=characters,
            text="It began so. And went on.", source=source,
        )  # fmt: skip
    html = page_text(client, "/")
    leads = html[html.index('class="ledes"') : html.index('class="briefs"')]
    assert _TITLES.findall(leads) == ["Longest", "Short"]
    assert "It began so. And went on." in leads
    assert "<img" not in leads


def test_long_story_leads_a_busy_day_however_early_it_is(
    client: Client, many: list[Article]
) -> None:
    many[0].character_count = 9_000
    many[0].save()
    html = page_text(client, "/")
    assert _TITLES.findall(html)[0] == many[0].title
    assert "64 stories more of this day" in html


def test_lead_story_has_its_first_stored_picture(client: Client) -> None:
    story = publish(published_at=at(9), excerpt="It began so.", text="It began so.")
    for position, (code, state) in enumerate(
        (("00000001", "known"), ("00000002", "held"), ("00000003", "held"))
    ):
        image = Image.objects.create(
            code=code, url_hash=code, state=state, file="pictures/x", width=8, height=6
        )
        ArticleImage.objects.create(article=story, image=image, position=position, alt="A ferry")
    html = page_text(client, "/zh-hans/")
    assert re.findall("<img[^>]*>", html) == [
        '<img src="/i/00000002?w=800" width="8" height="6" alt="A ferry" lang="">'
    ]


def test_list_shows_no_time_for_a_story_with_day_precision(client: Client) -> None:
    publish(published_at=at(0), published_precision="day")
    assert "00:00" not in page_text(client, "/")


def test_list_shows_untitled_for_an_empty_headline(client: Client) -> None:
    publish(title="")
    assert "(untitled)" in page_text(client, "/")


def test_day_groups_stories_by_outlet_and_links_adjacent_days(client: Client) -> None:
    gazette = make_source("Other Gazette", language="en")
    publish(title="Early", published_at=at(8))
    publish(title="Noon", published_at=at(12), source=gazette)
    publish(title="Late", published_at=at(20))
    publish(published_at=at(9, day=11))
    publish(published_at=at(9, day=20))
    html = page_text(client, "/2021/01/14/")
    order = [html.index(word) for word in ("Example Herald", "Late", "Early", "Other Gazette")]
    assert order == sorted(order)
    assert 'rel="prev" href="/2021/01/11/"' in html
    assert 'href="/2021/01/20/"' in html
    assert "3 stories" in html


def test_year_shows_months_with_counts_and_days(client: Client) -> None:
    publish(published_at=at(8))
    publish(published_at=at(9))
    publish(published_at=dt.datetime(2021, 11, 2, tzinfo=dt.UTC))
    publish(published_at=dt.datetime(2018, 5, 2, tzinfo=dt.UTC))
    html = page_text(client, "/2021/")
    assert '<a href="/2021/01/">January</a> <span class="count">2</span>' in html
    assert 'aria-label="14 January, 2 stories">14</a>' in html
    assert "February" not in html
    assert '<a rel="prev" href="/2018/"><small>Before</small> 2018</a>' in html


def test_year_and_month_use_only_the_day_counts(client: Client) -> None:
    DayCount.objects.create(day=dt.date(2021, 1, 31), story_count=7)
    assert "7 stories" in page_text(client, "/2021/")
    html = page_text(client, "/2021/01/")
    assert "7 stories on 1 day." in html
    assert 'aria-label="31 January, 7 stories"' in html


@pytest.mark.parametrize(
    "url", ["/2021/", "/2021/01/", "/2021/01/14/", "/2021/02/30/", "/2021/13/", "/0000/"]
)
def test_calendar_page_without_stories_is_not_found(client: Client, url: str) -> None:
    publish(published_at=dt.datetime(2020, 6, 1, tzinfo=dt.UTC))
    assert "Nothing here" in page_text(client, url, 404)


@pytest.mark.parametrize("url", ["/sources/", "/tags/", "/authors/"])
def test_name_lists_reach_the_end_and_skip_names_without_stories(client: Client, url: str) -> None:
    names = [f"Name {n:02d}" for n in range(53)]
    for name in names:
        slug = name.replace(" ", "-").lower()
        author = Author.objects.create(name=name, slug=slug)
        publish(source=make_source(name), author=author, tags=(name,))
    Source.objects.create(name="Name 99", slug="name-99")
    Author.objects.create(name="Name 99", slug="name-99")
    first = page_text(client, url)
    link = _NEXT.search(first)
    assert link is not None
    second = page_text(client, url + link[1])
    assert re.findall(r">(Name \d\d)<", first + second) == names
    assert "1 story" in first
    assert "Back to the first" in second


@pytest.mark.parametrize("url", ["/sources/ghost/", "/tags/ghost/", "/authors/ghost/"])
def test_list_of_an_unknown_name_is_not_found(client: Client, url: str) -> None:
    page_text(client, url, 404)


def test_outlet_topic_and_author_without_public_stories_are_not_found(client: Client) -> None:
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    publish(state=State.REVIEW, author=author, tags=("Harbour",))
    for url in ("/sources/example-herald/", "/tags/harbour/", "/authors/ada-ferry/"):
        page_text(client, url, 404)


def test_merged_author_redirects_to_the_other_spelling(client: Client) -> None:
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry", story_count=1)
    Author.objects.create(name="A. Ferry", slug="a-ferry", merged_into=author)
    response = client.get("/authors/a-ferry/")
    assert (response.status_code, response["Location"]) == (301, "/authors/ada-ferry/")


def test_topic_has_a_chinese_slug(client: Client) -> None:
    publish(title="Open", tags=("环境 保护",))
    assert titles_by_page(client, "/tags/环境-保护/") == [["Open"]]


@pytest.mark.parametrize(
    ("url", "queries"),
    [
        # years; counts of the day and of the same days in earlier years; its newest and its longest
        # stories; pictures of the lead stories and the text of the first; the days before
        ("/", 7),
        ("/2021/", 3),  # day counts; the day before; the day after
        ("/2021/01/", 4),  # the same; outlets
        ("/2021/01/14/", 4),  # stories; the day before; the day after; the day's count
        ("/sources/", 2),  # outlets; their spans
        ("/sources/example-herald/", 4),  # the outlet; stories; its months; its authors
        ("/tags/", 1),  # topics
        ("/tags/harbour/", 2),  # the topic; taggings with their stories
        ("/authors/", 1),  # authors
        ("/authors/ada-ferry/", 2),  # the author; stories
    ],
)
def test_queries_do_not_grow_with_the_list(
    client: Client,
    many: list[Article],
    django_assert_num_queries: Any,
    url: str,
    queries: int,
) -> None:
    with django_assert_num_queries(queries):
        page_text(client, url)


@pytest.mark.parametrize("kind", ["authors", "tags", "sources"])
def test_name_of_stories_that_are_not_public_is_not_found(client: Client, kind: str) -> None:
    Author.objects.create(name="Hidden Name", slug="hidden-name")
    Tag.objects.create(name="Hidden Name", slug="hidden-name")
    Source.objects.create(name="Hidden Name", slug="hidden-name")
    for url in (f"/{kind}/hidden-name/", f"/{kind}/hidden-name/?after=AAAAAAAAAAAAAAAAAAAAAQ"):
        assert "Hidden Name" not in page_text(client, url, status=404)


def test_outlet_has_a_profile_with_a_sparkline(client: Client) -> None:
    author = Author.objects.create(name="Ada Ferry", slug="ada-ferry")
    gazette = make_source("Gazette", language="en", home_page="https://gazette.example/")
    publish(source=gazette, author=author, published_at=dt.datetime(2020, 11, 2, tzinfo=dt.UTC))
    for _ in range(2):
        publish(source=gazette, published_at=at(9))
    html = page_text(client, "/sources/gazette/")
    assert "3 stories, November 2020 – January 2021 · English · " in html
    assert '<a href="https://gazette.example/" rel="nofollow noopener external">' in html
    assert re.findall('<rect[^>]* height="([^"]+)"', html) == ["24.0", "0.0", "48.0"]
    assert "Stories per month; the most, 2, in January 2021." in html
    assert (
        '<a lang="" href="/authors/ada-ferry/">Ada Ferry</a> <span class="count">1</span>' in html
    )
    assert re.findall(r'href="/search/\?q=([^"]+)">(\d+)<', html) == [
        ("source%3AGazette+date%3A2020", "2020"), ("source%3AGazette+date%3A2021", "2021"),
    ]  # fmt: skip
    span = page_text(client, "/sources/")
    assert '<span class="span-of">November 2020 – January 2021</span>' in span


def test_month_lists_outlets_with_links_to_their_stories(client: Client) -> None:
    gazette = make_source("Gazette", language="en")
    for source in (gazette, gazette, make_source()):
        publish(source=source, published_at=at(9))
    html = page_text(client, "/2021/01/")
    found = re.findall(r'href="/search/\?q=([^"]+)">.*?<span class="count">(\d+)</span>', html)
    assert found == [
        ("source%3AGazette+date%3A2021-01", "2"),
        ("source%3A%22Example+Herald%22+date%3A2021-01", "1"),
    ]
