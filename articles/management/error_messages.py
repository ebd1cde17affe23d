"""What the disk, the database file or the server say, in words an operator can act on."""

from __future__ import annotations

import errno
import sqlite3
from tempfile import gettempdir

from django.db import DatabaseError, InterfaceError, OperationalError, connection

_ROOM = "make room there"
_ACCESS = "check the permissions, and that the disk is not mounted read-only"
#: What SQLite says, and what it means for the database file.
_SQLITE = {
    "full": f"the disk is full; {_ROOM}",
    "locked": "another program has kept it locked for too long; find and end that program",
    "readonly": f"it cannot be written; {_ACCESS}",
    "unable to open": f"it cannot be opened; {_ACCESS}",
    "disk I/O error": "the disk does not take or give what it should; look at the system's log",
    "malformed": "the file is damaged; keep it, and restore the last good backup elsewhere",
    "not a database": "the file is no database; check DATABASE_URL",
}
_DISK = {
    errno.ENOSPC: f"the disk is full; {_ROOM}",
    errno.EDQUOT: f"the quota is used up; {_ROOM}",
    errno.EROFS: "the disk is mounted read-only; mount it for writing, or name another folder",
    errno.EACCES: "no permission; check the owner of the folder",
    errno.EPERM: "no permission; check the owner of the folder",
}


def in_words(error: Exception) -> str:
    """Return where the trouble is and what to do; the error's own words stand in brackets."""
    said = " ".join(str(error).split())
    told = f"({type(error).__name__}: {said})"
    if isinstance(error, DatabaseError | InterfaceError):
        return f"{_of_database(error, said)} {told}"
    if isinstance(error, sqlite3.Error):  # what a command notes for itself while it runs
        return f"the folder of temporary files, {gettempdir()}: {_of_sqlite(said)} {told}"
    cure = _DISK.get(error.errno or 0) if isinstance(error, OSError) else None
    if cure is None:
        return told.strip("()")
    assert isinstance(error, OSError)
    return f"{error.filename or 'standard output, or a temporary file'}: {cure} {told}"


def _of_database(error: Exception, said: str) -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"the database {settings['NAME']}: {_of_sqlite(said)}"
    where = f"{settings['HOST'] or 'the local socket'}:{settings['PORT'] or 5432}"
    if "No space left" in said or "could not extend" in said:
        return f"the database server at {where} has no room on its disk; {_ROOM}"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database server at {where} does not answer, or ended the session; look at it"
    return f"the database server at {where} refused a statement"


def _of_sqlite(said: str) -> str:
    return next((cure for word, cure in _SQLITE.items() if word in said), "it failed")
