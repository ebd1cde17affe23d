"""What has been spent of each rate, counted for all processes of this machine in one small file.

A row is a keyed hash and an instant: whose hash it is can't be read from it, and the row goes when
the instant has passed. The file can be deleted at any time; then everybody starts anew. Where it
can't be written, each process counts in its own memory, so a limit gets looser but never goes.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from articles.access.throttling.rates import Rate

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 1.0  # for other processes that write; a reader must not wait longer
_MICROSECONDS = 1_000_000  # instants are whole numbers, so that N parts of a rate make it up

_TABLE = """
CREATE TABLE IF NOT EXISTS spent (key BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS spent_until ON spent (until);
"""
# ``until`` is when all is there again. One further than two windows away was written before the
# clock was set back, and counts as nothing.
_TAKE = """
INSERT INTO spent (key, until) VALUES (:key, :now + :cost)
ON CONFLICT (key) DO UPDATE SET until =
    CASE WHEN until > :now + 2 * :window THEN :now ELSE max(until, :now) END + :cost
WHERE until > :now + 2 * :window OR max(until, :now) + :cost <= :now + :window
"""
_lock = threading.Lock()
_memory: sqlite3.Connection | None = None
_warned: set[Path] = set()


def take(file: Path, key: bytes, rate: Rate, now: float) -> float:
    """Spend one of ``rate``. Return 0.0, or the seconds to wait when nothing is left."""
    values = _values(key, rate, now)

    def step(connection: sqlite3.Connection) -> float:
        connection.execute("DELETE FROM spent WHERE until < ?", (values["now"],))
        if connection.execute(_TAKE, values).rowcount:
            return 0.0
        (until,) = connection.execute("SELECT until FROM spent WHERE key = ?", (key,)).fetchone()
        wait = until + values["cost"] - values["now"] - values["window"]
        return float(wait) / _MICROSECONDS

    return _done(file, step)


def give_back(file: Path, key: bytes, rate: Rate, now: float) -> None:
    """Undo one :func:`take`."""
    values = _values(key, rate, now)

    def step(connection: sqlite3.Connection) -> float:
        connection.execute("UPDATE spent SET until = until - :cost WHERE key = :key", values)
        return 0.0

    _done(file, step)


def _values(key: bytes, rate: Rate, now: float) -> dict[str, int | bytes]:
    window = rate.seconds * _MICROSECONDS
    return {
        "key": key,
        "now": int(now * _MICROSECONDS),
        "window": window,
        "cost": window // rate.count,
    }


def _done(file: Path, step: Callable[[sqlite3.Connection], float]) -> float:
    try:
        with closing(_opened(file)) as connection:
            return step(connection)
    except (OSError, sqlite3.Error) as error:
        if file not in _warned:  # once, or an attacker could fill the log
            _warned.add(file)
            logger.warning(
                "%s can't be used (%s): each process counts requests for itself. "
                "Make it writable, or remove it.",
                file,
                error,
            )
        return _done_in_memory(step)


def _opened(file: Path) -> sqlite3.Connection:
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    connection = sqlite3.connect(file, timeout=_PATIENCE_SECONDS, isolation_level=None)
    # What a power cut takes away is worth nothing a minute later.
    connection.executescript(f"PRAGMA synchronous=OFF; PRAGMA secure_delete=ON; {_TABLE}")
    return connection


def _done_in_memory(step: Callable[[sqlite3.Connection], float]) -> float:
    global _memory
    with _lock:
        if _memory is None:
            _memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            _memory.executescript(_TABLE)
        return step(_memory)
