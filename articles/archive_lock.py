"""The lock that imports, rebuilds and restores hold on an archive, so that one runs at a time.

The kernel or the database server owns it, so a killed process leaves none behind: ``flock`` on a
file beside the resolved SQLite database, an advisory lock on PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import Error, connections

_process_mutex = threading.Lock()
_ADVISORY_KEY = 0x6E657773  # "news"; one archive has one database
_HOLDER_MAX_BYTES = 200
_HOLDER_SQL = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class AlreadyRunningError(RuntimeError):
    """Another command holds the lock; ``holder`` describes it, or is empty when not known."""

    def __init__(self, holder: str = "") -> None:
        super().__init__(
            f"{holder or 'another import, rebuild or restore'} is running on this archive; "
            "wait until it has ended"
        )


class LockLostError(RuntimeError):
    """The database was replaced, or its server dropped the lock, while this process held it."""

    def __init__(self, event: str) -> None:
        super().__init__(f"{event} while this command was running; it stops here; run it again")


LockCheck = Callable[[], None]


@contextmanager
def exclusive_lock(alias: str = "default") -> Iterator[LockCheck]:
    """Hold the archive's lock; yield a check that raises :class:`LockLostError` once it is lost.

    Raises :class:`AlreadyRunningError` at once, without waiting, when another process holds it.
    """
    connection = connections[alias]
    if getattr(connection, "is_in_memory_db", bool)():
        with _process_lock():  # no other process can open a database in memory
            yield _check_nothing
    elif connection.vendor == "sqlite":
        with _file_lock(Path(os.path.realpath(str(connection.settings_dict["NAME"])))) as check:
            yield check
    else:
        with _advisory_lock(alias) as check:
            yield check


def _check_nothing() -> None:
    """Do nothing: a database in memory cannot be replaced."""


@contextmanager
def _process_lock() -> Iterator[None]:
    if not _process_mutex.acquire(blocking=False):
        raise AlreadyRunningError
    try:
        yield
    finally:
        _process_mutex.release()


@contextmanager
def _file_lock(database: Path) -> Iterator[LockCheck]:
    handle = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, _HOLDER_MAX_BYTES, 0).decode("utf-8", "replace")
            raise AlreadyRunningError(holder) from error
        _write_holder(handle)
        file = _file_identity(database)

        def check() -> None:
            # SQLite would go on writing to a file that was renamed or deleted.
            if file is not None and _file_identity(database) != file:
                raise LockLostError(f"the database {database} was moved away or replaced")

        yield check
    finally:
        os.close(handle)


def _file_identity(database: Path) -> tuple[int, int] | None:
    """Return device and inode number of the file at this path; None when there is none."""
    try:
        status = database.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _write_holder(handle: int) -> None:
    """Write who holds the lock into its file; on a full disk the lock works without it."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, _describe_process().encode(), 0)
    except OSError:
        return


@contextmanager
def _advisory_lock(alias: str) -> Iterator[LockCheck]:
    # A connection of its own: the lock lives as long as the session that acquired it.
    lock_connection = connections[alias].copy(alias)
    try:
        with lock_connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('application_name', %s, false)", [_describe_process()]
            )
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY])
            row = cursor.fetchone()
            if not row or not row[0]:
                cursor.execute(_HOLDER_SQL, [_ADVISORY_KEY])
                holder = cursor.fetchone()
                raise AlreadyRunningError(holder[0] if holder else "")

        def check() -> None:
            try:
                with lock_connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except Error as error:
                raise LockLostError("the server ended the session of the lock") from error

        yield check
    finally:
        # Unlock explicitly: the server notices the end of a session a moment later.
        with suppress(Error), lock_connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        lock_connection.close()


def _describe_process() -> str:
    """Return command, process id, start time and host, for whoever has to wait for this process."""
    command = "".join(filter(str.isprintable, sys.argv[1] if len(sys.argv) > 1 else "a program"))
    since = dt.datetime.now(dt.UTC)
    return (
        f"{command[:16]} (process {os.getpid()} since {since:%H:%M} UTC on {socket.gethostname()})"
    )
