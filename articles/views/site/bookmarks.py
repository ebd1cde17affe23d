"""The bookmarks page: the same for everybody, because bookmarks are stored in the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.views.public_pages import public_page


@public_page
def bookmarks(request: HttpRequest) -> HttpResponse:
    """Return the page on which a script lists the bookmarks stored in this browser."""
    return render(request, "pages/site/bookmarks.html")
