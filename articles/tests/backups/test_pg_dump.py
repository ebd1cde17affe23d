"""How the PostgreSQL programs are called; needs no server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from articles.backups import postgresql_dump
from articles.backups.durable_copies import BackupError


class _Connection:
    settings_dict = {
        "NAME": "news",
        "USER": "editor",
        "PASSWORD": "open sesame",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_the_password_is_passed_to_pg_dump_only_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "pg_dump"
    fake.write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/argv\necho "$PGPASSWORD $PGSSLMODE" >{tmp_path}/env\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    connection: Any = _Connection()
    postgresql_dump._run(connection, "pg_dump", "--format=custom", file=Path("b"))
    assert (tmp_path / "argv").read_text().split() == [
        "--no-password", "-U", "editor", "-h", "db.example", "-p", "5433", "--dbname=news",
        "--format=custom",
    ]  # fmt: skip
    assert (tmp_path / "env").read_text() == "open sesame require\n"


def test_a_missing_or_failing_pg_dump_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match="pg_dump is not installed"):
        postgresql_dump._run(_Connection(), "pg_dump", file=Path("b"))  # type: ignore[arg-type]
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'no such host' >&2\nexit 7\n")
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(BackupError, match="ended with 7 at b: no such host"):
        postgresql_dump._run(_Connection(), "pg_dump", file=Path("b"))  # type: ignore[arg-type]
