"""The SQLite database as one file: copied while the site uses it, and put back."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups.durable_copies import BackupError, copy_file, facts_of, sync_file, sync_folder
from articles.backups.manifest import DatabaseFacts, Manifest
from articles.models import SearchIndex

FILE = "database.sqlite3"
_STEP_PAGES = 2048  # 8 MB at a time, so that an interrupt is noticed soon
_TIMEOUT_SECONDS = 20


def dump(connection: BaseDatabaseWrapper, folder: Path) -> DatabaseFacts:
    """Copy the database into ``folder`` as it is at one moment; writers go on meanwhile.

    Raises :class:`BackupError` when there is none, or when the copy fails SQLite's own check.
    """
    path = _path(connection)
    if not path.is_file():
        raise BackupError(f"there is no database at {path}. Check DATABASE_URL.")
    target = folder / FILE
    with connection.wrap_database_errors:
        try:
            facts = _copy(path, target)
        except sqlite3.OperationalError as error:
            if "full" in str(error):  # not the database's own disk
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
            raise
        except sqlite3.DatabaseError as error:
            raise BackupError(
                f"{path} is damaged: {error}. Keep it as it is, and restore your last good "
                "backup into another place."
            ) from error
    sync_file(target)
    return facts


def _copy(path: Path, target: Path) -> DatabaseFacts:
    address = f"file:{quote(os.fsencode(path))}?mode=rw"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=_TIMEOUT_SECONDS)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # With a snapshot held open, a write of somebody else does not start the copy anew.
        source.isolation_level = None
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=_STEP_PAGES)
        source.execute("ROLLBACK")
        _disown_index(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, readable where none can be made
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        return _facts(copy)


def _disown_index(copy: sqlite3.Connection) -> None:
    """Let no copy name the search index: one found beside it later is of another day."""
    table = SearchIndex._meta.db_table
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
        copy.execute(f"DELETE FROM {table}")  # noqa: S608
        copy.commit()


def require_vacant(connection: BaseDatabaseWrapper) -> None:
    """Raise :class:`BackupError` when a database, or a remainder of one, is where it shall go."""
    path = _path(connection)
    if not path.parent.is_dir():
        raise BackupError(f"the folder {path.parent} is missing. Make it, or mend DATABASE_URL.")
    for ending in ("", "-wal", "-shm", "-journal"):
        # A journal that is not its own would be played into the restored database.
        found = path.with_name(path.name + ending)
        if os.path.lexists(found):
            raise BackupError(
                f"{found} exists, and a restore overwrites nothing. Stop the site and move it "
                "away, or name another database in DATABASE_URL."
            )


def holds(connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
    """Tell whether the database is as a restore of this backup leaves it: untouched by anybody."""
    try:
        return facts_of(_path(connection)) == manifest.files[FILE]
    except FileNotFoundError:
        return False


def load(connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
    """Put the copy where the settings want their database: whole or not at all."""
    path = _path(connection)
    partial = path.with_name(f".{path.name}.restore-partial")
    partial.unlink(missing_ok=True)  # of a restore that was killed; the lock is held
    try:
        if copy_file(source, partial) != manifest.files[source.name]:
            raise BackupError(f"{source} changed while it was read. Use another backup.")
        require_vacant(connection)
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def _path(connection: BaseDatabaseWrapper) -> Path:
    name = str(connection.settings_dict["NAME"])
    if not name or name == ":memory:" or name.startswith("file:"):
        raise BackupError(f"the database {name!r} is no file. Name one in DATABASE_URL.")
    return Path(os.path.realpath(name))


def _facts(copy: sqlite3.Connection) -> DatabaseFacts:
    tables = [
        name
        for (name,) in copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
    ]
    if "django_migrations" not in tables:
        raise BackupError("the database is empty: it was never migrated. There is nothing to keep.")
    counts = {}
    for name in tables:
        quoted = name.replace('"', '""')
        (counts[name],) = copy.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # noqa: S608
    rows = copy.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = tuple(f"{app}.{name}" for app, name in rows)
    return DatabaseFacts("sqlite", FILE, migrations, counts)
