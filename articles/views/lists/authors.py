"""The list of authors, and the stories of each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from articles.http.pagination import names_page, stories_page
from articles.http.public_visibility import public_author
from articles.models import Article, Author
from articles.views.lists.story_groups import group_by_day
from articles.views.public_pages import public_page


@public_page
def authors(request: HttpRequest) -> HttpResponse:
    """Return the authors with public stories, by name."""
    page = names_page(request, Author.objects.filter(story_count__gt=0))
    context = {"page": page, "heading": gettext("Authors")}
    return render(request, "pages/lists/names.html", context)


@public_page
def author(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return an author's stories, newest first; a merged spelling redirects."""
    found = public_author(slug)
    if found.slug != slug:
        return redirect(found, permanent=True)
    page = stories_page(request, Article.objects.published().filter(author=found).for_lists())
    return render(
        request,
        "pages/lists/author.html",
        {"author": found, "page": page, "days": group_by_day(page.rows)},
    )
