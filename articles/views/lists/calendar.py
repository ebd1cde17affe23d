"""Pages of years, months and days. Counts come from DayCount: no page counts articles."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.http.pagination import stories_page
from articles.models import Article, DayCount, MonthCount
from articles.views.article.article_lookup import date_or_404
from articles.views.date_periods import month_period
from articles.views.lists.story_groups import group_by_outlet
from articles.views.public_pages import NotFoundError, public_page
from articles.views.search.search_urls import outlet_search_url

_MAX_OUTLETS = 200  # of a month
_LEVELS = 4  # shades of days in a calendar, by the number of stories
_WEEKS = calendar.Calendar()  # weeks start on Monday


@dataclass(frozen=True, slots=True)
class Cell:
    """A day in a calendar. ``level`` is 0 without stories, 4 for the busiest days."""

    day: dt.date
    story_count: int
    level: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a grid of weeks that start on Monday; None for days of other months."""

    first: dt.date
    story_count: int
    weeks: list[list[Cell | None]]

    @property
    def days(self) -> list[Cell]:
        """Return the days with stories, in order."""
        return [cell for week in self.weeks for cell in week if cell and cell.story_count]


@public_page
def year(request: HttpRequest, year: int) -> HttpResponse:
    """Return the months of a year with stories, each as a small calendar."""
    first, last = date_or_404(year), date_or_404(year, 12, 31)
    months = _months(_counts(first, last))
    if not months:
        raise NotFoundError(_no_story_message(str(year)))
    before, after = _adjacent_days(first, last)
    context = {
        "year": first,
        "months": months,
        "total": sum(month.story_count for month in months),
        "before": before,
        "after": after,
    }
    return render(request, "pages/lists/year.html", context)


@public_page
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Return the calendar of a month, with the number of stories on each day."""
    first = date_or_404(year, month)
    last = month_period(first).last
    months = _months(_counts(first, last))
    if not months:
        raise NotFoundError(_no_story_message(date_format(first, "YEAR_MONTH_FORMAT")))
    before, after = _adjacent_days(first, last)
    context = {
        "month": months[0],
        "outlets": _outlets(first),
        "before": before,
        "after": after,
    }
    return render(request, "pages/lists/month.html", context)


@public_page
def day(request: HttpRequest, year: int, month: int, day: int) -> HttpResponse:
    """Return the stories of a day, newest first, grouped by outlet."""
    today = date_or_404(year, month, day)
    page = stories_page(request, Article.objects.published().on_day(today).for_lists())
    if page.is_first and not page.rows:
        raise NotFoundError(_no_story_message(date_format(today, "DATE_FORMAT")))
    before, after = _adjacent_days(today, today)
    context = {
        "day": today,
        "page": page,
        "outlets": group_by_outlet(page.rows),
        "total": sum(_counts(today, today).values()),
        "before": before,
        "after": after,
    }
    return render(request, "pages/lists/day.html", context)


def _outlets(month: dt.date) -> list[tuple[MonthCount, str]]:
    """Return the month's outlets, busiest first, each with the URL of the search for them."""
    rows = MonthCount.objects.filter(month=month, story_count__gt=0).select_related("source")
    rows = rows.order_by("-story_count", "source__name")[:_MAX_OUTLETS]
    return [(row, outlet_search_url(row.source, month_period(month).days)) for row in rows]


def _no_story_message(period: str) -> str:
    return _("The archive has no story of %(period)s.") % {"period": period}


def _counts(first: dt.date, last: dt.date) -> dict[dt.date, int]:
    days = DayCount.objects.filter(day__gte=first, day__lte=last, story_count__gt=0)
    return dict(days.order_by("day").values_list("day", "story_count"))


def _adjacent_days(first: dt.date, last: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """Return the nearest days with stories before ``first`` and after ``last``."""
    days = DayCount.objects.filter(story_count__gt=0).values_list("day", flat=True)
    return (
        days.filter(day__lt=first).order_by("-day").first(),
        days.filter(day__gt=last).order_by("day").first(),
    )


def _months(counts: dict[dt.date, int]) -> list[Month]:
    most = max(counts.values(), default=0)
    firsts: Iterable[dt.date] = sorted({day.replace(day=1) for day in counts})
    return [_month(first, counts, most) for first in firsts]


def _month(first: dt.date, counts: dict[dt.date, int], most: int) -> Month:
    weeks: list[list[Cell | None]] = []
    total = 0
    for week in _WEEKS.monthdayscalendar(first.year, first.month):
        cells: list[Cell | None] = []
        for number in week:
            if not number:
                cells.append(None)
                continue
            day = first.replace(day=number)
            count = counts.get(day, 0)
            total += count
            cells.append(Cell(day, count, -(-count * _LEVELS // most)))
        weeks.append(cells)
    return Month(first, total, weeks)
