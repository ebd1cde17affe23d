"""Tries of a password or a code: wrong ones are limited, right ones cost nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from articles.access.client_address import address_of
from articles.access.security_log import known_name, note
from articles.access.throttling.rate_limits import give_back, seconds_to_wait, too_many

_View = Callable[..., HttpResponseBase]

#: What a view answers to a secret that is right: it leads on, or shows what was made.
_RIGHT = {HTTPStatus.FOUND, HTTPStatus.CREATED}


def limited(name: str, view: _View, request: HttpRequest, *args: Any) -> HttpResponseBase:
    """Return what ``view`` answers; a POST that it does not accept counts as a try at ``name``."""
    if request.method != "POST":
        return view(request, *args)
    doors = (("LOGIN_RATE", address_of(request)), ("LOGIN_NAME_RATE", _one_spelling(name)))
    for number, (setting, subject) in enumerate(doors):
        if wait := seconds_to_wait(setting, subject):
            for door in doors[:number]:
                give_back(*door)
            note(request, "Login locked for %s seconds: %s", wait, known_name(name))
            return too_many(request, wait)
    response = view(request, *args)
    if response.status_code in _RIGHT:
        for door in doors:
            give_back(*door)
    return response


def _one_spelling(name: str) -> str:
    """Return what is the same for all that the form takes for one name: "ada", " ada", "ａｄａ"."""
    return unicodedata.normalize("NFKC", name.strip()).strip().casefold()
