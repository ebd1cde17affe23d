"""The entry points of the forks: a command or a function, on a given archive."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "archive_site.settings")
django.setup()

# ruff: noqa: E402 - models can be imported only after setup
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connections

from articles.importing import batch, change_detection
from articles.management.commands import (  # noqa: F401 - loaded before the fork
    backup,
    export_posts,
    import_posts,
    rebuild_articles,
    restore,
    verify_archive,
)
from articles.tests.fault_injection.kill_points import Fault, arm
from articles.tests.support.archive_comparison import dump_archive
from articles.verification import archive_checks


@dataclass(frozen=True)
class CommandSettings:
    """The settings of one command; ``database`` is a path (SQLite) or a name (PostgreSQL).

    ``output`` is the folder for standard output and error; ``port`` is that of a proxy to the
    PostgreSQL server, 0 for a direct connection; ``batch`` is the number of files in a batch.
    """

    database: str
    media: str
    output: str
    port: int = 0
    batch: int = 20
    timeout: float = 20  # seconds that SQLite waits for another writer
    temporary: str = ""  # the folder of temporary files; empty for the system's default
    clock: type[dt.datetime] | None = None  # replaces datetime.datetime


def command(command_settings: CommandSettings, fault: Fault, *arguments: str) -> None:
    """Run a management command; the process exits with its exit code."""
    _apply_settings(command_settings)
    arm(fault)
    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


def call_function(
    command_settings: CommandSettings,
    fault: Fault,
    function: Callable[..., None],
    *arguments: object,
) -> None:
    """Call a function with the settings and the fault in place."""
    _apply_settings(command_settings)
    arm(fault)
    function(*arguments)


def dump(path: str, without: list[str]) -> None:
    """Write the dump of the archive as JSON to ``path``."""
    Path(path).write_text(json.dumps(dump_archive(without=frozenset(without))))


def _apply_settings(command_settings: CommandSettings) -> None:
    for name, descriptor in (("out", 1), ("err", 2)):
        handle = os.open(Path(command_settings.output, name), os.O_WRONLY | os.O_CREAT, 0o644)
        os.dup2(handle, descriptor)
        os.close(handle)
    sys.stdout.reconfigure(line_buffering=False)  # type: ignore[union-attr]
    connection = connections.settings["default"]
    connection["NAME"] = command_settings.database
    if command_settings.port:
        connection["HOST"], connection["PORT"] = "127.0.0.1", str(command_settings.port)
    if "timeout" in connection.get("OPTIONS", {}):
        connection["OPTIONS"]["timeout"] = command_settings.timeout
    tempfile.tempdir = command_settings.temporary or None
    if command_settings.clock is not None:
        dt.datetime = command_settings.clock  # type: ignore[misc]
    settings.MEDIA_ROOT = Path(command_settings.media)
    settings.SEARCH_DATABASE = Path(command_settings.media).with_name("search.sqlite3")
    batch.BATCH_FILES = command_settings.batch
    archive_checks.ARTICLES_AT_ONCE = command_settings.batch
    change_detection.CHUNK_FILES = min(
        change_detection.CHUNK_FILES, max(1, command_settings.batch // 2)
    )
