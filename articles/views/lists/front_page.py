"""The front page: the newest day, the days before it, and the same day of earlier years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.http.pagination import start_cursor, stories_page
from articles.models import Article, DayCount
from articles.selectors.lead_stories import LeadStory, select_lead_stories
from articles.views.lists.story_groups import DayGroup, OutletGroup, group_by_day, group_by_outlet
from articles.views.public_pages import public_page

PAGE_SIZE = 60  # stories on a page of the list of all stories
_NEWEST_LIMIT = 60  # stories of the newest day; lead stories are chosen from its 60 longest
_DAYS_BEFORE = 6
_YEARS_BEFORE = 6  # earlier years in which the same day is looked up
_STORIES_PER_DAY = 4  # of each other day


@dataclass(frozen=True, slots=True)
class Year:
    """A year, the number of its public stories, and the first and last day with one."""

    number: int
    story_count: int
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The front page. ``remaining``: how many stories of the newest day are not shown."""

    day: dt.date
    story_count: int
    remaining: int
    leads: list[LeadStory]
    outlets: list[OutletGroup]
    days_before: list[DayGroup]
    years_ago: list[DayGroup]
    all_stories_cursor: str


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Return the front page; with a cursor, a page of the list of all stories."""
    if "after" in request.GET:
        page = stories_page(request, Article.objects.published().for_lists(), PAGE_SIZE)
        return render(
            request, "pages/lists/stories.html", {"page": page, "days": group_by_day(page.rows)}
        )
    years = _years()
    context = {
        "years": years,
        "first": years[0].first if years else None,
        "last": years[-1].last if years else None,
        "total": sum(year.story_count for year in years),
        "front": _build_front_page(years[-1].last) if years else None,
    }
    return render(request, "pages/lists/front_page.html", context)


def _build_front_page(day: dt.date) -> FrontPage:
    """Return the front page for the newest day with stories."""
    counts = _counts([day, *_same_days_of_earlier_years(day)])
    of_day = Article.objects.published().on_day(day).for_lists()
    stories = list(of_day.newest_first()[:_NEWEST_LIMIT])
    longest = of_day.order_by("-character_count", "-published_at", "-id")[:_NEWEST_LIMIT]
    leads = select_lead_stories(list(longest))
    lead_ids = {lead.story.pk for lead in leads}
    others = [story for story in stories if story.pk not in lead_ids]
    days = DayCount.objects.filter(story_count__gt=0, day__lt=day).order_by("-day")
    return FrontPage(
        day=day,
        story_count=counts.get(day, 0),
        remaining=max(counts.get(day, 0) - len(lead_ids.union(story.pk for story in stories)), 0),
        leads=leads,
        outlets=group_by_outlet(others),
        days_before=_day_groups(days.values_list("day", "story_count")[:_DAYS_BEFORE]),
        years_ago=_day_groups(
            (other, counts[other]) for other in sorted(counts, reverse=True) if other != day
        ),
        all_stories_cursor=start_cursor(),
    )


def _day_groups(days: Iterable[tuple[dt.date, int]]) -> list[DayGroup]:
    """Return the first stories of each day: one query per day for the ids, one for the rows."""
    keys = {(day, count): _story_ids(day) for day, count in days}
    story_ids = [key for found in keys.values() for key in found]
    stories = Article.objects.published().for_lists().in_bulk(story_ids)
    return [
        DayGroup(day, [stories[key] for key in found if key in stories], count)
        for (day, count), found in keys.items()
    ]


def _story_ids(day: dt.date) -> list[int]:
    stories = Article.objects.published().on_day(day).newest_first()
    return list(stories.values_list("pk", flat=True)[:_STORIES_PER_DAY])


def _same_days_of_earlier_years(day: dt.date) -> list[dt.date]:
    """Return the same day in earlier years; 29 February exists only in leap years."""
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
