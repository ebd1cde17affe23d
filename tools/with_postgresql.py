"""Run a command with a new PostgreSQL database in DATABASE_URL, which is dropped afterwards.

``with_postgresql.py COMMAND...`` looks for a server on this machine that accepts the user
``postgres`` without a password. Without one it says so, runs nothing and exits with 0. Otherwise
its exit code is that of the command.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

import psycopg
from psycopg import sql

HOSTS = ("127.0.0.1", "/var/run/postgresql")
PORT = 5432
USER = "postgres"


def connect() -> psycopg.Connection | None:
    """Return a connection to the first server that accepts one; None after printing the errors."""
    for host in HOSTS:
        try:
            return psycopg.connect(
                host=host, port=PORT, user=USER, dbname=USER, autocommit=True, connect_timeout=5
            )
        except psycopg.OperationalError as error:
            sys.stderr.write(f"PostgreSQL at {host}: {' '.join(str(error).split())}\n")
    return None


def drop_databases(server: psycopg.Connection, name: str) -> None:
    """Drop the database ``name`` and the test databases that a killed run has left behind."""
    databases = server.execute(
        "SELECT datname FROM pg_database WHERE datname = ANY(%s) OR starts_with(datname, %s)",
        ([name, f"test_{name}"], f"test_{name}_"),
    ).fetchall()
    for (database,) in databases:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def exit_on_signal(number: int, frame: FrameType | None) -> None:
    """Turn a signal into SystemExit, so that the databases are dropped."""
    sys.exit(128 + number)


def main(command: list[str]) -> int:
    """Return the exit code of ``command``, or 0 if there is no server."""
    server = connect()
    if server is None:
        sys.stderr.write(f"SKIPPED, no PostgreSQL to run it on: {' '.join(command)}\n")
        return 0
    signal.signal(signal.SIGINT, exit_on_signal)
    signal.signal(signal.SIGTERM, exit_on_signal)
    name = f"archive_checks_{os.getpid()}"
    host = server.info.host
    # django-environ takes the folder of a Unix socket from the start of the path.
    location = f"/{host}" if host.startswith("/") else f"{host}:{PORT}"
    url = f"postgres://{USER}@{location}/{name}"
    with server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            environment = {**os.environ, "DATABASE_URL": url}
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            drop_databases(server, name)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit("usage: with_postgresql.py COMMAND...")
    sys.exit(main(sys.argv[1:]))
