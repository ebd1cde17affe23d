"""Rates by setting: how often an address may ask for what costs much, and try to log in."""

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

from articles.access.client_address import address_of
from articles.access.throttling import rate_limit_store

logger = logging.getLogger(__name__)

_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])
_DAY_SECONDS = 86_400


def seconds_to_wait(setting: str, subject: str) -> int:
    """Spend one of the rate in ``setting`` for ``subject``; return 0, or the whole seconds to wait.

    A rate that is off, and a subject that is not known (""), never have to wait.
    """
    rate = getattr(settings, setting)
    if rate is None or not subject:
        return 0
    now = time.time()
    return math.ceil(
        rate_limit_store.take(settings.LIMITS_FILE, _key(setting, subject, now), rate, now)
    )


def give_back(setting: str, subject: str) -> None:
    """Undo what :func:`seconds_to_wait` has spent."""
    rate = getattr(settings, setting)
    if rate is not None and subject:
        now = time.time()
        rate_limit_store.give_back(settings.LIMITS_FILE, _key(setting, subject, now), rate, now)


def limited(setting: str) -> Callable[[_View], _View]:
    """Make a view answer 429 to an address that has spent the rate in ``setting``."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if wait := seconds_to_wait(setting, address_of(request)):
                return too_many(request, wait)
            return view(request, *args, **kwargs)

        return page  # type: ignore[return-value]

    return decorate


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Return the page that says how many seconds to ``wait``."""
    logger.info("Too many requests: %s", request.path)
    context = {"seconds": wait, "minutes": math.ceil(wait / 60)}
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"  # what one reader is told is not for others
    return response


def _key(setting: str, subject: str, now: float) -> bytes:
    """Return what stands for ``subject`` today; tomorrow it is something else."""
    day = int(now // _DAY_SECONDS)
    return salted_hmac(f"limits {setting} {day}", subject, algorithm="sha256").digest()
