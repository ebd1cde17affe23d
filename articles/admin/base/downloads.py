"""Downloads of imported bytes. They are untrusted, so no browser may render them as a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from articles.access.security_log import log_event
from articles.http.security_headers import DOWNLOAD_CSP


def download_response(request: HttpRequest, content: bytes, sha256: str) -> HttpResponse:
    """Return ``content`` as an attachment, named after its SHA-256 only; log the download."""
    log_event(request, "Download: %s, %s", request.user.get_username(), request.path)
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{sha256[:12] or "no-content"}.md"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
