"""Bytes as they were imported. They are anybody's, so no browser may take them for a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from articles.access.security_log import note
from articles.http.security_headers import FILE_POLICY


def attachment(request: HttpRequest, content: bytes, sha256: str) -> HttpResponse:
    """Return ``content`` as a file to be saved, named after its hash alone."""
    note(request, "Download: %s, %s", request.user.get_username(), request.path)
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{sha256[:12] or "no-content"}.md"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = FILE_POLICY
    return response
