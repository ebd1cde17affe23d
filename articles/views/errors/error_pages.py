"""Error pages. All of them work without the database."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.http.cache_control import set_default_cache_control
from articles.views.errors.database_unavailable import UNAVAILABLE_ERRORS, service_unavailable
from articles.views.errors.not_found_suggestions import suggest_stories
from articles.views.public_pages import NotFoundError


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 400 page; it uses nothing of the invalid request."""
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 403 page."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the 404 page, with stories that the reader may have looked for."""
    request.COOKIES = {}  # shared caches store this page, as they do all others
    # Only our own messages are for readers; Django's name models and patterns.
    message = str(exception) if isinstance(exception, NotFoundError) else ""
    suggestions = suggest_stories(request)
    context = {"message": message, "suggestions": suggestions}
    response = render(request, "404.html", context, status=404)
    if not suggestions.is_complete:
        response["Cache-Control"] = "no-store"
    set_default_cache_control(response)  # old links and wrong guesses are requested often
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the 500 page, or the 503 page when the database is unavailable."""
    if isinstance(sys.exc_info()[1], UNAVAILABLE_ERRORS):
        return service_unavailable(request)
    return render(request, "500.html", status=500)
