"""Indexes the changes of a request before its response is sent."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from articles.searching import index_updates

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class IndexChangesMiddleware:
    """Updates the index after every request that may have changed something."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response of the view, after its changes have been indexed."""
        response = self.get_response(request)
        if request.method not in _SAFE_METHODS:
            index_updates.try_update()
        return response
