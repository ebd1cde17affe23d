"""A post whose parsing does not end is quarantined, and the run goes on."""

from __future__ import annotations

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from articles.importing import cpu_deadline, worker_pool
from articles.importing.readers import find_files
from articles.importing.worker_pool import ReadResult, read_in_order
from articles.models import Article, ImportIssue
from articles.tests.support import slow_worker
from articles.tests.support.import_runs import run_import
from articles.tests.support.packed_sources import pack
from articles.tests.support.post_files import STORY_URL, make_post

SLOW = ("2021-01-14-endless-python.md", "2021-01-14-endless-c.md")
GOOD = ("2021-01-14-good1.md", "2021-01-14-good2.md", "2021-01-14-z-good3.md")


def make_posts(folder: Path, *names: str) -> Path:
    return pack("folder", {name: make_post(url=f"{STORY_URL}/{name}") for name in names}, folder)


def read_all(posts: Path, workers: int) -> dict[str, ReadResult]:
    with ExitStack() as stack:
        files = list(find_files([str(posts)], "", stack))
        [(_, reads)] = read_in_order([(None, files)], workers)
    assert [read.file.path for read in reads] == [each.path for each in files]
    return {read.file.path.decode(): read for read in reads}


@pytest.mark.parametrize("name", SLOW)
def test_worker_gives_up_a_post_at_its_deadline_and_reads_the_others(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "read_chunk", slow_worker.read_slowly)
    monkeypatch.setattr(worker_pool, "_POLL_SECONDS", 0.5)
    reads = read_all(make_posts(tmp_path, *GOOD, name), workers=1)
    assert reads[name].post is None
    assert "s of processor time" in reads[name].problem
    assert reads[name].sha256
    assert reads[name].data  # for the quarantine
    assert all(reads[good].post for good in GOOD)


@pytest.mark.django_db
def test_slow_post_is_quarantined_without_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_pool, "parse_post", slow_worker.parse_slowly)
    monkeypatch.setattr(cpu_deadline, "POST_SECONDS", 0.2)
    posts = make_posts(tmp_path, *GOOD, SLOW[0])
    result = run_import(posts)
    assert result.exit_code == 3
    [failed] = [line for line in result.files if line["outcome"] == "failed"]
    assert failed["path"] == SLOW[0]
    assert "more than 0.2 s of processor time" in failed["reason"]
    assert Article.objects.count() == len(GOOD)
    assert ImportIssue.objects.get(sha256=failed["sha256"]).content.startswith(b"---")


def test_deadline_leaves_no_timer_behind() -> None:
    with cpu_deadline.cpu_deadline():
        pass
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
