"""What all addresses of the API share: who may ask, by which methods, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from articles.access.client_address import address_of
from articles.access.throttling.rate_limits import seconds_to_wait
from articles.api.problem_details import ProblemError, telling_problems
from articles.http.cache_control import open_to_all

_METHODS = ("GET", "HEAD", "OPTIONS")
_PREFLIGHT_SECONDS = 86_400
_View = Callable[..., HttpResponseBase]


def endpoint(view: _View) -> _View:
    """Make ``view`` an address of the API: to be read by anybody, also from other sites' pages."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _preflight()
        if request.method not in _METHODS:
            words = "Nothing can be changed here. Use GET."
            raise ProblemError(HTTPStatus.METHOD_NOT_ALLOWED, words)
        return view(request, *args, **kwargs)

    return open_to_all(_for_other_sites(telling_problems(page)))


def _for_other_sites(view: _View) -> _View:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # Nothing here depends on who asks, so there is nothing that another site could steal.
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return page


def _preflight() -> HttpResponse:
    """Return the answer to a browser that asks whether a page may ask."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Allow"] = response["Access-Control-Allow-Methods"] = ", ".join(_METHODS)
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response


def spend(setting: str, request: HttpRequest) -> None:
    """Spend one of a rate; raises ProblemError for who has spent it all."""
    if wait := seconds_to_wait(setting, address_of(request)):
        words = f"Too many requests from your network. Wait {wait} seconds."
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, words, retry=wait)


def json_answer(told: dict[str, Any]) -> HttpResponse:
    """Return ``told`` as JSON."""
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(content, "application/json")
