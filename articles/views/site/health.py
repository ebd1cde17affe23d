"""Health checks for monitoring: liveness of the process, and readiness of its database."""

from __future__ import annotations

import logging

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Return "ok" as long as this process responds; makes no database query."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Return "ok" if the database responds as well, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        logger.error("the database does not answer: %s", error)
        return HttpResponse("the database does not answer\n", "text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
