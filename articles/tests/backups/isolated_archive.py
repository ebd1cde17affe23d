"""An archive of a test's own, used through commands, as an operator uses it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]
ON_SQLITE = str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")
MEDIA_FILES = {
    b"pictures/ab/one.webp": b"\x00\xff" * 70_000,
    "pictures/港口 燈塔.jpg".encode(): b"picture",
    b"pictures/\xff\n.jpg": b"",
    b"top.txt": b"text",
}


@dataclass
class Archive:
    """An archive with its own database and media folder, used through commands only."""

    url: str
    media: Path

    def run(self, *arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
        """Run a management command; ``before`` is Python code to run first."""
        program = (
            f"import django\ndjango.setup()\n{before}\n"
            "from django.core.management import execute_from_command_line as run\n"
            f"run({['manage.py', *map(str, arguments)]!r})"
        )
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "archive_site.settings",
                "DATABASE_URL": self.url,
                "MEDIA_ROOT": str(self.media),
                "SECRET_KEY": "of-a-test",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def name(self) -> str:
        """Return the path of the SQLite file, or the name of the PostgreSQL database."""
        return self.url.removeprefix("sqlite:///") if ON_SQLITE else self.url.rpartition("/")[2]

    def connect(self) -> Any:
        return sqlite3.connect(self.name, timeout=20) if ON_SQLITE else server(self.name)

    def tables(self) -> dict[str, list[str]]:
        """Return the rows of every table; none when there is no database."""
        if ON_SQLITE and not Path(self.name).exists():
            return {}
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if ON_SQLITE
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        with closing(self.connect()) as connection:
            found = [name for (name,) in connection.execute(names).fetchall()]
            queries = {name: f'SELECT * FROM "{name}"' for name in found}  # noqa: S608
            return {
                name: sorted(map(repr, connection.execute(query).fetchall()))
                for name, query in queries.items()
            }

    def media_files(self) -> dict[bytes, bytes]:
        files = (path for path in self.media.rglob("*") if path.is_file())
        return {os.fsencode(path.relative_to(self.media)): path.read_bytes() for path in files}

    def is_untouched(self) -> bool:
        return not self.tables() and not self.media_files()


def server(name: str | None = None) -> psycopg.Connection[Any]:
    """Return a connection to the server of the tests."""
    values = settings.DATABASES["default"]
    return psycopg.connect(
        host=values["HOST"] or None,
        port=values["PORT"] or None,
        user=values["USER"] or None,
        password=values["PASSWORD"] or None,
        dbname=name or "postgres",
        autocommit=True,
    )
