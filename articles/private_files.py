"""Files for their owner only: the databases hold accounts, sessions and withdrawn stories."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

PRIVATE = 0o600


def create_private_file(path: str | os.PathLike[str]) -> None:
    """Create an empty file with mode 0600, unless it exists; SQLite's journals get the same mode.

    An error is left to whoever opens the file.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))


def connect_signals() -> None:
    """Give a SQLite database that Django creates mode 0600."""
    connection_created.connect(_restrict_new_database, dispatch_uid="private_database")


def _restrict_new_database(connection: Any, **_: Any) -> None:
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return
    raw: sqlite3.Connection = connection.connection
    if raw.execute("PRAGMA schema_version").fetchone() != (0,):
        return
    path = str(connection.settings_dict["NAME"])
    for suffix in ("", "-wal", "-shm"):
        with suppress(OSError):  # missing, or of another owner
            Path(path + suffix).chmod(PRIVATE)
