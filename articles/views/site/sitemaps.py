"""``/sitemap.xml`` and its sitemaps: stories, calendar and outlets, with their last change.

``lastmod`` is the last change of the stories on a page, from ListChange and the stories. Changes
around them, such as links to the days before and after, do not count.
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

from articles.deriving.article_urls import dated_path
from articles.models import Article, DayCount, ListChange, Source
from articles.views.article.article_lookup import date_or_404
from articles.views.date_periods import month_period
from articles.views.public_pages import NotFoundError, public_file

#: Stories per file. The protocol allows five times as many; a file is built in memory.
STORIES_PER_SITEMAP = 10_000
#: URLs per file, the maximum of the protocol (www.sitemaps.org/protocol.html).
MAX_URLS = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

#: A path and its last change, None if unknown.
Entry = tuple[str, dt.datetime | None]
_Key = TypeVar("_Key")


@public_file
def index(request: HttpRequest) -> HttpResponse:
    """Return the sitemap index, newest month first."""
    changes = ListChange.by_day()
    of_months = _latest((day.replace(day=1), moment) for day, moment in changes.items())
    sizes: dict[dt.date, int] = {}
    for day, count in _days():
        first = day.replace(day=1)
        sizes[first] = sizes.get(first, 0) + count
    entries: list[Entry] = [
        (reverse("sitemap_calendar"), max(changes.values(), default=None)),
        (reverse("sitemap_sources"), max(ListChange.by_source().values(), default=None)),
    ]
    for first, size in sizes.items():
        month = (first.year, first.month)
        entries.append((reverse("sitemap_month", args=month), of_months.get(first)))
        for part in range(2, -(-size // STORIES_PER_SITEMAP) + 1):
            url = reverse("sitemap_month", args=(*month, part))
            entries.append((url, of_months.get(first)))
    return _sitemap_response("sitemapindex", "sitemap", entries[:MAX_URLS])


@public_file
def month(request: HttpRequest, year: int, month: int, part: int = 1) -> HttpResponse:
    """Return the sitemap of a month's stories, or of one part of them."""
    first = date_or_404(year, month)
    stories = Article.objects.published().filter(day__gte=first, day__lte=month_period(first).last)
    begin = (part - 1) * STORIES_PER_SITEMAP
    rows = stories.order_by("day", "-published_at", "-id")  # the order of the index on days
    entries: list[Entry] = [
        (quote(dated_path((day, slug))), updated)
        for day, slug, updated in rows.values_list("day", "slug", "updated_at")[begin:][
            :STORIES_PER_SITEMAP
        ]
    ]
    if not entries:
        raise NotFoundError(_("The archive has no story for this sitemap."))
    return _sitemap_response("urlset", "url", entries)


@public_file
def calendar(request: HttpRequest) -> HttpResponse:
    """Return the sitemap of the front page, and of years, months and days with stories."""
    changes = ListChange.by_day()
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
    return _sitemap_response("urlset", "url", found[:MAX_URLS])


@public_file
def sources(request: HttpRequest) -> HttpResponse:
    """Return the sitemap of the list of outlets, and of each outlet."""
    changes = ListChange.by_source()
    entries: list[Entry] = [(reverse("sources"), max(changes.values(), default=None))]
    rows = Source.objects.filter(story_count__gt=0).order_by("slug")[: MAX_URLS - 1]
    entries += [(row.get_absolute_url(), changes.get(row.pk)) for row in rows]
    return _sitemap_response("urlset", "url", entries)


def _days() -> Iterable[tuple[dt.date, int]]:
    """Return the days with public stories and their number, newest first."""
    days = DayCount.objects.filter(story_count__gt=0).order_by("-day")
    return days.values_list("day", "story_count")


def _latest(changes: Iterable[tuple[_Key, dt.datetime]]) -> dict[_Key, dt.datetime]:
    """Return the latest time of each key."""
    return dict(sorted(changes, key=lambda change: change[1]))


def _sitemap_response(root: str, item: str, entries: Iterable[Entry]) -> HttpResponse:
    lines = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_NAMESPACE}">']
    for path, moment in entries:
        changed = f"<lastmod>{moment:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if moment else ""
        lines.append(f"<{item}><loc>{escape(settings.SITE_URL + path)}</loc>{changed}</{item}>")
    lines.append(f"</{root}>\n")
    return HttpResponse("\n".join(lines), content_type="application/xml")
