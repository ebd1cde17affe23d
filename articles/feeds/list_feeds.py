"""The feeds of lists: all stories, those of an outlet, of a topic, of an author."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.feeds.feed_model import FEED_PAGE_SIZE
from articles.feeds.responses import FORMATS, StoryPage, feed_name, feed_response
from articles.http.cache_control import public_endpoint
from articles.http.pagination import Page, StoryOrder, stories_page, tagged_page
from articles.http.public_visibility import public_author, public_source, public_tag
from articles.models import Article

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def _feed_view(view: _View[_Arguments]) -> _View[_Arguments]:
    return require_safe(public_endpoint(view))


@_feed_view
def all_stories(request: HttpRequest, feed_format: str, order: StoryOrder) -> HttpResponseBase:
    """Return the feed of all stories."""
    stories = Article.objects.published().for_lists()
    page = stories_page(request, stories, FEED_PAGE_SIZE, order)
    return _list_feed_response(request, feed_format, order, "All stories", reverse("home"), page)


@_feed_view
def source(
    request: HttpRequest, slug: str, feed_format: str, order: StoryOrder
) -> HttpResponseBase:
    """Return the feed of an outlet."""
    outlet = public_source(slug)
    stories = Article.objects.published().filter(source=outlet).for_lists()
    page = stories_page(request, stories, FEED_PAGE_SIZE, order)
    path = outlet.get_absolute_url()
    return _list_feed_response(request, feed_format, order, outlet.name, path, page)


@_feed_view
def tag(request: HttpRequest, slug: str, feed_format: str, order: StoryOrder) -> HttpResponseBase:
    """Return the feed of a topic."""
    topic = public_tag(slug)
    page = tagged_page(request, topic.pk, FEED_PAGE_SIZE, order)
    path = topic.get_absolute_url()
    return _list_feed_response(request, feed_format, order, topic.name, path, page)


@_feed_view
def author(
    request: HttpRequest, slug: str, feed_format: str, order: StoryOrder
) -> HttpResponseBase:
    """Return the feed of an author; a merged spelling redirects."""
    person = public_author(slug)
    if person.slug != slug:
        return redirect(feed_name("author_feed", order, feed_format), person.slug, permanent=True)
    stories = Article.objects.published().filter(author=person).for_lists()
    page = stories_page(request, stories, FEED_PAGE_SIZE, order)
    path = person.get_absolute_url()
    return _list_feed_response(request, feed_format, order, person.name, path, page)


def _list_feed_response(
    request: HttpRequest,
    feed_format: str,
    order: StoryOrder,
    title: str,
    path: str,
    page: Page[Article],
) -> HttpResponseBase:
    story_page = StoryPage(title, path, {}, page.rows, page.next, order)
    return feed_response(request, FORMATS[feed_format], story_page)
