"""The PostgreSQL database by the server's own tools, ``pg_dump`` and ``pg_restore``."""

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
from articles.backups.manifest import DatabaseFacts, Manifest
from articles.models.search_outbox import SCHEMA

FILE = "database.dump"
_PR_SET_PDEATHSIG = 1


def dump(connection: BaseDatabaseWrapper, folder: Path) -> DatabaseFacts:
    """Write the database into ``folder`` as it is at one moment; writers go on meanwhile.

    Raises :class:`BackupError` with what ``pg_dump`` says when it fails or is not installed.
    """
    target = folder / FILE
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        # The counts and the dump have to see the same moment.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        facts = _facts(connection, cursor)
        _run(
            connection,
            "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--exclude-schema={SCHEMA}",  # made anew from the articles
            f"--snapshot={snapshot}",
            f"--file={target}",
            file=target,
        )
    sync_file(target)
    return facts


def require_vacant(connection: BaseDatabaseWrapper) -> None:
    """Raise :class:`BackupError` when the database has tables other than its extensions'."""
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
            f"the database {connection.settings_dict['NAME']} holds tables ({row[0]}), and a "
            "restore overwrites nothing. Make an empty one and name it in DATABASE_URL."
        )


def holds(connection: BaseDatabaseWrapper, manifest: Manifest) -> bool:
    """Tell whether the database holds the rows of this backup, of each table as many."""
    with connection.cursor() as cursor:
        if not connection.introspection.table_names(cursor):
            return False
        return _facts(connection, cursor) == manifest.database


def load(connection: BaseDatabaseWrapper, source: Path, manifest: Manifest) -> None:
    """Fill the empty database from the dump, in one transaction: whole or not at all."""
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
        cursor.execute("ANALYZE")  # a dump holds no statistics, without which lists are slow
        if _facts(connection, cursor).counts != manifest.database.counts:
            raise BackupError(
                "the restored tables hold other numbers of rows than the backup says. Drop the "
                "database, make an empty one, and use another backup."
            )


def _run(connection: BaseDatabaseWrapper, program: str, *arguments: str, file: Path) -> None:
    """Run one of the server's tools on ``file``.

    The password goes by the environment, where none can see it.
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
        done = subprocess.run(
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
    if done.returncode:
        said = " ".join(done.stderr.split()) or "it said nothing"
        raise BackupError(f"{program} ended with {done.returncode} at {file}: {said}")


def _die_with_parent() -> None:
    """Let no restore go on whose command was killed; the next one would meet it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _facts(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> DatabaseFacts:
    tables = sorted(connection.introspection.table_names(cursor))
    if "django_migrations" not in tables:
        raise BackupError("the database is empty: it was never migrated. There is nothing to keep.")
    counts = {}
    for name in tables:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
        counts[name] = cursor.fetchone()[0]
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = tuple(f"{app}.{name}" for app, name in cursor.fetchall())
    return DatabaseFacts("postgresql", FILE, migrations, counts)
