"""A PostgreSQL database for each measured archive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def postgresql_url() -> str | None:
    """Return DATABASE_URL if it names a PostgreSQL database, else None."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith(("postgres", "pgsql")) else None


def database_url(url: str, size: int) -> str:
    """Return the URL of the database for ``size`` articles on the server of ``url``.

    >>> database_url("postgres://postgres@127.0.0.1:5432/checks", 200)
    'postgres://postgres@127.0.0.1:5432/test_checks_200'

    ``tools.with_postgresql`` drops databases with such a name even after a run was killed.
    """
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return urlunsplit(parts._replace(path=f"{folder}/test_{name}_{size}"))


@contextmanager
def temporary_database(url: str, size: int) -> Iterator[str]:
    """Yield the URL of a new database, which is dropped afterwards."""
    new_url = database_url(url, size)
    name = sql.Identifier(new_url.rpartition("/")[2])
    with psycopg.connect(_libpq_conninfo(url), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield new_url
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _libpq_conninfo(url: str) -> str:
    """Return ``url`` in libpq's syntax: with its scheme, or with a socket's folder as the host."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    if not folder:
        return urlunsplit(parts._replace(scheme="postgresql"))
    user = f"user={parts.username} " if parts.username else ""
    return f"host={folder} {user}dbname={name}"
