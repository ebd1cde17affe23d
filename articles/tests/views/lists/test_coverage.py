"""The coverage pages: counts, gaps, pagination, and the CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from articles.access.throttling.rate_parsing import parse_rate
from articles.content.search_query import And, DateRange, Filter, parse
from articles.http.security_headers import DOWNLOAD_CSP
from articles.models import DayCount, MonthCount, Source
from articles.tests.support.factories import make_source
from articles.tests.support.page_fixtures import page_text, publish

pytestmark = pytest.mark.django_db


def add_counts(source: Source, *months: str, stories: int = 1) -> None:
    """Add counts of ``stories`` for months such as 2021-01; creates no article."""
    for month in months:
        first = dt.date.fromisoformat(f"{month}-01")
        MonthCount.objects.create(source=source, month=first, story_count=stories)
        day = DayCount.objects.get_or_create(day=first)[0]
        day.story_count += stories
        day.save()
        source.story_count += stories
    source.save()


def cells(html: str, name: str) -> list[str]:
    """Return the text of each cell in the row of an outlet; for links, their label."""
    (row,) = [row for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL) if f">{name}<" in row]
    found = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    labelled = [re.sub(r'<a [^>]*aria-label="([^"]+)".*', r"\1", cell) for cell in found]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in labelled]


def columns(html: str) -> list[str]:
    found = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell) for cell in found]


def test_years_show_months_with_stories_and_gaps(client: Client) -> None:
    herald = make_source("Example Herald", language="en")
    add_counts(herald, "2017-11", "2017-12", "2020-01", stories=3)
    add_counts(make_source("Other Gazette"), "2015-05", "2021-03")
    html = page_text(client, "/coverage/")
    assert columns(html) == ["Outlet", *map(str, range(2015, 2022)), "Stories"]
    assert cells(html, "Example Herald") == [
        "", "", "6 stories in 2 months", "none", "none", "3 stories in 1 month", "", "9",
    ]  # fmt: skip
    assert 'class="level-1"' in html
    assert '<a href="/coverage/2017/">2017</a>' in html
    assert '<th scope="col">2016</th>' in html  # nobody has anything of it: it has no page
    assert '<th scope="row"><a href="/sources/example-herald/" lang="en">Example Herald' in html


def test_year_shows_stories_per_month_and_gaps(client: Client) -> None:
    herald = make_source("Example Herald")
    add_counts(herald, "2019-06")
    add_counts(herald, "2020-02", stories=8)
    add_counts(herald, "2020-04", stories=1)
    html = page_text(client, "/coverage/2020/")
    assert cells(html, "Example Herald") == [
        "none", "8 stories", "none", "1 story", "", "", "", "", "", "", "", "", "9",
    ]  # fmt: skip
    assert re.findall(r'class="level-(\d)"', html) == ["4", "1"]
    assert '<a href="/2020/02/">8</a>' in html  # of all outlets
    assert '<a href="/2020/">9</a>' in html


def test_cell_links_to_the_search_for_its_stories(client: Client) -> None:
    add_counts(make_source("The Port: a Paper", slug="port"), "2020-02")
    for url, last in (("/coverage/", dt.date(2020, 12, 31)),
                          ("/coverage/2020/", dt.date(2020, 2, 29))):  # fmt: skip
        html = page_text(client, url)
        links = re.findall(r'class="level-\d" rel="nofollow" href="([^"]+)"', html)
        (typed,) = parse_qs(urlsplit(unescape(links[0])).query)["q"]
        first = last.replace(month=1 if last.month == 12 else 2, day=1)
        found = parse(typed).root
        assert found == And((Filter("source", "The Port: a Paper"), DateRange(first, last)))


def test_year_without_stories_of_an_outlet_is_a_gap(client: Client) -> None:
    add_counts(make_source("Example Herald"), "2018-01", "2022-01")
    add_counts(make_source("Other Gazette"), "2020-01")
    add_counts(make_source("Later Letter"), "2021-01")
    html = page_text(client, "/coverage/2020/")
    assert cells(html, "Example Herald") == ["none"] * 12 + ["0"]
    assert "Later Letter" not in html


def test_table_is_accessible(client: Client) -> None:
    add_counts(make_source("Example Herald"), "2020-02")
    for url in ("/coverage/", "/coverage/2020/"):
        html = page_text(client, url)
        (label,) = re.findall(r'role="region" tabindex="0" aria-labelledby="([^"]+)"', html)
        assert f'<caption id="{label}">' in html
        assert len(re.findall('<th scope="row">', html)) == 2  # the outlet, and all outlets


@pytest.mark.parametrize("url", ["/coverage/", "/coverage/2020/"])
def test_pagination_reaches_every_outlet(client: Client, url: str) -> None:
    names = [f"Name {n:02d}" for n in range(53)]
    for name in names:
        add_counts(make_source(name), "2020-02")
    Source.objects.create(name="Name 99", slug="name-99")
    first = page_text(client, url)
    link = re.search(r'rel="next" href="(\?after=[^"]+)">Further', first)
    assert link is not None
    second = page_text(client, url + link[1])
    assert re.findall(r">(Name \d\d)<", first + second) == names
    assert "Start again" in page_text(client, f"{url}?after=x", 404)


def test_years_beyond_the_columns_have_links(client: Client) -> None:
    herald = make_source("Example Herald")
    add_counts(herald, "1921-01", "1990-01", "2021-01")
    html = page_text(client, "/coverage/")
    assert columns(html) == ["Outlet", *map(str, range(1982, 2022)), "Stories"]
    assert '<li><a href="/coverage/1921/">1921</a> <span class="count">1</span></li>' in html


def test_coverage_of_an_empty_archive(client: Client) -> None:
    assert "no story yet" in page_text(client, "/coverage/")
    assert rows_of(client) == [["outlet", "slug", "month", "stories"]]


@pytest.mark.parametrize("url", ["/coverage/2020/", "/coverage/0000/", "/coverage/20/"])
def test_year_without_a_story_is_not_found(client: Client, url: str) -> None:
    add_counts(make_source("Example Herald"), "2019-02", "2021-02")
    page_text(client, url, 404)


def test_published_stories_are_counted(client: Client) -> None:
    publish(published_at=dt.datetime(2021, 11, 2, tzinfo=dt.UTC))
    assert "1 story in 1 month" in cells(page_text(client, "/coverage/"), "Example Herald")
    assert "1 story" in cells(page_text(client, "/coverage/2021/"), "Example Herald")


def test_queries_do_not_grow_with_outlets(client: Client, django_assert_num_queries: Any) -> None:
    for n in range(7):
        add_counts(make_source(f"Name {n}"), "2019-02", "2020-02", "2021-02")
    # The outlets of the page with their first and last months; all stories by year or month; those
    # of the outlets.
    with django_assert_num_queries(3):
        page_text(client, "/coverage/")
    with django_assert_num_queries(3):
        page_text(client, "/coverage/2020/")
    # One query for all rows.
    with django_assert_num_queries(1):
        rows_of(client)


def rows_of(client: Client) -> list[list[str]]:
    response: Any = client.get("/coverage.csv")
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_a_row_for_each_month_with_stories(client: Client) -> None:
    add_counts(make_source("Other Gazette"), "2021-01", stories=4)
    add_counts(make_source("Example Herald", slug="herald"), "2020-12", "2019-02")
    assert rows_of(client) == [
        ["outlet", "slug", "month", "stories"],
        ["Example Herald", "herald", "2019-02", "1"],
        ["Example Herald", "herald", "2020-12", "1"],
        ["Other Gazette", "other-gazette", "2021-01", "4"],
    ]


def test_csv_has_no_formula_and_is_a_download(client: Client) -> None:
    add_counts(make_source('=HYPERLINK("https://evil.example")', slug="evil"), "2021-01")
    assert rows_of(client)[1][0] == '\'=HYPERLINK("https://evil.example")'
    response = client.get("/coverage.csv")
    assert response["Content-Disposition"] == 'attachment; filename="coverage.csv"'
    assert response["Content-Security-Policy"] == DOWNLOAD_CSP
    head: Any = client.head("/coverage.csv")
    assert head["Content-Disposition"] == response["Content-Disposition"]


def test_csv_is_rate_limited(client: Client, settings: Settings) -> None:
    settings.COSTLY_RATE = parse_rate("1/hour")
    assert [client.get("/coverage.csv").status_code for _ in range(2)] == [200, 429]
