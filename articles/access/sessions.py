"""How long an editor stays logged in, and where: a time without a click, and a time in all."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, logout
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

_STARTED, _SEEN = "doors_started", "doors_seen"
_STEP_SECONDS = 300  # a click is written down at most this often: a session is a row


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser in which a person is logged in. ``mark`` names it without giving its key away."""

    mark: str
    started: dt.datetime
    seen: dt.datetime
    is_this: bool


def listen() -> None:
    """Note from now on when a session begins."""
    user_logged_in.connect(_begin, dispatch_uid="doors sessions")


def end_if_old(request: HttpRequest) -> None:
    """Log out a person whose session has run out; else note that they are still there."""
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    if _has_run_out(request.session, now):
        logout(request)
    elif now - request.session[_SEEN] >= _STEP_SECONDS:
        request.session[_SEEN] = now


def sessions_of(request: HttpRequest) -> list[OpenSession]:
    """Return the open sessions of who asks, the one that was used last first."""
    found = [
        OpenSession(
            mark=_mark(row.session_key),
            started=dt.datetime.fromtimestamp(data[_STARTED], dt.UTC),
            seen=dt.datetime.fromtimestamp(data[_SEEN], dt.UTC),
            is_this=row.session_key == request.session.session_key,
        )
        for row, data in _open_rows(request)
    ]
    return sorted(found, key=lambda each: (not each.is_this, -each.seen.timestamp(), each.mark))


def end_sessions(request: HttpRequest, mark: str = "") -> int:
    """End the session ``mark`` of who asks, or all but this one; return how many were ended."""
    keys = [
        row.session_key
        for row, _ in _open_rows(request)
        if row.session_key != request.session.session_key and mark in {"", _mark(row.session_key)}
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _open_rows(request: HttpRequest) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Yield one's own rows with what they hold. All are read: only who edits has a session."""
    user, now = request.user, int(time.time())
    assert isinstance(user, AbstractBaseUser)
    whose = (str(user.pk), user.get_session_auth_hash())  # an older password's are over
    for row in Session.objects.filter(expire_date__gt=timezone.now()):
        data = row.get_decoded()
        own = (data.get(SESSION_KEY), data.get(HASH_SESSION_KEY)) == whose
        if own and not _has_run_out(data, now):
            yield row, data


def _has_run_out(data: Any, now: int) -> bool:
    idle, longest = settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE
    return bool(now - data.get(_SEEN, 0) > idle or now - data.get(_STARTED, 0) > longest)


def _mark(key: str) -> str:
    return salted_hmac("doors sessions", key, algorithm="sha256").hexdigest()


def _begin(request: HttpRequest, **kwargs: Any) -> None:
    request.session[_STARTED] = request.session[_SEEN] = int(time.time())
