"""What is held of each outlet, year by year and month by month, with its gaps.

Counts come from MonthCount and DayCount; articles are never counted for a page.
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

from articles.access.throttling.rate_limits import limited
from articles.http.csv_response import csv_response
from articles.http.pagination import names_page
from articles.models import DayCount, MonthCount, Source
from articles.views.date_periods import Period, month_of, year_of
from articles.views.public_pages import NotHereError, public_file, public_page
from articles.views.search.search_urls import outlet_url
from articles.views.story.article_lookup import date_of

YEARS = 40  # columns of the table; older years have pages of their own
MONTHS = 12
_LEVELS = 4  # shades, as in the calendars
_COLUMNS = ("outlet", "slug", "month", "stories")


@dataclass(frozen=True, slots=True)
class Cell:
    """An outlet's year or month. ``months`` of a year hold a story; 0 of them are a gap.

    ``level`` is a shade, 0 to 4; ``address`` is that of the search for the stories.
    """

    first: dt.date
    story_count: int = 0
    months: int = 0
    level: int = 0
    address: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """An outlet with its cells; None where it had not begun, or had ended."""

    source: Source
    cells: list[Cell | None]
    story_count: int


@dataclass(frozen=True, slots=True)
class Total:
    """All stories of a year or month."""

    first: dt.date
    story_count: int


@public_page
def years(request: HttpRequest) -> HttpResponse:
    """Return the outlets by name, with how many months of each year hold a story of theirs."""
    page = names_page(request, _with_ends(Source.objects.filter(story_count__gt=0)))
    totals = _totals(DayCount.objects.all(), "year")
    newest = max(totals, default=0)
    columns = range(max(min(totals, default=1), newest - YEARS + 1), newest + 1)
    held = _held(page.rows, "month__year")
    context = {
        "page": page,
        "totals": [Total(dt.date(year, 1, 1), totals.get(year, 0)) for year in columns],
        "earlier": [
            Total(dt.date(year, 1, 1), number)
            for year, number in totals.items()
            if year < columns.start
        ],
        "rows": [
            Row(source, [_year(source, year, held) for year in columns], source.story_count)
            for source in page.rows
        ],
    }
    return render(request, "pages/coverage.html", context)


@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Return how many stories of each outlet the months of a year hold."""
    first, last = date_of(year), date_of(year, MONTHS, 31)
    totals = _totals(DayCount.objects.filter(day__gte=first, day__lte=last), "month")
    if not totals:
        raise NotHereError(_("The archive has no story of %(year)s.") % {"year": f"{year:04d}"})
    of_one = _months().filter(source=OuterRef("pk"))
    begun, not_ended = of_one.filter(month__lte=last), of_one.filter(month__gte=first)
    outlets = Source.objects.filter(Exists(begun), Exists(not_ended), story_count__gt=0)
    page = names_page(request, _with_ends(outlets))
    held = _held(page.rows, "month__month", month__gte=first, month__lte=last)
    columns = [first.replace(month=month) for month in range(1, MONTHS + 1)]
    context = {
        "page": page,
        "year": first,
        "totals": [Total(month, totals.get(month.month, 0)) for month in columns],
        "total": sum(totals.values()),
        "rows": [_year_row(source, columns, held) for source in page.rows],
    }
    return render(request, "pages/coverage_year.html", context)


@public_file
@limited("COSTLY_RATE")
def csv_file(request: HttpRequest) -> HttpResponseBase:
    """Return every month of every outlet that holds a story as a row of a CSV file."""
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


def _with_ends(outlets: QuerySet[Source]) -> QuerySet[Source]:
    """Return the outlets with the ``first`` and ``last`` month of which something is held."""
    months = _months().filter(source=OuterRef("pk")).values("month")
    return outlets.annotate(
        first=Subquery(months.order_by("month")[:1], output_field=DateField()),
        last=Subquery(months.order_by("-month")[:1], output_field=DateField()),
    )


def _totals(days: QuerySet[DayCount], part: str) -> dict[int, int]:
    """Return all stories by the year or month of their day, in order."""
    rows = days.filter(story_count__gt=0).order_by().values_list(f"day__{part}")
    return dict(sorted(rows.annotate(n=Sum("story_count"))))


def _held(outlets: list[Source], part: str, **span: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Return stories and months of each outlet and year, or month, that holds something."""
    rows = _months().filter(source__in=outlets, **span).values_list("source_id", part)
    found = rows.annotate(stories=Sum("story_count"), months=Count("pk"))
    return {(pk, period): (stories, months) for pk, period, stories, months in found}


def _year(source: Source, year: int, held: dict[tuple[int, int], tuple[int, int]]) -> Cell | None:
    stories, months = held.get((source.pk, year), (0, 0))
    return _cell(source, year_of(year), stories, months, -(-months * _LEVELS // MONTHS))


def _year_row(
    source: Source, columns: list[dt.date], held: dict[tuple[int, int], tuple[int, int]]
) -> Row:
    counts = [held.get((source.pk, month.month), (0, 0))[0] for month in columns]
    cells = [
        _month(source, month, number, max(counts))
        for month, number in zip(columns, counts, strict=True)
    ]
    return Row(source, cells, sum(counts))


def _month(source: Source, first: dt.date, number: int, most: int) -> Cell | None:
    return _cell(source, month_of(first), number, 1, -(-number * _LEVELS // max(most, 1)))


def _cell(source: Source, period: Period, stories: int, months: int, level: int) -> Cell | None:
    """Return what is held of a span, an empty cell for a gap, None outside of the outlet's time."""
    if stories:
        return Cell(period.first, stories, months, level, outlet_url(source, period.days))
    return Cell(period.first) if _spans(source, period) else None


def _spans(source: Any, period: Period) -> bool:
    """Tell whether an outlet of :func:`_with_ends` has stories both before and after a time."""
    return source.first is not None and source.first <= period.last and source.last >= period.first
