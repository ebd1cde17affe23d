"""Shared by all public responses: no cookies, Cache-Control, ETag and conditional requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.csrf import csrf_exempt

#: How long a response may be served from a cache without revalidation. A withdrawn story has to be
#: gone everywhere within a minute. A shared cache serves a response until the last of these seconds
#: without an Age header (nginx sends none), and the browser behind it then caches it for as long
#: again. So the total is twice this, plus one second because both count whole seconds; the rest of
#: the minute is for a replica (STANDBY_MAX_DELAY, 5) and for rendering the page.
MAX_AGE_SECONDS = 25
#: Headers that describe the body, which a 304 does not have. All others are sent again: a browser
#: replaces its cached headers with them, also the page's Content-Security-Policy.
_BODY_HEADERS = ("Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding")

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def public_endpoint(view: _View[_Arguments]) -> _View[_Arguments]:
    """Return ``view`` without cookies and CSRF check, publicly cacheable, with 304 responses.

    The response must depend on the URL alone, because shared caches serve it to everybody.
    """

    @wraps(view)
    def wrapper(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        # A visitor's cookie must not change a shared response, nor may the session middleware
        # react to a stale one with a cookie of its own.
        request.COOKIES = {}
        response = set_default_cache_control(view(request, *args, **kwargs))
        if settings.AI_CRAWLERS == "refused":  # www.w3.org/community/reports/tdmrep
            response.headers["tdm-reservation"] = "1"
        return _conditional_response(request, response)

    return csrf_exempt(wrapper)  # it takes no form


def set_default_cache_control(response: HttpResponseBase) -> HttpResponseBase:
    """Make ``response`` publicly cacheable for MAX_AGE_SECONDS, unless it sets Cache-Control."""
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    return response


def _conditional_response(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return ``response`` with its ETag, or 304 without a body if the client has it already.

    Validation uses the content, or an ETag that the view has set, never Last-Modified: when a story
    is withdrawn, nothing on the pages that listed it becomes newer.
    """
    if response.status_code != 200:
        return response
    if isinstance(response, HttpResponse) and not response.has_header("ETag"):
        set_response_etag(response)
    etag = response.headers.get("ETag")
    if etag is None:  # a streamed file
        return response
    conditional: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if conditional is None:
        return response
    if conditional.status_code != 304:
        return conditional
    response.status_code = 304
    for name in _BODY_HEADERS:
        response.headers.pop(name, None)
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    elif isinstance(response, HttpResponse):
        response.content = b""
    return response
