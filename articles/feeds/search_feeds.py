"""The feeds of a search: its hits, newest first, and those among the newest arrivals."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.access.throttling.rate_limits import rate_limited
from articles.content.search_query import parse
from articles.feeds.feed_model import FEED_PAGE_SIZE
from articles.feeds.responses import FORMATS, StoryPage, feed_response
from articles.http.cache_control import public_endpoint
from articles.http.pagination import StoryOrder, stories_page
from articles.http.public_visibility import NotFoundError
from articles.models import Article
from articles.searching.arrivals import find_arrivals
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import BadCursorError, Sort, search

logger = logging.getLogger(__name__)

_RETRY_SECONDS = "60"


@require_safe
@public_endpoint
@rate_limited("SEARCH_RATE")
def search_feed(request: HttpRequest, feed_format: str, order: StoryOrder) -> HttpResponseBase:
    """Return a page of hits as a feed: the newest, or those after the cursor ``after``.

    In order of arrival, these are the matches among the newest arrivals of the archive.
    """
    typed = request.GET.get("q", "")
    try:
        if order == StoryOrder.ARRIVED:
            story_page = _arrivals_page(request, typed)
        else:
            story_page = _search_page(typed, request.GET.get("after", ""))
    except BadCursorError as error:
        message = "This place in the feed does not exist. Start again from its first page."
        raise NotFoundError(message) from error
    except SearchTimeoutError:
        return _unavailable("The search took too long. Ask for less, such as fewer days.\n")
    except IndexMissingError as error:
        logger.error("%s: %s; run update_index", request.path, error)
        return _unavailable("The search index is being made. Come again in a while.\n")
    return feed_response(request, FORMATS[feed_format], story_page)


def _search_page(typed: str, after: str) -> StoryPage:
    with search(typed) as results:
        page = results.page(Sort.NEWEST, after, FEED_PAGE_SIZE)
        typed = results.query.typed
    return _story_page(typed, page.articles, page.next, StoryOrder.PUBLISHED)


def _arrivals_page(request: HttpRequest, typed: str) -> StoryPage:
    stories = Article.objects.published().filter(pk__in=find_arrivals(typed)).for_lists()
    page = stories_page(request, stories, FEED_PAGE_SIZE, StoryOrder.ARRIVED)
    return _story_page(parse(typed).typed, page.rows, page.next, StoryOrder.ARRIVED)


def _story_page(
    typed: str, stories: Sequence[Article], next_cursor: str, order: StoryOrder
) -> StoryPage:
    title = f"Search: {typed}" if typed else "All stories"
    parameters = {"q": typed} if typed else {}
    return StoryPage(title, reverse("search"), parameters, stories, next_cursor, order)


def _unavailable(message: str) -> HttpResponse:
    """Return an uncached 503 as plain text; feed readers retry by themselves."""
    response = HttpResponse(message, content_type="text/plain; charset=utf-8", status=503)
    response["Retry-After"] = _RETRY_SECONDS
    response["Cache-Control"] = "no-store"
    return response
