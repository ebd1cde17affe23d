"""Security headers of every response: pages, static files, pictures, errors."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.security import SecurityMiddleware
from django.urls import reverse

#: No page uses a device. A feature that is not listed keeps the browser's default (full screen).
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation",
        "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
        "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip

#: Policy of downloads: a browser that displays one all the same must not run anything.
DOWNLOAD_CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)

#: Policy of pictures. Chromium displays a picture in a page with inline styles of its own, which
#: the site's policy would report.
IMAGE_CSP = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class SecurityHeadersMiddleware(SecurityMiddleware):
    """The outermost middleware. Django's own, further in, does not see every response.

    A request with a wrong host is refused before it reaches them, and the error page would lack
    their headers.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Do nothing: the redirect to https is left to Django's own middleware."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Add the headers that the response lacks."""
        response = super().process_response(request, response)
        headers = response.headers
        headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Static files are cross-origin: a sandboxed frame, which has an opaque origin, loads them.
        is_static = request.path_info.startswith(settings.STATIC_URL)
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if is_static else "same-origin"
        )
        if response.status_code == 304:
            # Django's CommonMiddleware sets the length of the missing body.
            headers.pop("Content-Length", None)
        if request.path_info.startswith(reverse("admin:index")):
            headers["X-Robots-Tag"] = "noindex, nofollow"
            headers["Cache-Control"] = "no-store, private"
        return response
