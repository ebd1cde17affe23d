"""The archive's side of the comparison: a new database, and an import of posts into it."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from benchmarks.process_measurement import CommandError, Measurement, measure

PROJECT = Path(__file__).resolve().parent.parent
FINISHED = frozenset({0, 3})  # 3: finished, and some files could not be read as posts

# Reads, hashes and copies the bytes: the minimum that any import must do.
COPY_SCRIPT = """
import hashlib, os, sys
with open(os.devnull, "wb") as sink:
    for folder, _, names in os.walk(os.fsencode(sys.argv[1])):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
            hashlib.sha256(content).digest()
            sink.write(content)
"""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """One run of the import command: measurement, summary, and number of failed files by reason."""

    measurement: Measurement
    summary: dict[str, object]
    failures: Counter[str]

    def count(self, outcome: str) -> int:
        """Return the number of files with ``outcome`` in the summary; ``files`` is all of them."""
        return int(str(self.summary[outcome]))


def archive_environment(folder: Path) -> dict[str, str]:
    """Return the environment of an isolated archive whose files are all in ``folder``."""
    database = folder / "archive.sqlite3"
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "off",
        "ALLOWED_HOSTS": "localhost,testserver",
        "DATABASE_URL": f"sqlite:///{database}",
        "SEARCH_DATABASE": str(folder / "search.sqlite3"),
        "MEDIA_ROOT": str(folder / "media"),
        "SECURE_SSL_REDIRECT": "off",
        "SITE_URL": "http://localhost",
    }


def migrate(folder: Path, environment: dict[str, str]) -> Measurement:
    """Create the archive's tables and return the measurement."""
    return measure(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        folder=PROJECT,
        environment=environment,
        log_folder=folder,
    )


def import_posts(
    posts: Path, folder: Path, environment: dict[str, str], *options: str
) -> ImportResult:
    """Import the posts below ``posts`` as an operator does, with optional further options.

    Raises CommandError when the command fails or prints no summary.
    """
    command = [sys.executable, "manage.py", "import_posts", str(posts), *options]
    measurement = measure(
        [*command, "--format", "json", "--no-progress"],
        folder=PROJECT,
        environment=environment,
        log_folder=folder,
        accepted=FINISHED,
    )
    # Not splitlines(): it also splits at characters that a path can hold.
    lines = [json.loads(line) for line in measurement.output.strip().split("\n") if line]
    if not lines or lines[-1].get("type") != "summary":
        raise CommandError("import_posts printed no summary as its last line")
    failures = Counter(str(line["reason"]) for line in lines if line.get("outcome") == "failed")
    return ImportResult(measurement, lines[-1], failures)


def copy_bytes(posts: Path, folder: Path) -> Measurement:
    """Read and hash every file once, which also puts the files into the page cache."""
    return measure(
        [sys.executable, "-c", COPY_SCRIPT, str(posts)],
        folder=PROJECT,
        environment=os.environ,
        log_folder=folder,
    )
