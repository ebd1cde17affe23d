"""One at a time: the lock that imports, rebuilds and restores hold on an archive.

The kernel or the database server keeps it, so no kill leaves it behind: ``flock`` on a file
beside the resolved SQLite database, an advisory lock on PostgreSQL.
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

_in_memory = threading.Lock()
_ADVISORY_KEY = 0x6E657773  # "news"; one archive has one database
_HOLDER_BYTES = 200
_WHO = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class AlreadyRunningError(RuntimeError):
    """Another command holds the archive; ``holder`` says which, as far as it is known."""

    def __init__(self, holder: str = "") -> None:
        super().__init__(
            f"{holder or 'another import, rebuild or restore'} works on this archive; "
            "wait until it has ended"
        )


class ArchiveLostError(RuntimeError):
    """The archive that this process holds is no longer the one in its place."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} while this command worked, which ends here; run it again")


Check = Callable[[], None]


@contextmanager
def exclusive(alias: str = "default") -> Iterator[Check]:
    """Hold the archive for this process; yield what makes sure that it is still held.

    Raises :class:`AlreadyRunningError` at once when somebody else holds it; the check raises
    :class:`ArchiveLostError`.
    """
    connection = connections[alias]
    if getattr(connection, "is_in_memory_db", bool)():
        with _process_lock():  # a database in memory is this process's alone
            yield _is_held
    elif connection.vendor == "sqlite":
        with _file_lock(Path(os.path.realpath(str(connection.settings_dict["NAME"])))) as check:
            yield check
    else:
        with _advisory_lock(alias) as check:
            yield check


def _is_held() -> None:
    """Nobody can take a database in memory away."""


@contextmanager
def _process_lock() -> Iterator[None]:
    if not _in_memory.acquire(blocking=False):
        raise AlreadyRunningError
    try:
        yield
    finally:
        _in_memory.release()


@contextmanager
def _file_lock(database: Path) -> Iterator[Check]:
    handle = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, _HOLDER_BYTES, 0).decode("utf-8", "replace")
            raise AlreadyRunningError(holder) from error
        _sign(handle)
        file = _file_at(database)

        def check() -> None:
            # SQLite goes on writing into a file that has another name by now, or none.
            if file is not None and _file_at(database) != file:
                raise ArchiveLostError(f"the database {database} was moved away or replaced")

        yield check
    finally:
        os.close(handle)


def _file_at(database: Path) -> tuple[int, int] | None:
    """Return what tells the file at this place from any other; None when there is none."""
    try:
        status = database.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _sign(handle: int) -> None:
    """Write who holds the lock into its file; where the disk has no room the lock holds as well."""
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, _myself().encode(), 0)
    except OSError:
        return


@contextmanager
def _advisory_lock(alias: str) -> Iterator[Check]:
    # A connection of its own: the lock lives as long as the session that took it.
    holder = connections[alias].copy(alias)
    try:
        with holder.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [_myself()])
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY])
            row = cursor.fetchone()
            if not row or not row[0]:
                cursor.execute(_WHO, [_ADVISORY_KEY])
                found = cursor.fetchone()
                raise AlreadyRunningError(found[0] if found else "")

        def check() -> None:
            try:
                with holder.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except Error as error:
                raise ArchiveLostError("the server ended the session of the lock") from error

        yield check
    finally:
        # Given back in words: the server sees the end of a session a moment later.
        with suppress(Error), holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
        holder.close()


def _myself() -> str:
    """Return this process in words, for whoever has to wait for it."""
    command = "".join(filter(str.isprintable, sys.argv[1] if len(sys.argv) > 1 else "a program"))
    since = dt.datetime.now(dt.UTC)
    return (
        f"{command[:16]} (process {os.getpid()} since {since:%H:%M} UTC on {socket.gethostname()})"
    )
