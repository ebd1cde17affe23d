"""Session expiry (an idle timeout and a total lifetime), and the list of a user's open sessions."""

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

_STARTED_KEY, _SEEN_KEY = "doors_started", "doors_seen"  # old names, kept for existing sessions
_PUBLIC_ID_SALT = "doors sessions"  # an old name, kept for existing sessions
_SEEN_INTERVAL_SECONDS = 300  # how often "seen" is stored at most: each time writes a row


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of a logged-in user. ``public_id`` identifies it without revealing its key."""

    public_id: str
    started: dt.datetime
    seen: dt.datetime
    is_this: bool


def connect_signals() -> None:
    """Record the start of each session from now on."""
    user_logged_in.connect(_record_start, dispatch_uid=__name__)


def expire_session(request: HttpRequest) -> None:
    """Log the user out if their session has expired, else record when it was last seen."""
    if not request.user.is_authenticated:
        return
    now = int(time.time())
    if _is_expired(request.session, now):
        logout(request)
    elif now - request.session[_SEEN_KEY] >= _SEEN_INTERVAL_SECONDS:
        request.session[_SEEN_KEY] = now


def open_sessions(request: HttpRequest) -> list[OpenSession]:
    """Return the user's open sessions: this one first, then the last used first."""
    sessions = [
        OpenSession(
            public_id=_public_id(row.session_key),
            started=dt.datetime.fromtimestamp(data[_STARTED_KEY], dt.UTC),
            seen=dt.datetime.fromtimestamp(data[_SEEN_KEY], dt.UTC),
            is_this=row.session_key == request.session.session_key,
        )
        for row, data in _own_open_rows(request)
    ]
    return sorted(
        sessions, key=lambda each: (not each.is_this, -each.seen.timestamp(), each.public_id)
    )


def end_sessions(request: HttpRequest, public_id: str = "") -> int:
    """End the user's session ``public_id``, or all but this one; return how many were ended."""
    keys = [
        row.session_key
        for row, _ in _own_open_rows(request)
        if row.session_key != request.session.session_key
        and public_id in {"", _public_id(row.session_key)}
    ]
    Session.objects.filter(session_key__in=keys).delete()
    return len(keys)


def _own_open_rows(request: HttpRequest) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Yield the user's unexpired session rows, each with its decoded data.

    All rows of the table are read and decoded; only editors have sessions, so there are few.
    """
    user, now = request.user, int(time.time())
    assert isinstance(user, AbstractBaseUser)
    # The hash changes with the password: sessions from before a change don't count.
    own_identity = (str(user.pk), user.get_session_auth_hash())
    for row in Session.objects.filter(expire_date__gt=timezone.now()):
        data = row.get_decoded()
        is_own = (data.get(SESSION_KEY), data.get(HASH_SESSION_KEY)) == own_identity
        if is_own and not _is_expired(data, now):
            yield row, data


def _is_expired(data: Any, now: int) -> bool:
    return bool(
        now - data.get(_SEEN_KEY, 0) > settings.SESSION_IDLE_SECONDS
        or now - data.get(_STARTED_KEY, 0) > settings.SESSION_COOKIE_AGE
    )


def _public_id(key: str) -> str:
    return salted_hmac(_PUBLIC_ID_SALT, key, algorithm="sha256").hexdigest()


def _record_start(request: HttpRequest, **kwargs: Any) -> None:
    request.session[_STARTED_KEY] = request.session[_SEEN_KEY] = int(time.time())
