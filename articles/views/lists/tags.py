"""The list of topics, and the stories of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from articles.http.pagination import names_page, tagged_page
from articles.http.public_visibility import public_tag
from articles.models import Tag
from articles.views.lists.story_groups import group_by_day
from articles.views.public_pages import public_page


@public_page
def tags(request: HttpRequest) -> HttpResponse:
    """Return the topics with public stories, by name."""
    page = names_page(request, Tag.objects.filter(story_count__gt=0))
    context = {"page": page, "heading": gettext("Topics")}
    return render(request, "pages/lists/names.html", context)


@public_page
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the stories of a topic, newest first."""
    found = public_tag(slug)
    page = tagged_page(request, found.pk)
    return render(
        request,
        "pages/lists/tag.html",
        {"tag": found, "page": page, "days": group_by_day(page.rows)},
    )
