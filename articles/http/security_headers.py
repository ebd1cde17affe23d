"""Headers that every answer carries: pages, static files, pictures, errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware
from django.urls import reverse

#: Nothing here uses a device; what is not named keeps the browser's default (full screen).
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
        "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

#: Of files that are to be saved: a browser that shows them all the same may run nothing.
FILE_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)

#: Of a picture: opened by itself, Chromium lays it out with styles of its own, and the site's
#: policy would report those.
PICTURE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
)


class HeadersMiddleware(SecurityMiddleware):
    """The outermost middleware. Django's own, further in, does not see every answer.

    A request for a wrong host is refused on the way in, and its page would lack their headers.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Leave the redirect to https to Django's own middleware."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Add what is missing."""
        response = super().process_response(request, response)
        headers = response.headers
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        # Static files are public, and a sandboxed frame has an origin of its own.
        is_static = request.path_info.startswith(settings.STATIC_URL)
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if is_static else "same-origin"
        )
        if response.status_code == 304:
            # Django's CommonMiddleware tells the length of what is not there.
            headers.pop("Content-Length", None)
        if request.path_info.startswith(reverse("admin:index")):
            headers["X-Robots-Tag"] = "noindex, nofollow"
            headers["Cache-Control"] = "no-store, private"
        return response
