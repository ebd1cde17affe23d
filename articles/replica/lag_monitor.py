"""Whether the standby may be asked: it answers, follows the primary, and is not far behind."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import Error, connections

from articles.replica.database_router import STANDBY

logger = logging.getLogger(__name__)

_EVERY = 1.0  # seconds between two looks of a process
_AFTER_FAILURE = 5.0  # seconds in which a standby that did not answer is left alone
_SILENT = "it does not answer"
#: Received and replayed alike is no delay, however long ago the primary has committed anything.
_STATE = """
SELECT pg_is_in_recovery(), EXISTS (SELECT 1 FROM pg_stat_wal_receiver),
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
"""

_lock = threading.Lock()
_next_look = 0.0
_reason = "nobody has looked yet"  # why it may not be asked, empty when it may


def is_fit() -> bool:
    """Tell whether the standby may be asked now. Looks at it at most once a second."""
    global _next_look
    with _lock:
        if time.monotonic() < _next_look:
            return not _reason
        _next_look = time.monotonic() + _EVERY  # the others go by what was seen last
    _note(_look())
    return not _reason


def give_up(error: Exception) -> None:
    """Leave the standby alone for a while: it has just failed to answer."""
    connections[STANDBY].close()  # the next look may find another server there
    _note(f"{_SILENT}: {error}")


def has_replayed(position: str) -> bool:
    """Tell whether the standby has come to a position of the primary's log, such as 0/16B3748."""
    try:
        with connections[STANDBY].cursor() as cursor:
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position])
            return bool(cursor.fetchone()[0])
    except Error:
        return False


def _look() -> str:
    try:
        with connections[STANDBY].cursor() as cursor:
            cursor.execute(_STATE)
            is_standby, is_following, delay = cursor.fetchone()
    except Error as error:
        connections[STANDBY].close()
        return f"{_SILENT}: {error}"
    if not is_standby:
        return "it is no standby: it takes writes of its own"
    if not is_following:
        return "it does not follow the primary"
    if delay is None or delay > settings.STANDBY_MAX_DELAY:
        return f"it is {delay} seconds behind the primary"
    return ""


def _note(reason: str) -> None:
    """Remember what was seen, and log it when it is news."""
    global _next_look, _reason
    with _lock:
        before, _reason = _reason, reason
        if reason.startswith(_SILENT):
            _next_look = time.monotonic() + _AFTER_FAILURE
    if reason and not before:
        logger.warning("the standby is not asked any more: %s", " ".join(reason.split()))
    elif before and not reason:
        logger.info("the standby is asked")
