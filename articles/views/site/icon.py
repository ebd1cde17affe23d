"""The archive's icon: the file in SITE_ICON."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from articles.http.security_headers import DOWNLOAD_CSP
from articles.views.public_pages import NotFoundError, public_file

_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon"}


@public_file
def icon(request: HttpRequest) -> HttpResponse:
    """Return the icon."""
    path = settings.SITE_ICON
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFoundError("The icon is missing.") from error
    response = HttpResponse(content, content_type=_TYPES[path.suffix.lower()])
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    # The admin's preview is sandboxed, and so another origin.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response
