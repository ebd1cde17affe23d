"""The bylines, and the stories under each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from articles.models import Article, Author
from articles.views.paging import names_page, stories_page
from articles.views.public import NotHereError, public_page
from articles.views.stories import by_day


@public_page
def authors(request: HttpRequest) -> HttpResponse:
    """Return the authors who have public stories, by name."""
    page = names_page(request, Author.objects.filter(story_count__gt=0))
    context = {"page": page, "heading": "Authors"}
    return render(request, "pages/names.html", context)


@public_page
def author(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return an author's stories, newest first; a merged spelling redirects."""
    found = Author.objects.select_related("merged_into").filter(slug=slug).first()
    if found is not None and found.merged_into is not None and found.merged_into.story_count:
        return redirect(found.merged_into, permanent=True)
    if found is None or not found.story_count:  # a name that only hidden texts bear is not told
        raise NotHereError("The archive has no story of such an author.")
    page = stories_page(request, Article.objects.published().filter(author=found).for_lists())
    return render(
        request, "pages/author.html", {"author": found, "page": page, "days": by_day(page.rows)}
    )
