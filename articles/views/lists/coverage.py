"""The coverage of each outlet by year and month, with its gaps.

Counts come from MonthCount and DayCount: no page counts articles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from articles.access.throttling.rate_limits import rate_limited
from articles.http.csv_response import csv_response
from articles.http.pagination import names_page
from articles.models import DayCount, MonthCount, Source
from articles.views.article.article_lookup import date_or_404
from articles.views.date_periods import Period, month_period, year_period
from articles.views.public_pages import NotFoundError, public_file, public_page
from articles.views.search.search_urls import outlet_search_url

MAX_YEARS = 40  # columns of the table; older years are linked to their own pages
MONTHS_PER_YEAR = 12
_LEVELS = 4  # shades, as in the calendars
_COLUMNS = ("outlet", "slug", "month", "stories")


@dataclass(frozen=True, slots=True)
class Cell:
    """An outlet's year or month. ``months`` is the number of months with a story; 0 is a gap.

    ``level`` is a shade, 0 to 4; ``url`` is the search for the stories.
    """

    first: dt.date
    story_count: int = 0
    months: int = 0
    level: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An outlet with its cells; None before its first and after its last story."""

    source: Source
    cells: list[Cell | None]
    story_count: int


@dataclass(frozen=True, slots=True)
class Total:
    """The number of all stories in a year or month."""

    first: dt.date
    story_count: int


@public_page
def years(request: HttpRequest) -> HttpResponse:
    """Return the outlets by name, with the number of months with stories in each year."""
    page = names_page(request, _with_first_and_last_month(Source.objects.filter(story_count__gt=0)))
    totals = _totals(DayCount.objects.all(), "year")
    newest = max(totals, default=0)
    columns = range(max(min(totals, default=1), newest - MAX_YEARS + 1), newest + 1)
    counts = _count_stories(page.rows, "month__year")
    context = {
        "page": page,
        "totals": [Total(dt.date(year, 1, 1), totals.get(year, 0)) for year in columns],
        "earlier": [
            Total(dt.date(year, 1, 1), number)
            for year, number in totals.items()
            if year < columns.start
        ],
        "rows": [
            Row(source, [_year_cell(source, year, counts) for year in columns], source.story_count)
            for source in page.rows
        ],
    }
    return render(request, "pages/lists/coverage.html", context)


@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Return the number of stories of each outlet in the months of a year."""
    first, last = date_or_404(year), date_or_404(year, MONTHS_PER_YEAR, 31)
    totals = _totals(DayCount.objects.filter(day__gte=first, day__lte=last), "month")
    if not totals:
        raise NotFoundError(_("The archive has no story of %(year)s.") % {"year": f"{year:04d}"})
    own_months = _months().filter(source=OuterRef("pk"))
    has_begun, has_not_ended = (
        own_months.filter(month__lte=last),
        own_months.filter(month__gte=first),
    )
    outlets = Source.objects.filter(Exists(has_begun), Exists(has_not_ended), story_count__gt=0)
    page = names_page(request, _with_first_and_last_month(outlets))
    counts = _count_stories(page.rows, "month__month", month__gte=first, month__lte=last)
    columns = [first.replace(month=month) for month in range(1, MONTHS_PER_YEAR + 1)]
    context = {
        "page": page,
        "year": first,
        "totals": [Total(month, totals.get(month.month, 0)) for month in columns],
        "total": sum(totals.values()),
        "rows": [_year_row(source, columns, counts) for source in page.rows],
    }
    return render(request, "pages/lists/coverage_year.html", context)


@public_file
@rate_limited("COSTLY_RATE")
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """Return a CSV file with a row for every month of every outlet with stories."""
    rows = _csv_rows() if request.method == "GET" else iter(())
    return csv_response("coverage", rows)


def _csv_rows() -> Iterator[tuple[object, ...]]:
    yield _COLUMNS
    months = _months().order_by("source__name", "month")
    found = months.values_list("source__name", "source__slug", "month", "story_count")
    for name, slug, month, number in found.iterator():
        yield name, slug, f"{month:%Y-%m}", number


def _months() -> QuerySet[MonthCount]:
    return MonthCount.objects.filter(story_count__gt=0).order_by()


def _with_first_and_last_month(outlets: QuerySet[Source]) -> QuerySet[Source]:
    """Return the outlets annotated with the ``first`` and ``last`` month with stories."""
    months = _months().filter(source=OuterRef("pk")).values("month")
    return outlets.annotate(
        first=Subquery(months.order_by("month")[:1], output_field=DateField()),
        last=Subquery(months.order_by("-month")[:1], output_field=DateField()),
    )


def _totals(days: QuerySet[DayCount], part: str) -> dict[int, int]:
    """Return the number of stories by year or month, in order."""
    rows = days.filter(story_count__gt=0).order_by().values_list(f"day__{part}")
    return dict(sorted(rows.annotate(n=Sum("story_count"))))


def _count_stories(
    outlets: list[Source], part: str, **span: Any
) -> dict[tuple[int, int], tuple[int, int]]:
    """Return the number of stories and of months, by outlet and year or month."""
    rows = _months().filter(source__in=outlets, **span).values_list("source_id", part)
    found = rows.annotate(stories=Sum("story_count"), months=Count("pk"))
    return {(pk, period): (stories, months) for pk, period, stories, months in found}


def _year_cell(
    source: Source, year: int, counts: dict[tuple[int, int], tuple[int, int]]
) -> Cell | None:
    stories, months = counts.get((source.pk, year), (0, 0))
    return _cell(
        source, year_period(year), stories, months, -(-months * _LEVELS // MONTHS_PER_YEAR)
    )


def _year_row(
    source: Source, columns: list[dt.date], counts: dict[tuple[int, int], tuple[int, int]]
) -> Row:
    numbers = [counts.get((source.pk, month.month), (0, 0))[0] for month in columns]
    cells = [
        _month_cell(source, month, number, max(numbers))
        for month, number in zip(columns, numbers, strict=True)
    ]
    return Row(source, cells, sum(numbers))


def _month_cell(source: Source, first: dt.date, number: int, most: int) -> Cell | None:
    return _cell(source, month_period(first), number, 1, -(-number * _LEVELS // max(most, 1)))


def _cell(source: Source, period: Period, stories: int, months: int, level: int) -> Cell | None:
    """Return the cell of a period, an empty one for a gap, None outside of the outlet's span."""
    if stories:
        return Cell(period.first, stories, months, level, outlet_search_url(source, period.days))
    return Cell(period.first) if _is_within_span(source, period) else None


def _is_within_span(source: Any, period: Period) -> bool:
    """Return whether a period is within the span of an outlet.

    ``source`` is a row of :func:`_with_first_and_last_month`.
    """
    return source.first is not None and source.first <= period.last and source.last >= period.first
