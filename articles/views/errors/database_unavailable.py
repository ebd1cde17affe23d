"""The 503 page while the database is unavailable, with a Retry-After header."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

logger = logging.getLogger(__name__)

#: Raised when the database is unavailable, locked, or has no space: not the fault of the page.
UNAVAILABLE_ERRORS = (OperationalError, InterfaceError)
RETRY_SECONDS = 30


class DatabaseUnavailableMiddleware:
    """Responds with 503 when the database fails during a view; the next request tries again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response of the view."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the 503 page if the exception says that the database is unavailable."""
        if not isinstance(exception, UNAVAILABLE_ERRORS):
            return None
        logger.error("%s: the database is unavailable: %s", request.path, exception)
        return service_unavailable(request)


def service_unavailable(request: HttpRequest) -> HttpResponse:
    """Return the 503 page, which must not be cached; it needs no database."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
