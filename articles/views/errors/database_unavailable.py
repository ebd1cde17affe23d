"""What a reader sees while the database is away: a page that says so, and when to come again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

logger = logging.getLogger(__name__)

#: What the database raises when it is away, locked, or has no room: none of it is the page's fault.
AWAY = (OperationalError, InterfaceError)
RETRY_SECONDS = 30


class DatabaseAwayMiddleware:
    """Answers 503 for a view that the database has left alone; the next request asks it anew."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return what the view answers."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page in the place of the exception, if the database is away."""
        if not isinstance(exception, AWAY):
            return None
        logger.error("%s: the database is away: %s", request.path, exception)
        return unavailable(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Return the page for now, which nobody keeps; it needs no database."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
