"""What runs in the forks: a command or a function, on the archive that it is told."""

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

# ruff: noqa: E402 - models can be imported only now
from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import connections

from articles.importing import change_detection, import_run
from articles.management.commands import (  # noqa: F401 - ready before the fork
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
class Place:
    """Where a command works, and what it is given: ``database`` is a path or a name.

    ``port`` is that of another way to the PostgreSQL server; ``batch`` files make a batch.
    """

    database: str
    media: str
    said: str
    port: int = 0
    batch: int = 20
    timeout: float = 20  # seconds that SQLite waits for another writer
    temporary: str = ""  # the folder of temporary files, where it is not the usual one
    clock: type[dt.datetime] | None = None  # in the place of datetime


def command(place: Place, fault: Fault, *arguments: str) -> None:
    """Run a management command and end with its exit code."""
    _enter(place)
    arm(fault)
    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


def call(place: Place, fault: Fault, function: Callable[..., None], *arguments: object) -> None:
    """Call a function."""
    _enter(place)
    arm(fault)
    function(*arguments)


def dump(path: str, without: list[str]) -> None:
    """Write the dump of the archive into a file."""
    Path(path).write_text(json.dumps(dump_archive(without=frozenset(without))))


def _enter(place: Place) -> None:
    for name, descriptor in (("out", 1), ("err", 2)):
        handle = os.open(Path(place.said, name), os.O_WRONLY | os.O_CREAT, 0o644)
        os.dup2(handle, descriptor)
        os.close(handle)
    sys.stdout.reconfigure(line_buffering=False)  # type: ignore[union-attr]
    connection = connections.settings["default"]
    connection["NAME"] = place.database
    if place.port:
        connection["HOST"], connection["PORT"] = "127.0.0.1", str(place.port)
    if "timeout" in connection.get("OPTIONS", {}):
        connection["OPTIONS"]["timeout"] = place.timeout
    tempfile.tempdir = place.temporary or None
    if place.clock is not None:
        dt.datetime = place.clock  # type: ignore[misc]
    settings.MEDIA_ROOT = Path(place.media)
    settings.SEARCH_DATABASE = Path(place.media).with_name("search.sqlite3")
    import_run.BATCH_FILES = place.batch
    archive_checks.ARTICLES_AT_ONCE = place.batch
    change_detection.WINDOW = min(change_detection.WINDOW, max(1, place.batch // 2))
