"""Rate limits by setting name: costly requests, searches and login attempts of each client."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from articles.access.client_address import client_address
from articles.access.throttling import rate_limit_store

logger = logging.getLogger(__name__)

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])
_DAY_SECONDS = 86_400


def consume(setting: str, subject: str) -> int:
    """Consume one unit of the rate in ``setting`` for ``subject``; return the seconds to wait.

    0 means allowed. A rate that is off and an unknown subject ("") are always allowed.
    """
    rate = getattr(settings, setting)
    if rate is None or not subject:
        return 0
    now = time.time()
    key = _subject_key(setting, subject, now)
    return math.ceil(rate_limit_store.consume(settings.LIMITS_FILE, key, rate, now))


def refund(setting: str, subject: str) -> None:
    """Undo one :func:`consume`."""
    rate = getattr(settings, setting)
    if rate is not None and subject:
        now = time.time()
        key = _subject_key(setting, subject, now)
        rate_limit_store.refund(settings.LIMITS_FILE, key, rate, now)


def rate_limited(setting: str) -> Callable[[_View], _View]:
    """Return a decorator: the view returns 429 to a client above the rate in ``setting``."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if wait := consume(setting, client_address(request)):
                return too_many_requests(request, wait)
            return view(request, *args, **kwargs)

        return wrapper  # type: ignore[return-value]

    return decorate


def too_many_requests(request: HttpRequest, wait: int) -> HttpResponse:
    """Return a 429 page with Retry-After; ``wait`` is in seconds."""
    logger.info("Too many requests: %s", request.path)
    context = {"seconds": wait, "minutes": math.ceil(wait / 60)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"  # it is about one client; a cache would send it to all
    return response


def _subject_key(setting: str, subject: str, now: float) -> bytes:
    """Return a keyed hash of ``subject`` that changes every day (UTC)."""
    day = int(now // _DAY_SECONDS)
    return salted_hmac(f"limits {setting} {day}", subject, algorithm="sha256").digest()
