"""``import_posts`` as a process: exit codes, signals, the lock, a full disk, a lost database.

Each test has a SQLite archive of its own, whatever ``DATABASE_URL`` says.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from articles.tests.support.import_runs import ProcessArchive, parse_output
from articles.tests.support.post_files import STORY_URL, make_post, write_post


@pytest.fixture
def archive(tmp_path: Path) -> ProcessArchive:
    return ProcessArchive(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of three posts."""
    for number in range(3):
        post = make_post(url=f"{STORY_URL}/{number}")
        write_post(tmp_path / "posts", f"2021-01-14-{number}.md", post)
    return tmp_path / "posts"


def start_waiting_import(archive: ProcessArchive, tries: int = 40) -> subprocess.Popen[bytes]:
    """Return an import that has the lock and waits for its list of paths."""
    process = archive.start("import_posts", "-", "--format=json", stdin=subprocess.PIPE)
    for _ in range(tries):
        with sqlite3.connect(archive.database) as rows:
            running = rows.execute(
                "SELECT count(*) FROM articles_importrun WHERE state = 'running'"
            )
            if running.fetchone()[0]:
                return process
        time.sleep(0.25)
    process.kill()
    raise AssertionError(f"the import did not begin: {process.communicate()}")


def test_exit_0_with_a_summary_as_the_last_line(archive: ProcessArchive, folder: Path) -> None:
    result = archive.run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (0, 3)
    assert result.message == ""


def test_text_output_has_counts_and_failed_files(archive: ProcessArchive, folder: Path) -> None:
    write_post(folder, "2021-01-01-bad.md", b"---\n")
    out, err = archive.start("import_posts", folder).communicate(timeout=60)
    assert "3 created" in out.decode()
    assert "1 failed" in out.decode()
    assert "2021-01-01-bad.md" in err.decode()
    assert "Traceback" not in err.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["/nowhere/at/all"],
        ["--workers=-1", "."],
        ["--since=gestern", "."],
        ["--status=gone", "."],
        ["--format=xml", "."],
        ["-", "."],
        ["--root=a/b", "."],
        ["--frobnicate", "."],
    ],
)
def test_exit_2_on_wrong_usage(archive: ProcessArchive, arguments: list[str]) -> None:
    process = archive.start("import_posts", *arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, (out, err)
    assert err.strip()
    assert b"Traceback" not in err


def test_exit_3_when_a_file_failed(archive: ProcessArchive, folder: Path) -> None:
    write_post(folder, "2021-01-15-bad.md", b"---\n")
    result = archive.run_import(folder)
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 3, 1)


def test_exit_4_while_another_import_runs_also_through_a_symlink(
    archive: ProcessArchive, folder: Path
) -> None:
    first = start_waiting_import(archive)
    try:
        link = archive.database.with_name("link.sqlite3")
        link.symlink_to(archive.database)
        for database in (archive.database, link):
            archive.env["DATABASE_URL"] = f"sqlite:///{database}"
            result = archive.run_import(folder)
            assert (result.exit_code, result.summary["type"]) == (4, "summary")
            assert result.summary["files"] == 0
        out, err = first.communicate(os.fsencode(folder / "2021-01-14-0.md"), timeout=60)
        assert parse_output(first.returncode, out.decode(), err.decode()).summary["created"] == 1
    finally:
        first.kill()
    assert archive.run_import(folder).exit_code == 0


def test_killed_import_leaves_no_lock(archive: ProcessArchive, folder: Path) -> None:
    first = start_waiting_import(archive)
    first.kill()
    first.communicate()
    assert archive.run_import(folder).exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_exit_130_when_interrupted(archive: ProcessArchive, number: signal.Signals) -> None:
    process = start_waiting_import(archive)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out.splitlines()[-1])["type"] == "summary"
    assert b"Traceback" not in err
    with sqlite3.connect(archive.database) as rows:
        assert rows.execute("SELECT state FROM articles_importrun").fetchall() == [("interrupted",)]


def test_exit_1_with_a_clear_message_when_the_file_is_not_a_database(
    archive: ProcessArchive, folder: Path
) -> None:
    archive.database.write_bytes(b"no database at all, only some text in a file\n" * 50)
    result = archive.run_import(folder)
    assert result.exit_code == 1
    assert result.summary["type"] == "summary"
    assert "Traceback" not in result.message
    assert "database" in result.message


def test_exit_1_and_a_consistent_archive_when_the_disk_is_full(
    archive: ProcessArchive, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    for number in range(60):
        noise = os.urandom(6000).hex()
        body = f"<p>第{number}则。{noise}</p>"
        post = make_post(url=f"{STORY_URL}/{number}", body=body)
        write_post(many, f"2021-01-14-{number}.md", post)
    limited = (
        "import django, resource, runpy, signal, sys\n"
        "django.setup()\n"
        "from articles.importing import batch\n"
        "batch.BATCH_FILES = 10\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"  # writing beyond fails as on a full disk
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_100_000, 1_100_000))\n"
        "sys.argv[0] = 'manage.py'\n"
        "runpy.run_path('manage.py', run_name='__main__')\n"
    )
    command = [sys.executable, "-c", limited, "import_posts", str(many), "--format=json"]
    process = archive.start_command([*command, "--workers=0"])
    out, err = process.communicate(timeout=120)
    result = parse_output(process.returncode, out.decode(), err.decode())
    assert result.exit_code == 1, result
    assert result.summary["type"] == "summary"
    assert "Traceback" not in result.message
    with sqlite3.connect(archive.database) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert rows.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = rows.execute("SELECT count(*) FROM articles_article").fetchone()[0]
    reported = sum(line["outcome"] == "created" for line in result.files)
    assert reported == result.summary["created"]
    assert reported <= stored < 60
    assert archive.run_import(many).exit_code == 0
    with sqlite3.connect(archive.database) as rows:
        assert rows.execute("SELECT count(*) FROM articles_article").fetchone()[0] == 60


def test_database_is_in_wal_mode(archive: ProcessArchive, folder: Path) -> None:
    archive.run_import(folder)
    with sqlite3.connect(archive.database) as rows:
        assert rows.execute("PRAGMA journal_mode").fetchone() == ("wal",)
