"""A full disk and a database that goes away: a clear last line, and a consistent archive."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from unittest import mock

import pytest
from django.db import connection, connections

from articles.importing import import_run, worker_pool
from articles.importing.batch import Batch
from articles.importing.readers import find
from articles.importing.worker_pool import WorkersError, read_in_order
from articles.models import Article, ImportRun
from articles.tests.support import crashing_worker
from articles.tests.support.import_runs import OwnArchive, ran, run_import
from benchmarks.generate_posts import generate_posts

ROOM = 3 * 1024 * 1024  # bytes that a file may grow to: the first batch fits, the last does not


def test_full_disk_ends_the_import_and_the_next_run_completes_it(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 1500, seed=7)
    (tmp_path / "archive").mkdir()
    archive = OwnArchive(tmp_path / "archive")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    process = archive.start(
        "import_posts", posts, "--format=json", "--workers=1", preexec_fn=small_disk
    )
    out, err = process.communicate(timeout=120)
    answer = ran(process.returncode, out.decode(), err.decode())
    assert answer.code == 1
    assert "OperationalError" in answer.message
    assert "run the command again" in answer.message
    assert answer.summary["files"] < 1500
    with sqlite3.connect(archive.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        told = answer.summary["created"]
        assert database.execute("SELECT count(*) FROM articles_article").fetchone() == (told,)
    database.close()

    again = archive.run_import(posts)
    assert again.code == 0
    verified = archive.start("verify_archive")
    out, err = verified.communicate(timeout=120)
    assert out.decode() == "nothing found\n", err.decode()


def test_workers_that_are_killed_cost_nothing(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 800, seed=9)
    (tmp_path / "archive").mkdir()
    archive = OwnArchive(tmp_path / "archive")
    report = tmp_path / "report.jsonl"
    process = archive.start("import_posts", posts, "--format=json", f"--report={report}")
    killed = 0
    while process.poll() is None and killed < 3:
        time.sleep(0.4)
        for pid in spawned_by(process.pid)[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    out, err = process.communicate(timeout=400)
    answer = ran(process.returncode, out.decode(), err.decode())
    assert killed
    assert answer.code == 0, answer.message
    assert answer.summary["files"] == 800


def test_workers_that_cannot_start_blame_no_file(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 20, seed=10)
    with ExitStack() as stack:
        found = list(find([str(posts)], "", stack))
    with (
        mock.patch.object(worker_pool, "_start_worker", _end_at_once),
        pytest.raises(WorkersError, match="--workers 0"),
    ):
        list(read_in_order([(None, found)], 1))


def test_worker_that_dies_while_it_tells_its_result_does_not_stop_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 20, seed=11)
    monkeypatch.setenv(crashing_worker.MARK, str(tmp_path / "died"))
    monkeypatch.setattr(worker_pool, "read_chunk", crashing_worker.read_or_die)
    monkeypatch.setattr(worker_pool, "_PATIENCE", 0.5)
    with ExitStack() as stack:
        found = list(find([str(posts)], "", stack))
        [(_, reads)] = read_in_order([(None, found)], 2)
    assert (tmp_path / "died").exists()
    assert [read.found.path for read in reads] == [each.path for each in found]
    assert all(read.post for read in reads if not read.skip)


def _end_at_once(parent: int) -> None:
    os._exit(1)


def spawned_by(pid: int) -> list[int]:
    """Return the parsing workers that ``pid`` started."""
    return [
        child
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in map(int, task.read_text().split())
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server to lose")
def test_lost_server_ends_the_import_and_the_next_run_completes_it(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 300, seed=8)
    honest = Batch.run
    batches = 0

    def lose_the_server(batch: Batch, *args: object) -> object:
        nonlocal batches
        batches += 1
        if batches == 2:
            pid = connection.connection.info.backend_pid
            other = connections["default"].copy("default")
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            other.close()
        return honest(batch, *args)  # type: ignore[arg-type]

    with (
        mock.patch.object(import_run, "BATCH_FILES", 100),
        mock.patch.object(Batch, "run", lose_the_server),
    ):
        answer = run_import(posts)
    connection.close()
    assert answer.code == 1
    assert "OperationalError" in answer.message
    told = answer.summary["created"]
    assert 0 < told < 300
    assert Article.objects.count() == told

    again = run_import(posts)
    assert again.code == 0
    assert ImportRun.objects.filter(state="failed", message__contains="terminat").count() == 1
    assert again.summary["files"] == 300
