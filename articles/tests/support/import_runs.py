"""Run imports for tests: in this process, or as a command with a database of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.management import CommandError, call_command
from django.db import transaction

from articles.deriving.story_counts import COUNT_ONLY_TABLES, count_stories, read_stored_counts

PROJECT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class ImportOutput:
    """Output of an import: exit code, JSON lines of the files, the summary, standard error."""

    exit_code: int
    files: list[dict[str, Any]]
    summary: dict[str, Any]
    message: str = ""

    def outcomes(self) -> dict[str, str]:
        """Return the outcome of each file by its path."""
        return {line["path"]: line["outcome"] for line in self.files}


def run_import(*arguments: str | Path, stdin: bytes | None = None) -> ImportOutput:
    """Import in this process, by default without workers, and return the output."""
    options = [str(option) for option in arguments]
    if not any(option.startswith("--workers") for option in options):
        options.append("--workers=0")
    out, err = io.StringIO(), io.StringIO()
    exit_code, message = 0, ""
    source = io.TextIOWrapper(io.BytesIO(stdin or b""))
    with mock.patch.object(sys, "stdin", source):
        try:
            call_command("import_posts", *options, "--format=json", stdout=out, stderr=err)
        except CommandError as error:
            exit_code, message = error.returncode, str(error)
    return parse_output(exit_code, out.getvalue(), err.getvalue() + message)


def parse_output(exit_code: int, out: str, message: str) -> ImportOutput:
    """Return the parsed JSON output of an import."""
    lines = [json.loads(line) for line in out.split("\n") if line]
    files = [line for line in lines if line["type"] == "file"]
    return ImportOutput(exit_code, files, lines[-1] if lines else {}, message)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back everything that is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_counts_are_right() -> None:
    """Compare the stored counts of stories with a count of the articles."""
    assert {key: number for key, number in read_stored_counts() if number} == count_stories()
    kept = [
        key for key, number in read_stored_counts() if not number and key[0] in COUNT_ONLY_TABLES
    ]
    assert not kept, "a row that exists only for its count is deleted with it"


class ProcessArchive:
    """A SQLite archive in a folder of its own, for commands that run as processes."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "archive.sqlite3"
        self.database.write_bytes(_empty_database())
        self.env = environment(self.database)

    def start(self, *arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Start ``manage.py`` with these arguments."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return self.start_command(command, **options)

    def start_command(self, command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start any command in the archive's environment."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(command, cwd=PROJECT, env=self.env, **pipes)

    def run_import(self, *arguments: str | Path) -> ImportOutput:
        """Run ``import_posts`` to its end and return its output."""
        process = self.start("import_posts", *arguments, "--format=json")
        out, err = process.communicate(timeout=120)
        return parse_output(process.returncode, out.decode(), err.decode())

    def dump(self) -> dict[str, list[str]]:
        """Return the canonical dump of this archive."""
        script = (
            "import django, json; django.setup()\n"
            "from articles.tests.support.archive_comparison import dump_archive\n"
            "print(json.dumps(dump_archive()))"
        )
        process = self.start_command([sys.executable, "-c", script])
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
        result: dict[str, list[str]] = json.loads(out)
        return result


def environment(database: Path, **values: str) -> dict[str, str]:
    """Return the environment of a command that uses ``database``."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return {
        **kept,
        "SECRET_KEY": "only-for-tests",
        "DATABASE_URL": f"sqlite:///{database}",
        "SEARCH_DATABASE": str(database.with_name("search.sqlite3")),
        "DJANGO_SETTINGS_MODULE": "archive_site.settings",
        "PYTHONPATH": str(PROJECT),
        **values,
    }


@cache
def _empty_database() -> bytes:
    """Return the bytes of a migrated empty database, created once for each test process."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "empty.sqlite3")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=PROJECT,
            env=environment(database),
            check=True,
            capture_output=True,
            timeout=120,
        )
        return database.read_bytes()
