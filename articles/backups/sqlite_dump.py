"""Dump and restore a SQLite database as one file, while the site uses it."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups.durable_copies import (
    BackupError,
    copy_file,
    digest_file,
    sync_file,
    sync_folder,
)
from articles.backups.manifest import DatabaseSummary, Manifest
from articles.models import SearchIndex
from articles.private_files import create_private_file

FILE = "database.sqlite3"
_STEP_PAGES = 2048  # 8 MB at a time, so that an interrupt takes effect soon
_TIMEOUT_SECONDS = 20


def dump(connection: BaseDatabaseWrapper, folder: Path) -> DatabaseSummary:
    """Copy a snapshot of the database into ``folder``; writers are not blocked.

    Raises :class:`BackupError` when there is no database, or when the copy fails SQLite's check.
    """
    path = _path(connection)
    if not path.is_file():
        raise BackupError(f"there is no database at {path}. Check DATABASE_URL.")
    target = folder / FILE
    with connection.wrap_database_errors:
        try:
            summary = _copy(path, target)
        except sqlite3.OperationalError as error:
            if "full" in str(error):  # the disk of the backup, not that of the database
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
            raise
        except sqlite3.DatabaseError as error:
            raise BackupError(
                f"{path} is damaged: {error}. Keep it as it is, and restore your last good "
                "backup to another path."
            ) from error
    sync_file(target)
    return summary


def _copy(path: Path, target: Path) -> DatabaseSummary:
    uri = f"file:{quote(os.fsencode(path))}?mode=rw"
    create_private_file(target)
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=_TIMEOUT_SECONDS)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # With an open snapshot, a write by another connection does not restart the copy.
        source.isolation_level = None
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=_STEP_PAGES)
        source.execute("ROLLBACK")
        _remove_index_name(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, readable on a read-only disk
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        return _summarize(copy)


def _remove_index_name(copy: sqlite3.Connection) -> None:
    """Delete the name of the search index: an index next to a restored copy would be outdated."""
    table = SearchIndex._meta.db_table
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
        copy.execute(f"DELETE FROM {table}")  # noqa: S608
        copy.commit()


def require_empty(connection: BaseDatabaseWrapper) -> None:
    """Raise :class:`BackupError` if the database, or a journal of one, exists."""
    path = _path(connection)
    if not path.parent.is_dir():
        raise BackupError(
            f"the folder {path.parent} is missing. Create it, or correct DATABASE_URL."
        )
    for suffix in ("", "-wal", "-shm", "-journal"):
        # SQLite would apply the journal of another database to the restored one.
        existing = path.with_name(path.name + suffix)
        if os.path.lexists(existing):
            raise BackupError(
                f"{existing} exists, and a restore overwrites nothing. Stop the site and move it "
                "away, or name another database in DATABASE_URL."
            )


def matches(connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
    """Return whether the database file is that of this backup, unchanged since the restore."""
    try:
        return digest_file(_path(connection)) == manifest.files[FILE]
    except FileNotFoundError:
        return False


def load(connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
    """Copy the database to its configured path, atomically by a rename."""
    path = _path(connection)
    partial = path.with_name(f".{path.name}.restore-partial")
    partial.unlink(missing_ok=True)  # of a restore that was killed; the lock is held
    try:
        if copy_file(source, partial) != manifest.files[source.name]:
            raise BackupError(f"{source} changed while it was read. Use another backup.")
        require_empty(connection)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def _path(connection: BaseDatabaseWrapper) -> Path:
    name = str(connection.settings_dict["NAME"])
    if not name or name == ":memory:" or name.startswith("file:"):
        raise BackupError(f"the database {name!r} is not a file. Name one in DATABASE_URL.")
    return Path(os.path.realpath(name))


def _summarize(copy: sqlite3.Connection) -> DatabaseSummary:
    tables = [
        name
        for (name,) in copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
    ]
    if "django_migrations" not in tables:
        raise BackupError(
            "the database is empty: it was never migrated. There is nothing to back up."
        )
    counts = {}
    for name in tables:
        quoted = name.replace('"', '""')
        (counts[name],) = copy.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608
    rows = copy.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = tuple(f"{app}.{name}" for app, name in rows)
    return DatabaseSummary("sqlite", FILE, migrations, counts)
