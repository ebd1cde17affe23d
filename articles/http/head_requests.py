"""Responses to HEAD: the headers of GET without its body (RFC 9110, section 9.3.2)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse


class HeadRequestMiddleware:
    """Removes the body of a response to HEAD; the outermost middleware.

    Content-Length stays what it is for GET. A streamed response has none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the response, for HEAD without its body."""
        response = self.get_response(request)
        if request.method != "HEAD":
            return response
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()  # what it was is closed with the response
        elif isinstance(response, HttpResponse):
            response.content = b""
        return response
