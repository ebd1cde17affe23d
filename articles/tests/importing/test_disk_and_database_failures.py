"""A full disk, killed workers and a lost database: a clear last line, a consistent archive."""

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

from articles.importing import batch, worker_pool
from articles.importing.batch import Batch
from articles.importing.readers import find_files
from articles.importing.worker_pool import WorkerStartError, read_in_order
from articles.models import Article, ImportRun
from articles.tests.support import crashing_worker
from articles.tests.support.import_runs import ProcessArchive, parse_output, run_import
from benchmarks.generate_posts import generate_posts

FILE_SIZE_LIMIT = (
    3 * 1024 * 1024
)  # bytes that a file may grow to: the first batch fits, the last does not


def test_full_disk_ends_the_import_and_the_next_run_completes_it(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 1500, seed=7)
    (tmp_path / "archive").mkdir()
    archive = ProcessArchive(tmp_path / "archive")

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE_LIMIT, FILE_SIZE_LIMIT))

    process = archive.start(
        "import_posts", posts, "--format=json", "--workers=1", preexec_fn=small_disk
    )
    out, err = process.communicate(timeout=120)
    result = parse_output(process.returncode, out.decode(), err.decode())
    assert result.exit_code == 1
    assert "OperationalError" in result.message
    assert "run the command again" in result.message
    assert result.summary["files"] < 1500
    with sqlite3.connect(archive.database) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        created = result.summary["created"]
        assert database.execute("SELECT count(*) FROM articles_article").fetchone() == (created,)
    database.close()

    again = archive.run_import(posts)
    assert again.exit_code == 0
    verified = archive.start("verify_archive")
    out, err = verified.communicate(timeout=120)
    assert out.decode() == "nothing found\n", err.decode()


def test_killed_workers_lose_no_file(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 800, seed=9)
    (tmp_path / "archive").mkdir()
    archive = ProcessArchive(tmp_path / "archive")
    report = tmp_path / "report.jsonl"
    process = archive.start("import_posts", posts, "--format=json", f"--report={report}")
    killed = 0
    while process.poll() is None and killed < 3:
        time.sleep(0.4)
        for pid in workers_of(process.pid)[:1]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
    out, err = process.communicate(timeout=400)
    result = parse_output(process.returncode, out.decode(), err.decode())
    assert killed
    assert result.exit_code == 0, result.message
    assert result.summary["files"] == 800


def test_workers_that_cannot_start_raise_and_fail_no_file(tmp_path: Path) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 20, seed=10)
    with ExitStack() as stack:
        files = list(find_files([str(posts)], "", stack))
    with (
        mock.patch.object(worker_pool, "_start_worker", _exit_at_once),
        pytest.raises(WorkerStartError, match="--workers 0"),
    ):
        list(read_in_order([(None, files)], 1))


def test_worker_killed_while_it_sends_its_result_does_not_stop_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = tmp_path / "posts"
    generate_posts(posts, 20, seed=11)
    monkeypatch.setenv(crashing_worker.MARK_VARIABLE, str(tmp_path / "died"))
    monkeypatch.setattr(worker_pool, "read_chunk", crashing_worker.read_or_die)
    monkeypatch.setattr(worker_pool, "_POLL_SECONDS", 0.5)
    with ExitStack() as stack:
        files = list(find_files([str(posts)], "", stack))
        [(_, reads)] = read_in_order([(None, files)], 2)
    assert (tmp_path / "died").exists()
    assert [read.file.path for read in reads] == [each.path for each in files]
    assert all(read.post for read in reads if not read.skip)


def _exit_at_once(parent: int) -> None:
    os._exit(1)


def workers_of(pid: int) -> list[int]:
    """Return the worker processes that ``pid`` started."""
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
    original = Batch.run
    batches = 0

    def terminate_connection(batch: Batch, *args: object) -> object:
        nonlocal batches
        batches += 1
        if batches == 2:
            pid = connection.connection.info.backend_pid
            other = connections["default"].copy("default")
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            other.close()
        return original(batch, *args)  # type: ignore[arg-type]

    with (
        mock.patch.object(batch, "BATCH_FILES", 100),
        mock.patch.object(Batch, "run", terminate_connection),
    ):
        result = run_import(posts)
    connection.close()
    assert result.exit_code == 1
    assert "OperationalError" in result.message
    created = result.summary["created"]
    assert 0 < created < 300
    assert Article.objects.count() == created

    again = run_import(posts)
    assert again.exit_code == 0
    assert ImportRun.objects.filter(state="failed", message__contains="terminat").count() == 1
    assert again.summary["files"] == 300
