"""Shared by all API endpoints: methods, CORS, rate limits, errors and caching."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from articles.access.client_address import client_address
from articles.access.throttling.rate_limits import consume
from articles.api.problem_details import ProblemError, handle_errors
from articles.http.cache_control import public_endpoint

_METHODS = ("GET", "HEAD", "OPTIONS")
_PREFLIGHT_SECONDS = 86_400
_View = Callable[..., HttpResponseBase]


def endpoint(view: _View) -> _View:
    """Return ``view`` as a public, read-only API endpoint with CORS for all origins."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _preflight_response()
        if request.method not in _METHODS:
            raise ProblemError(
                HTTPStatus.METHOD_NOT_ALLOWED, "Nothing can be changed here. Use GET."
            )
        return view(request, *args, **kwargs)

    return public_endpoint(_with_cors(handle_errors(wrapper)))


def _with_cors(view: _View) -> _View:
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        # No response depends on the user, so there is nothing that another site could steal.
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return wrapper


def _preflight_response() -> HttpResponse:
    """Return the response to a CORS preflight request."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Allow"] = response["Access-Control-Allow-Methods"] = ", ".join(_METHODS)
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response


def enforce_rate_limit(setting: str, request: HttpRequest) -> None:
    """Count the request against the rate in ``setting``; raise ProblemError if it is above it."""
    if wait := consume(setting, client_address(request)):
        detail = f"Too many requests from your network. Wait {wait} seconds."
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after=wait)


def json_response(payload: dict[str, Any]) -> HttpResponse:
    """Return ``payload`` as compact JSON."""
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(content, "application/json")
