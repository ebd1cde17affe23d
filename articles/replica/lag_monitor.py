"""Whether the replica is usable: it responds, streams from the primary, and its lag is small."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import Error, connections

from articles.replica.database_router import REPLICA

logger = logging.getLogger(__name__)

_CHECK_INTERVAL_SECONDS = 1.0  # between two checks of a process
_FAILURE_PAUSE_SECONDS = 5.0  # during which a replica that did not respond is left alone
_NO_RESPONSE = "it does not respond"
#: Equal receive and replay positions mean no lag, however long ago the primary's last commit was.
_STATE_SQL = """
SELECT pg_is_in_recovery(), EXISTS (SELECT 1 FROM pg_stat_wal_receiver),
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
"""

_lock = threading.Lock()
_next_check = 0.0
_reason = "not checked yet"  # why the replica is not usable, empty if it is


def is_usable() -> bool:
    """Return whether the replica is usable now; checks it at most once a second."""
    global _next_check
    with _lock:
        if time.monotonic() < _next_check:
            return not _reason
        # Other threads use the last result meanwhile.
        _next_check = time.monotonic() + _CHECK_INTERVAL_SECONDS
    _record_state(_query_state())
    return not _reason


def suspend(error: Exception) -> None:
    """Stop using the replica for a while, because a query has just failed with ``error``."""
    connections[REPLICA].close()  # the next check may find another server there
    _record_state(f"{_NO_RESPONSE}: {error}")


def has_replayed(position: str) -> bool:
    """Return whether the replica has replayed a WAL position of the primary, such as 0/16B3748."""
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [position])
            return bool(cursor.fetchone()[0])
    except Error:
        return False


def _query_state() -> str:
    """Return why the replica is not usable, empty if it is."""
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(_STATE_SQL)
            is_in_recovery, is_streaming, lag_seconds = cursor.fetchone()
    except Error as error:
        connections[REPLICA].close()
        return f"{_NO_RESPONSE}: {error}"
    if not is_in_recovery:
        return "it is not a standby: it accepts writes of its own"
    if not is_streaming:
        return "it does not stream from the primary"
    if lag_seconds is None or lag_seconds > settings.STANDBY_MAX_DELAY:
        return f"it is {lag_seconds} seconds behind the primary"
    return ""


def _record_state(reason: str) -> None:
    """Store the result of a check, and log it if it differs from the last one."""
    global _next_check, _reason
    with _lock:
        previous, _reason = _reason, reason
        if reason.startswith(_NO_RESPONSE):
            _next_check = time.monotonic() + _FAILURE_PAUSE_SECONDS
    if reason and not previous:
        logger.warning("the replica is no longer used: %s", " ".join(reason.split()))
    elif previous and not reason:
        logger.info("the replica is used")
