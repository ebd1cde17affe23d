"""The front page: the newest stories, and how far the archive reaches."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.doors.paging import stories_page
from articles.models import Article, DayCount
from articles.views.public import public_page
from articles.views.stories import by_day

STORIES = 60


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the archive, its public stories, and the first and last day with one."""

    number: int
    story_count: int
    first: dt.date
    last: dt.date


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Return the newest stories under their days, with the years of the archive."""
    page = stories_page(request, Article.objects.published().for_lists(), STORIES)
    years = _years()
    context = {
        "page": page,
        "days": by_day(page.rows),
        "years": years,
        "first": years[0].first if years else None,
        "last": years[-1].last if years else None,
        "total": sum(year.story_count for year in years),
    }
    return render(request, "pages/home.html", context)


def _years() -> list[Year]:
    rows = (
        DayCount.objects.filter(story_count__gt=0)
        .values_list("day__year")
        .annotate(Sum("story_count"), Min("day"), Max("day"))
        .order_by("day__year")
    )
    return [Year(*row) for row in rows]
