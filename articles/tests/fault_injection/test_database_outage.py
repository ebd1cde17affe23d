"""Database outages during commands, and while the site serves pages."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from articles.tests.backups.isolated_archive import server
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.cut_connection import start_proxy
from articles.tests.fault_injection.kill_points import Effect, Fault
from articles.tests.fault_injection.test_kills import import_points
from articles.tests.support.archive_comparison import Dump, differences
from articles.tests.support.gunicorn_server import Get, start_gunicorn

__all__ = ["import_points"]

needs_server = pytest.mark.skipif(ON_SQLITE, reason="SQLite has no server to lose")
needs_sqlite = pytest.mark.skipif(not ON_SQLITE, reason="the database is not a SQLite file")


def server_address() -> tuple[str, int]:
    values = settings.DATABASES["default"]
    return values["HOST"] or "/var/run/postgresql", int(values["PORT"] or 5432)


@needs_server
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_import_during_a_server_outage(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, part: float, import_points: list[str]
) -> None:
    archive = new_archive()
    pause = Fault(int(len(import_points) * part), Effect.PAUSE, below=str(posts))
    with start_proxy(*server_address()) as proxy:
        running = archive.start_import(posts, fault=pause, port=proxy.port)
        running.wait_for_pause()
        proxy.cut()
        running.resume()
        result = running.wait()
        assert result.code == 1, result.err
        assert_outage_reported(result.err, proxy.port)
        assert result.summary["files"] < len(import_points)
        result = archive.run_import(posts, port=proxy.port)
        assert result.code == 1
        assert_outage_reported(result.err, proxy.port)
        proxy.restore()
        archive.assert_consistent()
        assert archive.run_import(posts, port=proxy.port).code == 3
    assert differences(expected_dump, archive.dump()) == ""


def assert_outage_reported(err: str, port: int) -> None:
    assert f"the database server at 127.0.0.1:{port} does not respond" in err
    assert "run the command again" in err
    assert "Traceback" not in err


@needs_server
@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix", "export_posts"])
def test_other_commands_during_a_server_outage(
    archive_in_use: NewArchive, expected_dump: Dump, command: str, tmp_path: Path
) -> None:
    archive = archive_in_use()
    arguments = [*command.split(), *([tmp_path / "out"] if command == "export_posts" else [])]
    with start_proxy(*server_address()) as proxy:
        running = archive.start(
            *arguments, fault=Fault(15, Effect.PAUSE, below="/none"), port=proxy.port
        )
        running.wait_for_pause()
        proxy.cut()
        running.resume()
        result = running.wait()
        assert result.code == 1
        assert_outage_reported(result.err, proxy.port)
    assert archive.run_command(*arguments).code == 0
    assert differences(expected_dump, archive.dump()) == ""


@needs_server
def test_pages_during_a_server_outage(archive_in_use: NewArchive) -> None:
    archive = archive_in_use()
    with start_proxy(*server_address()) as proxy:
        database_name = archive.url.rpartition("/")[2]
        url = f"postgres://{settings.DATABASES['default']['USER']}@127.0.0.1:{proxy.port}/{database_name}"
        with start_gunicorn(
            archive.folder, TestArchive(url, archive.media, archive.folder).environment()
        ) as get:
            assert [get(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
            proxy.cut()
            assert_unavailable(get)
            proxy.restore()
            assert [get(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]


def assert_unavailable(get: Get) -> None:
    assert get("/healthz")[0] == 200
    assert get("/readyz")[0] == 503
    for path in ("/", "/2021/", "/sources/", "/admin/login/", "/i/abcdefgh"):
        status, headers, page = get(path)
        if path == "/admin/login/":  # the form makes no query for an anonymous visitor
            assert status == 200
            continue
        assert status == 503, path
        assert headers["Retry-After"] == "30"
        assert headers["Cache-Control"] == "no-store"
        assert "cannot reach its database just now" in page
        assert "Traceback" not in page


@needs_sqlite
def test_pages_while_the_database_file_is_missing(
    archive_in_use: NewArchive, tmp_path: Path
) -> None:
    archive = archive_in_use()
    with start_gunicorn(archive.folder, archive.environment()) as get:
        assert [get(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]
        folder = Path(archive.name).parent
        folder.rename(tmp_path / "away")
        assert_unavailable(get)
        (tmp_path / "away").rename(folder)
        assert [get(path)[0] for path in ("/", "/healthz", "/readyz")] == [200, 200, 200]


@needs_sqlite
def test_import_while_another_program_locks_the_database(
    new_archive: NewArchive, posts: Path, expected_dump: Dump
) -> None:
    archive = new_archive()
    with closing(sqlite3.connect(archive.name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = archive.run_import(posts, timeout=0.3)
        assert result.code == 1
        assert f"the database {archive.name}: another program has kept it locked" in result.err
        other.execute("ROLLBACK")
    archive.assert_consistent()
    assert archive.run_import(posts).code == 3
    assert differences(expected_dump, archive.dump()) == ""


@needs_sqlite
@pytest.mark.parametrize("change", ["gone", "replaced"])
def test_import_whose_database_file_is_moved_or_replaced(
    new_archive: NewArchive,
    posts: Path,
    expected_dump: Dump,
    change: str,
    import_points: list[str],
    tmp_path: Path,
) -> None:
    archive = new_archive()
    pause = Fault(len(import_points) // 2, Effect.PAUSE, below=str(posts))
    running = archive.start_import(posts, fault=pause)
    running.wait_for_pause()
    Path(archive.name).rename(tmp_path / "away")
    if change == "replaced":
        Path(archive.name).write_bytes((tmp_path / "away").read_bytes())
    running.resume()
    result = running.wait()
    assert result.code == 1, result.err
    assert f"the database {archive.name} was moved away or replaced" in result.err
    Path(archive.name).unlink(missing_ok=True)
    for ending in ("", "-wal", "-shm"):
        left = Path(archive.name).with_name(f"archive.sqlite3{ending}")
        left.unlink(missing_ok=True)
    (tmp_path / "away").rename(archive.name)
    archive.assert_consistent()
    assert archive.run_import(posts).code == 3
    assert differences(expected_dump, archive.dump()) == ""


@needs_server
def test_import_whose_lock_is_lost(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, import_points: list[str]
) -> None:
    archive = new_archive()
    running = archive.start_import(
        posts, fault=Fault(len(import_points) // 2, Effect.PAUSE, below=str(posts))
    )
    running.wait_for_pause()
    with closing(server()) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks l JOIN pg_database d "
            "ON d.oid = l.database WHERE locktype = 'advisory' AND datname = %s",
            [archive.name],
        )
    running.resume()
    result = running.wait()
    assert result.code == 1, result.err
    assert "the server ended the session of the lock" in result.err
    archive.assert_consistent()
    assert archive.run_import(posts).code == 3
    assert differences(expected_dump, archive.dump()) == ""
