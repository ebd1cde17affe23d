"""A missing or invalid setting stops the start with a message that names the variable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from articles.tests.support.import_runs import PROJECT, environment


def start(database: Path, *arguments: str, **values: str | None) -> tuple[int, str]:
    """Run ``manage.py`` with changed variables; return its exit code and standard error."""
    env = environment(database)
    for name, value in values.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    process = subprocess.run(
        [sys.executable, "manage.py", *(arguments or ("check",))],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return process.returncode, process.stderr.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", None),
        ("DATABASE_URL", "gestern"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/news"),
        ("DATABASE_URL", "postgres://user@127.0.0.1:port/news"),
        ("ARCHIVE_TIME_ZONE", "Mars/Olympus"),
        ("ARCHIVE_TIME_ZONE", "../../etc/passwd"),
        ("DEBUG", "perhaps"),
        ("SECURE_SSL_REDIRECT", "2"),
        ("SITE_URL", "news.example"),
        ("CSRF_TRUSTED_ORIGINS", "news.example"),
        ("STANDBY_URL", "postgres://user@127.0.0.1/news"),  # the archive is on SQLite
        ("STANDBY_MAX_DELAY", "0.5"),
    ],
)
def test_invalid_value_stops_the_start_and_is_named(
    tmp_path: Path, name: str, value: str | None
) -> None:
    if value is None and (PROJECT / ".env").exists():
        pytest.skip("the .env of this installation sets it")
    code, message = start(tmp_path / "a.sqlite3", **{name: value})
    assert code == 1
    assert name in message.strip().splitlines()[-1]


@pytest.mark.parametrize("command", ["import_posts", "migrate"])
def test_every_command_stops_on_an_invalid_value(tmp_path: Path, command: str) -> None:
    code, message = start(tmp_path / "a.sqlite3", command, ".", ARCHIVE_TIME_ZONE="Nowhere")
    assert code == 1
    assert "ARCHIVE_TIME_ZONE" in message


def test_valid_values_are_accepted(tmp_path: Path) -> None:
    values = {
        "DEBUG": "on",
        "ARCHIVE_TIME_ZONE": "Asia/Taipei",
        "SITE_URL": "https://news.example/",
    }
    code, message = start(tmp_path / "a.sqlite3", **values)
    assert (code, "Error" in message) == (0, False)


def test_secret_key_is_not_in_the_message(tmp_path: Path) -> None:
    _, message = start(tmp_path / "a.sqlite3", SECRET_KEY="swordfish", DEBUG="perhaps")
    assert "swordfish" not in message
