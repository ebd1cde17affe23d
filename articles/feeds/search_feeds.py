"""The feeds of a search: whatever comes in that it finds, and back to the first story."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from articles.access.throttling.rate_limits import limited
from articles.feeds.feed_model import SIZE
from articles.feeds.responses import FORMS, Listed, answer
from articles.http.cache_control import open_to_all
from articles.http.public_visibility import NotHereError
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.search import BadCursorError, Sort, search

logger = logging.getLogger(__name__)

_RETRY_SECONDS = "60"


@require_safe
@open_to_all
@limited("SEARCH_RATE")
def feed(request: HttpRequest, form: str) -> HttpResponseBase:
    """Return the newest hits, or those behind ``after``, as a feed."""
    try:
        listed = _listed(request.GET.get("q", ""), request.GET.get("after", ""))
    except BadCursorError as error:
        words = "This place in the feed does not exist. Start again from its first page."
        raise NotHereError(words) from error
    except TooSlowError:
        return _later("The search took too long. Ask for less, such as fewer days.\n")
    except IndexMissingError as error:
        logger.error("%s: %s; run update_index", request.path, error)
        return _later("The search index is being made. Come again in a while.\n")
    return answer(request, FORMS[form], listed)


def _listed(typed: str, after: str) -> Listed:
    with search(typed) as found:
        page = found.page(Sort.NEWEST, after, SIZE)
        typed = found.query.typed
    title = f"Search: {typed}" if typed else "All stories"
    return Listed(title, reverse("search"), {"q": typed} if typed else {}, page.articles, page.next)


def _later(words: str) -> HttpResponse:
    """Return an answer that nobody keeps; feed readers come again by themselves."""
    response = HttpResponse(words, content_type="text/plain; charset=utf-8", status=503)
    response["Retry-After"] = _RETRY_SECONDS
    response["Cache-Control"] = "no-store"
    return response
