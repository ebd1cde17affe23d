"""Errors of disks and databases as messages: where it happened, what it means, what to do."""

from __future__ import annotations

import errno
import sqlite3
from tempfile import gettempdir

from django.db import DatabaseError, InterfaceError, OperationalError, connection

_SPACE_HINT = "make room there"
_ACCESS_HINT = "check the permissions, and that the disk is not mounted read-only"
#: Part of SQLite's message → what it means for the database file, and what to do.
_SQLITE_HINTS = {
    "full": f"the disk is full; {_SPACE_HINT}",
    "locked": "another program has kept it locked for too long; find and end that program",
    "readonly": f"it cannot be written; {_ACCESS_HINT}",
    "unable to open": f"it cannot be opened; {_ACCESS_HINT}",
    "disk I/O error": "the disk fails to read or write; check the system log",
    "malformed": "the file is damaged; keep it, and restore the last good backup elsewhere",
    "not a database": "the file is not a database; check DATABASE_URL",
}
_OS_HINTS = {
    errno.ENOSPC: f"the disk is full; {_SPACE_HINT}",
    errno.EDQUOT: f"the quota is used up; {_SPACE_HINT}",
    errno.EROFS: "the disk is mounted read-only; mount it for writing, or name another folder",
    errno.EACCES: "no permission; check the owner of the folder",
    errno.EPERM: "no permission; check the owner of the folder",
}


def describe_error(error: Exception) -> str:
    """Return where ``error`` happened and what to do, with its own message in brackets."""
    message = " ".join(str(error).split())
    details = f"({type(error).__name__}: {message})"
    if isinstance(error, DatabaseError | InterfaceError):
        return f"{_describe_database_error(error, message)} {details}"
    if isinstance(error, sqlite3.Error):  # a command's own temporary database
        return f"the folder of temporary files, {gettempdir()}: {_sqlite_hint(message)} {details}"
    hint = _OS_HINTS.get(error.errno or 0) if isinstance(error, OSError) else None
    if hint is None:
        return details.strip("()")
    assert isinstance(error, OSError)
    return f"{error.filename or 'standard output, or a temporary file'}: {hint} {details}"


def _describe_database_error(error: Exception, message: str) -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"the database {settings['NAME']}: {_sqlite_hint(message)}"
    where = f"{settings['HOST'] or 'the local socket'}:{settings['PORT'] or 5432}"
    if "No space left" in message or "could not extend" in message:
        return f"the database server at {where} has no room on its disk; {_SPACE_HINT}"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database server at {where} does not respond, or ended the session; check it"
    return f"the database server at {where} refused a statement"


def _sqlite_hint(message: str) -> str:
    return next((hint for part, hint in _SQLITE_HINTS.items() if part in message), "it failed")
