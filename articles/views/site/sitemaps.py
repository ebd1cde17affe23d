"""``/sitemap.xml`` and what it names: stories, calendar, outlets, and when each last changed.

A time is that of the stories at an address, as ListChange and the stories have it; what stands
around them, such as the days before and after, is not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TypeVar
from urllib.parse import quote
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from articles.deriving.article_urls import address_path
from articles.models import Article, DayCount, ListChange, Source
from articles.views.date_periods import month_of
from articles.views.public_pages import NotHereError, public_file
from articles.views.story.article_lookup import date_of

#: Stories in a file. The protocol allows five times as many; all of a file are in memory at once.
PART = 10_000
#: Addresses in a file, as the protocol has it (www.sitemaps.org/protocol.html).
MOST = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

#: An address, and when what is there last changed, None where nobody knows.
Entry = tuple[str, dt.datetime | None]
_Key = TypeVar("_Key")


@public_file
def index(request: HttpRequest) -> HttpResponse:
    """Return the list of the sitemaps, the newest month first."""
    changes = ListChange.of_days()
    of_months = _latest((day.replace(day=1), moment) for day, moment in changes.items())
    sizes: dict[dt.date, int] = {}
    for day, count in _days():
        first = day.replace(day=1)
        sizes[first] = sizes.get(first, 0) + count
    entries: list[Entry] = [
        (reverse("sitemap_calendar"), max(changes.values(), default=None)),
        (reverse("sitemap_sources"), max(ListChange.of_sources().values(), default=None)),
    ]
    for first, size in sizes.items():
        month = (first.year, first.month)
        entries.append((reverse("sitemap_month", args=month), of_months.get(first)))
        for part in range(2, -(-size // PART) + 1):
            address = reverse("sitemap_month", args=(*month, part))
            entries.append((address, of_months.get(first)))
    return _answer("sitemapindex", "sitemap", entries[:MOST])


@public_file
def month(request: HttpRequest, year: int, month: int, part: int = 1) -> HttpResponse:
    """Return the stories of a month, or of that part of them."""
    first = date_of(year, month)
    stories = Article.objects.published().filter(day__gte=first, day__lte=month_of(first).last)
    begin = (part - 1) * PART
    rows = stories.order_by("day", "-published_at", "-id")  # as the index on days has them
    entries: list[Entry] = [
        (quote(address_path((day, slug))), updated)
        for day, slug, updated in rows.values_list("day", "slug", "updated_at")[begin:][:PART]
    ]
    if not entries:
        raise NotHereError(_("The archive has no story for this sitemap."))
    return _answer("urlset", "url", entries)


@public_file
def calendar(request: HttpRequest) -> HttpResponse:
    """Return the front page, and the years, months and days that have stories."""
    changes = ListChange.of_days()
    of_months = _latest(((day.year, day.month), moment) for day, moment in changes.items())
    of_years = _latest((day.year, moment) for day, moment in changes.items())
    days = [day for day, _count in _days()]
    found: list[Entry] = [(reverse("home"), max(changes.values(), default=None))]
    years = dict.fromkeys(day.year for day in days)
    months = dict.fromkeys((day.year, day.month) for day in days)
    found += [(reverse("year", args=(year,)), of_years.get(year)) for year in years]
    found += [(reverse("month", args=month), of_months.get(month)) for month in months]
    found += [
        (reverse("day", args=(day.year, day.month, day.day)), changes.get(day)) for day in days
    ]
    return _answer("urlset", "url", found[:MOST])


@public_file
def sources(request: HttpRequest) -> HttpResponse:
    """Return the list of outlets, and the page of each."""
    changes = ListChange.of_sources()
    entries: list[Entry] = [(reverse("sources"), max(changes.values(), default=None))]
    rows = Source.objects.filter(story_count__gt=0).order_by("slug")[: MOST - 1]
    entries += [(row.get_absolute_url(), changes.get(row.pk)) for row in rows]
    return _answer("urlset", "url", entries)


def _days() -> Iterable[tuple[dt.date, int]]:
    """Return the days that have public stories, the newest first, with their number."""
    days = DayCount.objects.filter(story_count__gt=0).order_by("-day")
    return days.values_list("day", "story_count")


def _latest(changes: Iterable[tuple[_Key, dt.datetime]]) -> dict[_Key, dt.datetime]:
    """Return the latest moment of each key."""
    return dict(sorted(changes, key=lambda change: change[1]))


def _answer(whole: str, each: str, entries: Iterable[Entry]) -> HttpResponse:
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{whole} xmlns="{_NAMESPACE}">']
    for path, moment in entries:
        changed = f"<lastmod>{moment:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if moment else ""
        lines.append(f"<{each}><loc>{escape(settings.SITE_URL + path)}</loc>{changed}</{each}>")
    lines.append(f"</{whole}>\n")
    return HttpResponse("\n".join(lines), content_type="application/xml")
