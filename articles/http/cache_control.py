"""What everything has in common that the public reads: methods, no cookie, how long it is kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.views.decorators.csrf import csrf_exempt

#: How long an answer may be handed out without asking again. What an editor withdraws is gone
#: everywhere within a minute: a shared cache hands an answer out until the last of these seconds
#: without saying how old it is (nginx tells no Age), and the browser behind it then keeps that for
#: as long again. So it is twice this, and each of the two counts whole seconds, which makes one
#: more; the rest of the minute is for a standby (STANDBY_MAX_DELAY, 5) and for making the page.
MAX_AGE_SECONDS = 25
#: What of an answer tells of a body, which a 304 has not. All the rest is said again: a browser
#: puts it in the place of what it had, also the policy of the page.
_OF_A_BODY = ("Content-Type", "Content-Length", "Content-Disposition", "Content-Encoding")

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, _Arguments], HttpResponseBase]


def open_to_all(view: _View[_Arguments]) -> _View[_Arguments]:
    """Make ``view`` one that anybody may read: no cookie, no form, cached shortly, 304 if known.

    What it answers must depend on the address alone, because caches keep it for everybody.
    """

    @wraps(view)
    def page(
        request: HttpRequest, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> HttpResponseBase:
        # Nobody's cookie may change what everybody gets; the session would answer a stale one.
        request.COOKIES = {}
        response = keep_shortly(view(request, *args, **kwargs))
        if settings.AI_CRAWLERS == "refused":  # www.w3.org/community/reports/tdmrep
            response.headers["tdm-reservation"] = "1"
        return _if_new(request, response)

    return csrf_exempt(page)  # it takes no form


def keep_shortly(response: HttpResponseBase) -> HttpResponseBase:
    """Let caches keep ``response``, unless it says something else itself."""
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, public=True, max_age=MAX_AGE_SECONDS)
    return response


def _if_new(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return ``response`` with its ETag, or 304 without a body for who has it already.

    Only the content tells whether it is the same, or an ETag that the view has given. No time
    does: when a story is withdrawn, nothing on the pages that named it becomes newer.
    """
    if response.status_code != 200:
        return response
    if isinstance(response, HttpResponse) and not response.has_header("ETag"):
        set_response_etag(response)
    etag = response.headers.get("ETag")
    if etag is None:  # a file that is made while it is read
        return response
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        return response
    if answer.status_code != 304:
        return answer
    response.status_code = 304
    for name in _OF_A_BODY:
        response.headers.pop(name, None)
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    elif isinstance(response, HttpResponse):
        response.content = b""
    return response
