"""The feeds of the archive's lists: all stories, an outlet's, a topic's, an author's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.feeds.feed_model import SIZE
from articles.feeds.responses import FORMS, Listed, answer
from articles.http.cache_control import open_to_all
from articles.http.pagination import Page, stories_page, tagged_page
from articles.http.public_visibility import author_of, source_of, tag_of
from articles.models import Article

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def _feed(view: _View[_Arguments]) -> _View[_Arguments]:
    return require_safe(open_to_all(view))


@_feed
def all_stories(request: HttpRequest, form: str) -> HttpResponseBase:
    """Return the feed of all stories."""
    page = stories_page(request, Article.objects.published().for_lists(), SIZE)
    return _answer(request, form, "All stories", reverse("home"), page)


@_feed
def source(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Return the feed of an outlet."""
    found = source_of(slug)
    page = stories_page(request, Article.objects.published().filter(source=found).for_lists(), SIZE)
    return _answer(request, form, found.name, found.get_absolute_url(), page)


@_feed
def tag(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Return the feed of a topic."""
    found = tag_of(slug)
    page = tagged_page(request, found.pk, SIZE)
    return _answer(request, form, found.name, found.get_absolute_url(), page)


@_feed
def author(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """Return the feed of an author; a merged spelling redirects."""
    found = author_of(slug)
    if found.slug != slug:
        return redirect(f"author_feed_{form}", found.slug, permanent=True)
    page = stories_page(request, Article.objects.published().filter(author=found).for_lists(), SIZE)
    return _answer(request, form, found.name, found.get_absolute_url(), page)


def _answer(
    request: HttpRequest, form: str, title: str, path: str, page: Page[Article]
) -> HttpResponseBase:
    return answer(request, FORMS[form], Listed(title, path, {}, page.rows, page.next))
