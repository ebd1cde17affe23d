"""One at a time: the lock that imports, rebuilds and restores hold on an archive.

The kernel or the database server keeps it, so no kill leaves it behind: ``flock`` on a file
beside the resolved SQLite database, an advisory lock on PostgreSQL.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

_in_memory = threading.Lock()
_ADVISORY_KEY = 0x6E657773  # "news"; one archive has one database


class AlreadyRunningError(RuntimeError):
    """Another command holds the archive."""

    def __init__(self) -> None:
        super().__init__(
            "another import, rebuild or restore works on this archive; wait until it has ended"
        )


@contextmanager
def exclusive(alias: str = "default") -> Iterator[None]:
    """Hold the archive for this process.

    Raises :class:`AlreadyRunningError` at once when somebody else holds it.
    """
    connection = connections[alias]
    if getattr(connection, "is_in_memory_db", bool)():
        with _process_lock():  # a database in memory is this process's alone
            yield
    elif connection.vendor == "sqlite":
        with _file_lock(Path(os.path.realpath(str(connection.settings_dict["NAME"])))):
            yield
    else:
        with _advisory_lock(alias):
            yield


@contextmanager
def _process_lock() -> Iterator[None]:
    if not _in_memory.acquire(blocking=False):
        raise AlreadyRunningError
    try:
        yield
    finally:
        _in_memory.release()


@contextmanager
def _file_lock(database: Path) -> Iterator[None]:
    handle = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunningError from error
        yield
    finally:
        os.close(handle)


@contextmanager
def _advisory_lock(alias: str) -> Iterator[None]:
    # A connection of its own: the lock lives as long as the session that took it.
    holder = connections[alias].copy(alias)
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY])
            row = cursor.fetchone()
        if not row or not row[0]:
            raise AlreadyRunningError
        yield
    finally:
        holder.close()
