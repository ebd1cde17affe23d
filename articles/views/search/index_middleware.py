"""What was saved goes into the search index before the answer to it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from articles.searching import index_updates

_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class IndexChangesMiddleware:
    """Brings changes into the index after every request that may have made some."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return what the view answers, when the index knows what it has changed."""
        response = self.get_response(request)
        if request.method not in _READING:
            index_updates.update_soon()
        return response
