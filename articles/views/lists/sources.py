"""The outlets, and the stories of each."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.http.pagination import names_page, stories_page
from articles.http.public_visibility import public_source
from articles.models import Article, MonthCount, OutletAuthor, Source
from articles.views.date_periods import months_between, year_period
from articles.views.lists.story_groups import group_by_day
from articles.views.public_pages import public_page
from articles.views.search.search_urls import language_name, outlet_search_url
from articles.views.sparkline import Sparkline, draw_sparkline

_MAX_AUTHORS = 12


@dataclass(frozen=True, slots=True)
class OutletProfile:
    """An outlet in numbers; a month is represented by its first day.

    ``years``: year, number of stories, and URL of the search for them.
    """

    first: dt.date
    last: dt.date
    sparkline: Sparkline
    peak: int
    peak_month: dt.date
    years: list[tuple[int, int, str]]
    authors: list[OutletAuthor]


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    """Return the outlets with public stories, by name, each with its first and last month."""
    page = names_page(request, Source.objects.filter(story_count__gt=0))
    months = MonthCount.objects.filter(source__in=page.rows, story_count__gt=0).order_by()
    found = months.values_list("source").annotate(Min("month"), Max("month"))
    spans = {key: (first, last) for key, first, last in found}
    rows = [(row, *spans.get(row.pk, (None, None))) for row in page.rows]
    return render(request, "pages/lists/sources.html", {"page": page, "rows": rows})


@public_page
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """Return an outlet's profile and its stories, newest first; further pages have only stories."""
    found = public_source(slug)
    stories = Article.objects.published().filter(source=found).for_lists()
    page = stories_page(request, stories)
    context = {
        "source": found,
        "page": page,
        "days": group_by_day(page.rows),
        "profile": _build_profile(found) if page.is_first else None,
        "language": language_name(found.language) if found.language else "",
    }
    return render(request, "pages/lists/source.html", context)


def _build_profile(source: Source) -> OutletProfile | None:
    rows = MonthCount.objects.filter(source=source, story_count__gt=0)
    months = dict(rows.order_by("month").values_list("month", "story_count"))
    if not months:
        return None
    first, last = min(months), max(months)
    peak_month = max(months, key=lambda month: months[month])
    years = Counter[int]()
    for month, count in months.items():
        years[month.year] += count
    authors = OutletAuthor.objects.filter(source=source, story_count__gt=0)
    authors = authors.select_related("author").order_by("-story_count", "author__name")
    return OutletProfile(
        first=first,
        last=last,
        sparkline=draw_sparkline([months.get(month, 0) for month in months_between(first, last)]),
        peak=months[peak_month],
        peak_month=peak_month,
        years=[
            (year, count, outlet_search_url(source, year_period(year).days))
            for year, count in years.items()
        ],
        authors=list(authors[:_MAX_AUTHORS]),
    )
