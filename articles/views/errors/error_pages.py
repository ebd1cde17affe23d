"""Pages for what is not there or went wrong. All of them can do without the database."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from articles.http.cache_control import keep_shortly
from articles.views.errors.database_unavailable import AWAY, unavailable
from articles.views.errors.not_found_suggestions import near_misses
from articles.views.public_pages import NotHereError


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for a request that makes no sense; nothing of it is shown or looked at."""
    return HttpResponse(render_to_string("400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for what a person may not do."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for an address that names nothing, with what may have been looked for."""
    request.COOKIES = {}  # caches keep this page for everybody, as they do all others
    # Only our own sentences are for readers; Django's tell of models and patterns.
    message = str(exception) if isinstance(exception, NotHereError) else ""
    near = near_misses(request)
    response = render(request, "404.html", {"message": message, "near": near}, status=404)
    if not near.is_whole:
        response["Cache-Control"] = "no-store"
    keep_shortly(response)  # old links and wrong guesses are asked for again and again
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Return the page for a fault of ours, or for a database that is away; it needs none."""
    if isinstance(sys.exc_info()[1], AWAY):
        return unavailable(request)
    return render(request, "500.html", status=500)
