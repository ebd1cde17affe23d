"""A real primary with a real streaming standby: where reads go, and what happens in a failure."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.tests.backups.isolated_archive import ON_SQLITE
from articles.tests.replica.postgresql_servers import make_primary, make_standby, programs
from articles.tests.replica.scenarios import SCENARIOS
from articles.tests.support.import_runs import PROJECT, environment

_PROGRAMS = programs()
pytestmark = [
    pytest.mark.skipif(ON_SQLITE, reason="runs with the tests on PostgreSQL"),
    pytest.mark.skipif(_PROGRAMS is None, reason="PostgreSQL's initdb is not installed"),
]


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """Return the environment of an archive with a primary and a standby."""
    assert _PROGRAMS is not None
    # Not below pytest's temporary folder, which the server's user can't enter.
    folder = Path(tempfile.mkdtemp(prefix="archive-standby-"))
    try:
        primary = make_primary(_PROGRAMS, folder)
        try:
            values = environment(folder / "none.sqlite3") | {
                "DATABASE_URL": primary.url,
                "SECURE_SSL_REDIRECT": "off",
                "COSTLY_RATE": "off",
                "SEARCH_RATE": "off",
                "MEDIA_ROOT": str(folder / "media"),
                "LIMITS_FILE": str(folder / "limits.sqlite3"),
                "TEST_PROGRAMS": str(_PROGRAMS),
                "TEST_SERVERS": str(folder),
            }
            run(values, "prepare", str(folder / "posts"))
            standby = make_standby(primary)
            try:
                yield {**values, "STANDBY_URL": standby.url}
            finally:
                standby.stop()
        finally:
            primary.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", [scenario.__name__ for scenario in SCENARIOS])
def test_replica(env: dict[str, str], name: str) -> None:
    run(env, name)


def run(env: dict[str, str], *arguments: str) -> None:
    """Run a scenario in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "articles.tests.replica", *arguments],
        cwd=PROJECT, env=env, capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
