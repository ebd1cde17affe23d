"""Use of each rate limit, counted for all processes of this machine in one small SQLite file.

The algorithm is GCRA: a row is a keyed hash of the subject and the time at which its full allowance
is available again. The hash does not reveal the subject, and the row is deleted once that time has
passed. The file can be deleted at any time; then every client starts afresh. If it can't be
written, each process counts in its own memory: limits get looser but stay in force.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from articles.access.throttling.rate_parsing import Rate

logger = logging.getLogger(__name__)

_BUSY_TIMEOUT_SECONDS = 1.0  # waiting for writes of other processes; a reader must not wait longer
_MICROSECONDS = 1_000_000  # in a second; times are integers, so that the parts of a rate add up

# The names of the table and its columns are kept for existing files.
_SCHEMA_SQL = """
CREATE TABLE IF NOT EXISTS spent (key BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS spent_until ON spent (until);
"""
# ``until`` is when the full allowance is available again. A value more than two windows ahead was
# written before the clock was set back, and is ignored.
_CONSUME_SQL = """
INSERT INTO spent (key, until) VALUES (:key, :now + :cost)
ON CONFLICT (key) DO UPDATE SET until =
    CASE WHEN until > :now + 2 * :window THEN :now ELSE max(until, :now) END + :cost
WHERE until > :now + 2 * :window OR max(until, :now) + :cost <= :now + :window
"""
_lock = threading.Lock()
_memory: sqlite3.Connection | None = None
_warned: set[Path] = set()


def consume(file: Path, key: bytes, rate: Rate, now: float) -> float:
    """Consume one unit of ``rate``; return 0.0, or the seconds to wait if none is left."""
    values = _sql_parameters(key, rate, now)

    def operation(connection: sqlite3.Connection) -> float:
        connection.execute("DELETE FROM spent WHERE until < ?", (values["now"],))
        if connection.execute(_CONSUME_SQL, values).rowcount:
            return 0.0
        (until,) = connection.execute("SELECT until FROM spent WHERE key = ?", (key,)).fetchone()
        wait = until + values["cost"] - values["now"] - values["window"]
        return float(wait) / _MICROSECONDS

    return _run(file, operation)


def refund(file: Path, key: bytes, rate: Rate, now: float) -> None:
    """Undo one :func:`consume`."""
    values = _sql_parameters(key, rate, now)

    def operation(connection: sqlite3.Connection) -> float:
        connection.execute("UPDATE spent SET until = until - :cost WHERE key = :key", values)
        return 0.0

    _run(file, operation)


def _sql_parameters(key: bytes, rate: Rate, now: float) -> dict[str, int | bytes]:
    window = rate.seconds * _MICROSECONDS
    return {
        "key": key,
        "now": int(now * _MICROSECONDS),
        "window": window,
        "cost": window // rate.count,
    }


def _run(file: Path, operation: Callable[[sqlite3.Connection], float]) -> float:
    try:
        with closing(_open(file)) as connection:
            return operation(connection)
    except (OSError, sqlite3.Error) as error:
        if file not in _warned:  # only once, or an attacker could fill the log
            _warned.add(file)
            logger.warning(
                "%s can't be used (%s): each process counts requests for itself. "
                "Make it writable, or remove it.",
                file,
                error,
            )
        return _run_in_memory(operation)


def _open(file: Path) -> sqlite3.Connection:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(file, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None)
    # synchronous=OFF: what a power cut loses is worth nothing a minute later.
    connection.executescript(f"PRAGMA synchronous=OFF; PRAGMA secure_delete=ON; {_SCHEMA_SQL}")
    return connection


def _run_in_memory(operation: Callable[[sqlite3.Connection], float]) -> float:
    global _memory
    with _lock:
        if _memory is None:
            _memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            _memory.executescript(_SCHEMA_SQL)
        return operation(_memory)
