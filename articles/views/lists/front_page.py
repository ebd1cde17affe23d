"""The front page: the newest day, the days before it, and the same day of earlier years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.http.pagination import before_all, stories_page
from articles.models import Article, DayCount
from articles.selectors.lead_stories import Lead, leads_of
from articles.views.lists.story_groups import DayGroup, OutletGroup, by_day, by_outlet
from articles.views.public_pages import public_page

STORIES = 60  # on a page of the list of all stories
_NEWEST = 60  # stories of the newest day; the leads are found among as many, the longest
_DAYS_BEFORE = 6
_YEARS_BEFORE = 6  # in which the same day is looked up
_OF_A_DAY = 4  # stories of another day


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the archive, its public stories, and the first and last day with one."""

    number: int
    story_count: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Front:
    """What stands on the front page. ``more``: stories of the newest day that are not shown."""

    day: dt.date
    story_count: int
    more: int
    leads: list[Lead]
    outlets: list[OutletGroup]
    before: list[DayGroup]
    years_ago: list[DayGroup]
    all_stories: str


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Return the front page; with a cursor, a page of the list of all stories."""
    if "after" in request.GET:
        page = stories_page(request, Article.objects.published().for_lists(), STORIES)
        return render(request, "pages/stories.html", {"page": page, "days": by_day(page.rows)})
    years = _years()
    context = {
        "years": years,
        "first": years[0].first if years else None,
        "last": years[-1].last if years else None,
        "total": sum(year.story_count for year in years),
        "front": _front(years[-1].last) if years else None,
    }
    return render(request, "pages/home.html", context)


def _front(day: dt.date) -> Front:
    """Return the front page of the newest day that has stories."""
    counts = _counts([day, *_same_days(day)])
    of_day = Article.objects.published().on_day(day).for_lists()
    stories = list(of_day.newest_first()[:_NEWEST])
    longest = of_day.order_by("-character_count", "-published_at", "-id")[:_NEWEST]
    leads = leads_of(list(longest))
    led = {lead.story.pk for lead in leads}
    others = [story for story in stories if story.pk not in led]
    days = DayCount.objects.filter(story_count__gt=0, day__lt=day).order_by("-day")
    return Front(
        day=day,
        story_count=counts.get(day, 0),
        more=max(counts.get(day, 0) - len(led.union(story.pk for story in stories)), 0),
        leads=leads,
        outlets=by_outlet(others),
        before=_groups(days.values_list("day", "story_count")[:_DAYS_BEFORE]),
        years_ago=_groups(
            (other, counts[other]) for other in sorted(counts, reverse=True) if other != day
        ),
        all_stories=before_all(),
    )


def _groups(days: Iterable[tuple[dt.date, int]]) -> list[DayGroup]:
    """Return the first stories of each day: a query for the keys of each, one for the rows."""
    keys = {(day, count): _keys_of(day) for day, count in days}
    wanted = [key for found in keys.values() for key in found]
    stories = Article.objects.published().for_lists().in_bulk(wanted)
    return [
        DayGroup(day, [stories[key] for key in found if key in stories], count)
        for (day, count), found in keys.items()
    ]


def _keys_of(day: dt.date) -> list[int]:
    stories = Article.objects.published().on_day(day).newest_first()
    return list(stories.values_list("pk", flat=True)[:_OF_A_DAY])


def _same_days(day: dt.date) -> list[dt.date]:
    """Return the same day of the years before; a 29 February has only leap years."""
    found = []
    for year in range(day.year - 1, max(day.year - 1 - _YEARS_BEFORE, 0), -1):
        try:
            found.append(day.replace(year=year))
        except ValueError:
            continue
    return found


def _counts(days: list[dt.date]) -> dict[dt.date, int]:
    rows = DayCount.objects.filter(day__in=days, story_count__gt=0)
    return dict(rows.values_list("day", "story_count"))


def _years() -> list[Year]:
    rows = (
        DayCount.objects.filter(story_count__gt=0)
        .values_list("day__year")
        .annotate(Sum("story_count"), Min("day"), Max("day"))
        .order_by("day__year")
    )
    return [Year(*row) for row in rows]
