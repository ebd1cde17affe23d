"""Throttle attempts at a password or a code: failures count, successes are refunded."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from articles.access.client_address import client_address
from articles.access.security_log import log_event, redact_unknown_name
from articles.access.throttling.rate_limits import consume, refund, too_many_requests
from articles.content.text.stream_safe_text import normalize_unicode

_View = Callable[..., HttpResponseBase]

#: Statuses of a successful attempt: a redirect onwards, or a page that shows what was created.
_SUCCESS_STATUSES = {HTTPStatus.FOUND, HTTPStatus.CREATED}


def throttle_attempt(name: str, view: _View, request: HttpRequest, *args: Any) -> HttpResponseBase:
    """Return the response of ``view``, or 429 for a POST above a rate limit.

    A POST counts against the client's IP address and against the account ``name``, unless the view
    accepts it.
    """
    if request.method != "POST":
        return view(request, *args)
    limits = (("LOGIN_RATE", client_address(request)), ("LOGIN_NAME_RATE", _normalize_name(name)))
    for number, (setting, subject) in enumerate(limits):
        if wait := consume(setting, subject):
            for consumed in limits[:number]:
                refund(*consumed)
            log_event(request, "Login locked for %s seconds: %s", wait, redact_unknown_name(name))
            return too_many_requests(request, wait)
    response = view(request, *args)
    if response.status_code in _SUCCESS_STATUSES:
        for limit in limits:
            refund(*limit)
    return response


def _normalize_name(name: str) -> str:
    """Return one spelling for all that the form accepts as one name: "ada", " ada", "ａｄａ"."""
    return normalize_unicode("NFKC", name.strip()).strip().casefold()
