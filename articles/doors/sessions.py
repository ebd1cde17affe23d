"""How long an editor stays logged in: a time without a click, and a time in all."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

_STARTED, _SEEN = "doors_started", "doors_seen"
_STEP_SECONDS = 300  # a click is written down at most this often: a session is a row


def listen() -> None:
    """Note from now on when a session begins."""
    user_logged_in.connect(_begin, dispatch_uid="doors sessions")


def end_if_old(request: HttpRequest) -> None:
    """Log out a person whose session has run out; else note that they are still there."""
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    started, seen = request.session.get(_STARTED, 0), request.session.get(_SEEN, 0)
    idle, longest = settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE
    if now - seen > idle or now - started > longest:
        logout(request)
    elif now - seen >= _STEP_SECONDS:
        request.session[_SEEN] = now


def _begin(request: HttpRequest, **kwargs: Any) -> None:
    request.session[_STARTED] = request.session[_SEEN] = int(time.time())
