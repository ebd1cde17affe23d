"""A PostgreSQL database for each archive that is measured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def given_postgresql() -> str | None:
    """Return the address that DATABASE_URL holds, if it is one of PostgreSQL."""
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith(("postgres", "pgsql")) else None


def named(url: str, size: int) -> str:
    """Return the address of the database for ``size`` articles, on the server of ``url``.

    >>> named("postgres://postgres@127.0.0.1:5432/checks", 200)
    'postgres://postgres@127.0.0.1:5432/test_checks_200'

    With such a name ``tools.with_postgresql`` drops it even where a run was killed.
    """
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return urlunsplit(parts._replace(path=f"{folder}/test_{name}_{size}"))


@contextmanager
def database(url: str, size: int) -> Iterator[str]:
    """Yield the address of a new database, dropped afterwards."""
    own = named(url, size)
    name = sql.Identifier(own.rpartition("/")[2])
    with psycopg.connect(_libpq(url), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield own
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _libpq(url: str) -> str:
    """Return ``url`` as libpq writes it: a scheme that it knows, a socket's folder as the host."""
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    if not folder:
        return urlunsplit(parts._replace(scheme="postgresql"))
    user = f"user={parts.username} " if parts.username else ""
    return f"host={folder} {user}dbname={name}"
