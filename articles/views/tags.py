"""The topics, and the stories of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.models import Tag
from articles.views.paging import names_page, taggings_page
from articles.views.public import NotHereError, public_page
from articles.views.stories import by_day


@public_page
def tags(request: HttpRequest) -> HttpResponse:
    """Return the topics that have public stories, by name."""
    page = names_page(request, Tag.objects.filter(story_count__gt=0))
    context = {"page": page, "heading": "Topics"}
    return render(request, "pages/names.html", context)


@public_page
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the stories that carry a topic, newest first."""
    found = Tag.objects.filter(slug=slug).first()
    if found is None or not found.story_count:  # a topic of hidden texts alone is not told
        raise NotHereError("The archive has no story on such a topic.")
    page = taggings_page(request, found.pk)
    # Joined row by row: asked for by their keys, SQLite would walk along all public stories.
    stories = [tagging.content_object for tagging in page.rows]
    days = by_day(story for story in stories if story.is_public)
    return render(request, "pages/tag.html", {"tag": found, "page": page, "days": days})
