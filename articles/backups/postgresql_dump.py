"""Dump and restore a PostgreSQL database with ``pg_dump`` and ``pg_restore``."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.client import DatabaseClient
from django.db.backends.utils import CursorWrapper

from articles.backups.durable_copies import BackupError, sync_file
from articles.backups.manifest import DatabaseSummary, Manifest
from articles.models.search_outbox import SCHEMA

FILE = "database.dump"
_PR_SET_PDEATHSIG = 1


def dump(connection: BaseDatabaseWrapper, folder: Path) -> DatabaseSummary:
    """Dump a snapshot of the database into ``folder``; writers are not blocked.

    Raises :class:`BackupError` with the output of ``pg_dump`` if it fails or is not installed.
    """
    target = folder / FILE
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # The counts and the dump have to use the same snapshot.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        facts = _summarize(connection, cursor)
        _run(
            connection,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--exclude-schema={SCHEMA}",  # rebuilt from the articles
            f"--snapshot={snapshot}",
            f"--file={target}",
            file=target,
        )
    sync_file(target)
    return facts


def require_empty(connection: BaseDatabaseWrapper) -> None:
    """Raise :class:`BackupError` if the database has tables, except those of extensions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' "
            "AND n.nspname NOT LIKE 'pg\\_%%' AND NOT EXISTS (SELECT FROM pg_depend d "
            "WHERE d.objid = c.oid AND d.deptype = 'e') LIMIT 1",
            [],
        )
        row = cursor.fetchone()
    if row:
        raise BackupError(
            f"the database {connection.settings_dict['NAME']} has tables ({row[0]}), and a "
            "restore overwrites nothing. Create an empty one and name it in DATABASE_URL."
        )


def matches(connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
    """Return whether each table has as many rows as in this backup, with the same migrations."""
    with connection.cursor() as cursor:
        if not connection.introspection.table_names(cursor):
            return False
        return _summarize(connection, cursor) == manifest.database


def load(connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
    """Restore the dump into the empty database, in one transaction."""
    _run(
        connection,
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        str(source),
        file=source,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a dump has no planner statistics, and lists are slow without
        if _summarize(connection, cursor).counts != manifest.database.counts:
            raise BackupError(
                "the restored tables have other row counts than the manifest says. Drop the "
                "database, create an empty one, and use another backup."
            )


def _run(connection: BaseDatabaseWrapper, program: str, *arguments: str, file: Path) -> None:
    """Run one of PostgreSQL's programs on ``file``.

    The password is passed in the environment, so that it is not in the list of processes.
    """
    client, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [
        program,
        "--no-password",
        *client[1:-1],
        f"--dbname={client[-1]}",
        *arguments,
    ]
    try:
        completed = subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            preexec_fn=_die_with_parent,
        )
    except FileNotFoundError as error:
        raise BackupError(
            f"{program} is not installed. Install PostgreSQL's client programs of the server's "
            "version or newer (on Debian: postgresql-client)."
        ) from error
    if completed.returncode:
        output = " ".join(completed.stderr.split()) or "no message"
        raise BackupError(f"{program} ended with {completed.returncode} at {file}: {output}")


def _die_with_parent() -> None:
    """End with the parent process: a killed command must not leave a restore running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _summarize(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> DatabaseSummary:
    tables = sorted(connection.introspection.table_names(cursor))
    if "django_migrations" not in tables:
        raise BackupError(
            "the database is empty: it was never migrated. There is nothing to back up."
        )
    counts = {}
    for name in tables:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
        counts[name] = cursor.fetchone()[0]
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = tuple(f"{app}.{name}" for app, name in cursor.fetchall())
    return DatabaseSummary("postgresql", FILE, migrations, counts)
