"""The outlets, and the stories of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.doors.paging import names_page, stories_page
from articles.doors.visible import source_of
from articles.models import Article, Source
from articles.views.public import public_page
from articles.views.stories import by_day


@public_page
def sources(request: HttpRequest) -> HttpResponse:
    """Return the outlets that have public stories, by name."""
    page = names_page(request, Source.objects.filter(story_count__gt=0))
    context = {"page": page, "heading": "Outlets"}
    return render(request, "pages/names.html", context)


@public_page
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """Return an outlet's stories, newest first."""
    found = source_of(slug)
    stories = Article.objects.published().filter(source=found).for_lists()
    page = stories_page(request, stories)
    return render(
        request, "pages/source.html", {"source": found, "page": page, "days": by_day(page.rows)}
    )
