"""The page of a reader's bookmarks: the same for everybody, because they stay in the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.views.public_pages import public_page


@public_page
def bookmarks(request: HttpRequest) -> HttpResponse:
    """Return the page on which a script lists what this browser has kept."""
    return render(request, "pages/bookmarks.html")
