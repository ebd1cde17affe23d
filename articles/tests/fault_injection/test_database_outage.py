"""A database that goes away and comes back: under commands, and under the site."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings

from articles.tests.backups.own_archive import ROOT, server
from articles.tests.fault_injection.archives import HANG_SECONDS, ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.cut_connection import proxy_to
from articles.tests.fault_injection.kill_points import Fault, Harm
from articles.tests.fault_injection.test_kills import import_points
from articles.tests.support.archive_comparison import Dump, differences

__all__ = ["import_points"]

on_server = pytest.mark.skipif(ON_SQLITE, reason="SQLite has no server to lose")
on_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="the database is a file of SQLite's")


Ask = Callable[[str], tuple[int, Message, str]]


@contextmanager
def site(archive: TestArchive) -> Iterator[Ask]:
    """Serve the archive with gunicorn, as an operator does; yield what asks it for a page."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    words = ["-m", "gunicorn", "--no-control-socket", "--workers=1", f"--bind=127.0.0.1:{port}"]
    process = subprocess.Popen(
        [sys.executable, *words, "articles.tests.fault_injection.gunicorn_site"],
        cwd=ROOT,
        env={**archive.environment(), "SECURE_SSL_REDIRECT": "off", "ALLOWED_HOSTS": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=(archive.folder / "site.log").open("wb"),
    )

    def ask(path: str) -> tuple[int, Message, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    try:
        deadline = time.monotonic() + HANG_SECONDS
        while True:
            try:
                ask("/healthz")
                break
            except OSError:
                assert process.poll() is None, (archive.folder / "site.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield ask
    finally:
        process.terminate()
        process.wait(HANG_SECONDS)


def server_place() -> tuple[str, int]:
    values = settings.DATABASES["default"]
    return values["HOST"] or "/var/run/postgresql", int(values["PORT"] or 5432)


@on_server
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_import_beside_a_server_that_goes_and_comes_back(
    new_archive: NewArchive, posts: Path, calm: Dump, part: float, import_points: list[str]
) -> None:
    archive = new_archive()
    pause = Fault(int(len(import_points) * part), Harm.PAUSE, below=str(posts))
    with proxy_to(*server_place()) as proxy:
        running = archive.start_import(posts, fault=pause, port=proxy.port)
        running.wait_for_pause()
        proxy.cut()
        running.go_on()
        done = running.wait()
        assert done.code == 1, done.err
        assert_told(done.err, proxy.port)
        assert done.summary["files"] < len(import_points)
        done = archive.importing(posts, port=proxy.port)
        assert done.code == 1
        assert_told(done.err, proxy.port)
        proxy.mend()
        archive.assert_sound()
        assert archive.importing(posts, port=proxy.port).code == 3
    assert differences(calm, archive.dump()) == ""


def assert_told(err: str, port: int) -> None:
    assert f"the database server at 127.0.0.1:{port} does not answer" in err
    assert "run the command again" in err
    assert "Traceback" not in err


@on_server
@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix", "export_posts"])
def test_other_commands_beside_a_server_that_goes(
    archive_in_use: NewArchive, calm: Dump, command: str, tmp_path: Path
) -> None:
    archive = archive_in_use()
    words = [*command.split(), *([tmp_path / "out"] if command == "export_posts" else [])]
    with proxy_to(*server_place()) as proxy:
        running = archive.start(*words, fault=Fault(15, Harm.PAUSE, below="/none"), port=proxy.port)
        running.wait_for_pause()
        proxy.cut()
        running.go_on()
        done = running.wait()
        assert done.code == 1
        assert_told(done.err, proxy.port)
    assert archive.fork(*words).code == 0
    assert differences(calm, archive.dump()) == ""


@on_server
def test_pages_while_the_server_is_away(archive_in_use: NewArchive) -> None:
    archive = archive_in_use()
    with proxy_to(*server_place()) as proxy:
        address = archive.url.rpartition("/")[2]
        url = f"postgres://{settings.DATABASES['default']['USER']}@127.0.0.1:{proxy.port}/{address}"
        with site(TestArchive(url, archive.media, archive.folder)) as ask:
            assert [ask(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
            proxy.cut()
            assert_away(ask)
            proxy.mend()
            assert [ask(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]


def assert_away(ask: Ask) -> None:
    assert ask("/healthz")[0] == 200
    assert ask("/readyz")[0] == 503
    for path in ("/", "/2021/", "/sources/", "/admin/login/", "/i/abcdefgh"):
        status, headers, page = ask(path)
        if path == "/admin/login/":  # a form for a stranger asks no database
            assert status == 200
            continue
        assert status == 503, path
        assert headers["Retry-After"] == "30"
        assert headers["Cache-Control"] == "no-store"
        assert "cannot reach its database just now" in page
        assert "Traceback" not in page


@on_sqlite
def test_pages_while_the_file_is_away(archive_in_use: NewArchive, tmp_path: Path) -> None:
    archive = archive_in_use()
    with site(archive) as ask:
        assert [ask(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
        folder = Path(archive.name).parent
        folder.rename(tmp_path / "away")
        assert_away(ask)
        (tmp_path / "away").rename(folder)
        assert [ask(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]


@on_sqlite
def test_import_beside_a_program_that_keeps_the_database_locked(
    new_archive: NewArchive, posts: Path, calm: Dump
) -> None:
    archive = new_archive()
    with closing(sqlite3.connect(archive.name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = archive.importing(posts, timeout=0.3)
        assert done.code == 1
        assert f"the database {archive.name}: another program has kept it locked" in done.err
        other.execute("ROLLBACK")
    archive.assert_sound()
    assert archive.importing(posts).code == 3
    assert differences(calm, archive.dump()) == ""


@on_sqlite
@pytest.mark.parametrize("harm", ["gone", "replaced"])
def test_import_whose_database_file_is_taken_away(
    new_archive: NewArchive,
    posts: Path,
    calm: Dump,
    harm: str,
    import_points: list[str],
    tmp_path: Path,
) -> None:
    archive = new_archive()
    pause = Fault(len(import_points) // 2, Harm.PAUSE, below=str(posts))
    running = archive.start_import(posts, fault=pause)
    running.wait_for_pause()
    Path(archive.name).rename(tmp_path / "away")
    if harm == "replaced":
        Path(archive.name).write_bytes((tmp_path / "away").read_bytes())
    running.go_on()
    done = running.wait()
    assert done.code == 1, done.err
    assert f"the database {archive.name} was moved away or replaced" in done.err
    Path(archive.name).unlink(missing_ok=True)
    for ending in ("", "-wal", "-shm"):
        left = Path(archive.name).with_name(f"archive.sqlite3{ending}")
        left.unlink(missing_ok=True)
    (tmp_path / "away").rename(archive.name)
    archive.assert_sound()
    assert archive.importing(posts).code == 3
    assert differences(calm, archive.dump()) == ""


@on_server
def test_import_whose_lock_is_lost(
    new_archive: NewArchive, posts: Path, calm: Dump, import_points: list[str]
) -> None:
    archive = new_archive()
    running = archive.start_import(
        posts, fault=Fault(len(import_points) // 2, Harm.PAUSE, below=str(posts))
    )
    running.wait_for_pause()
    with closing(server()) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks l JOIN pg_database d "
            "ON d.oid = l.database WHERE locktype = 'advisory' AND datname = %s",
            [archive.name],
        )
    running.go_on()
    done = running.wait()
    assert done.code == 1, done.err
    assert "the server ended the session of the lock" in done.err
    archive.assert_sound()
    assert archive.importing(posts).code == 3
    assert differences(calm, archive.dump()) == ""
