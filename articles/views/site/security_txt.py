"""``/.well-known/security.txt``: where to report a vulnerability (RFC 9116)."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from articles.views.public_pages import NotFoundError, public_file

_VALID = dt.timedelta(days=180)  # RFC 9116 recommends less than a year


@public_file
def security_txt(request: HttpRequest) -> HttpResponse:
    """Return the file, or 404 without a contact, which the RFC requires."""
    if not settings.SECURITY_CONTACT:
        raise NotFoundError("This site names no contact for reports of security problems.")
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        ("Contact", settings.SECURITY_CONTACT),
        ("Expires", (midnight + _VALID).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("Preferred-Languages", "en, zh"),
        ("Canonical", settings.SITE_URL + reverse("security_txt")),
    )
    text = "".join(f"{name}: {value}\n" for name, value in lines)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
