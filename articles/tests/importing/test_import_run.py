"""``import_posts``: the outcome of each file, and the output of the command."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Capture, ImportIssue, ImportRun, Original, RunState, State
from articles.tests.support.archive_comparison import differences, dump_archive, raw_rows
from articles.tests.support.import_runs import assert_counts_are_right, rolled_back, run_import
from articles.tests.support.post_files import (
    BODY,
    STORY_URL,
    example_post,
    make_neist_post,
    make_post,
    write_post,
)
from benchmarks.generate_posts import generate_posts

pytestmark = pytest.mark.django_db

BROKEN = b"---\ntitle: no end\ndate: 2021-01-14\n<p>text</p>\n"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Use a folder of the test: the lock file of an in-memory database is in the working folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """Return a folder with one file for each outcome except failed."""
    folder = tmp_path / "posts"
    write_post(folder, "_posts/2021-01-14-example.md", example_post())
    write_post(folder, "archived/2021-01-14/2021-01-14-port.md", make_post())
    write_post(folder, "archived/2021-01-14/2021-01-14-port-2.md", make_post(title="港口恢复通航"))
    write_post(folder, "archived/2021-01-14/2021-01-14-port-3.md", make_post())
    write_post(folder, "archived/nei.st/2020-05-07-nine.md", make_neist_post())
    write_post(folder, "README.md", b"# About\n\nPosts of a newspaper.\n")
    return folder


def test_outcome_of_each_file_is_reported_and_counted(posts: Path) -> None:
    write_post(posts, "2021-01-01-broken.md", BROKEN)
    result = run_import(posts)
    assert result.exit_code == 3
    assert result.outcomes() == {
        "2021-01-01-broken.md": "failed",
        "README.md": "skipped",
        "_posts/2021-01-14-example.md": "created",
        "archived/2021-01-14/2021-01-14-port-2.md": "created",
        "archived/2021-01-14/2021-01-14-port-3.md": "version",
        "archived/2021-01-14/2021-01-14-port.md": "unchanged",
        "archived/nei.st/2020-05-07-nine.md": "created",
    }
    reported = result.summary
    seconds, run = reported.pop("seconds"), reported.pop("run")
    assert reported == {
        "type": "summary",
        "files": 6,
        "created": 3,
        "versions": 1,
        "unchanged": 1,
        "failed": 1,
        "skipped": 1,
    }
    assert seconds >= 0
    assert ImportRun.objects.get().pk == run
    assert_counts_are_right()


def test_files_are_imported_in_order_of_their_path_bytes(tmp_path: Path) -> None:
    names = ["a/2021-01-14-x.md", "a-b/2021-01-14-x.md", "a.b/2021-01-14-x.md", "é/2021-01-14-x.md"]
    names += ["Z/2021-01-14-x.md", "2021-01-14-乙.md", "2021-01-14-a.md"]
    for number, name in enumerate(names):
        write_post(tmp_path / "p", name, make_post(url=f"{STORY_URL}/{number}"))
    result = run_import(tmp_path / "p")
    assert [line["path"].encode() for line in result.files] == sorted(n.encode() for n in names)


def test_report_has_a_line_for_each_file(posts: Path, tmp_path: Path) -> None:
    result = run_import(posts, "--report", tmp_path / "report.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text().splitlines()]
    keys = {"path", "sha256", "outcome", "article", "reason", "warnings"}
    assert len(lines) == len(result.files) == 6
    assert all(keys <= line.keys() for line in lines)
    by_path = {line["path"]: line for line in lines}
    example = by_path["_posts/2021-01-14-example.md"]
    article = Article.objects.get(code=example["article"])
    assert article.title == "港口今日恢复通航"
    assert example["sha256"] == hashlib.sha256(example_post()).hexdigest()
    assert by_path["README.md"]["reason"]


def test_second_run_writes_no_row_except_its_own(posts: Path) -> None:
    write_post(posts, "2021-01-01-broken.md", BROKEN)
    run_import(posts)
    before = raw_rows()
    with CaptureQueriesContext(connection) as queries:
        result = run_import(posts)
    assert raw_rows() == before
    assert ImportRun.objects.count() == 2
    writes = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert [sql for sql in writes if "importrun" not in sql] == []
    assert {**result.summary, "seconds": 0, "run": 0} == {
        "type": "summary", "files": 6, "created": 0, "versions": 0, "unchanged": 5,
        "failed": 1, "skipped": 1, "seconds": 0, "run": 0,
    }  # fmt: skip


def test_forced_run_reads_everything_and_reports_it_unchanged(posts: Path) -> None:
    run_import(posts)
    before = dump_archive()
    result = run_import(posts, "--force")
    assert (result.summary["unchanged"], result.summary["created"]) == (5, 0)
    assert differences(before, dump_archive()) == ""


def test_file_changed_in_place_to_the_same_size_is_a_version(tmp_path: Path) -> None:
    path = write_post(tmp_path / "p", "2021-01-14-a.md", make_post(title="甲乙丙"))
    run_import(tmp_path / "p")
    path.write_bytes(make_post(title="甲乙丁"))
    assert run_import(tmp_path / "p").summary["versions"] == 1


def test_each_run_has_a_row(posts: Path) -> None:
    run_import(posts, "--root", "herald")
    run = ImportRun.objects.get()
    assert run.state == RunState.FINISHED
    assert run.finished_at is not None
    assert (run.created, run.versions, run.unchanged, run.failed, run.skipped) == (3, 1, 1, 0, 1)
    assert run.roots == ["herald"]


def test_broken_file_is_quarantined_and_resolved_once_it_is_readable(tmp_path: Path) -> None:
    content = "<p>没有题头的文字</p>".encode()
    path = write_post(tmp_path / "p", "2021-01-14-bad.md", content)
    result = run_import(tmp_path / "p")
    assert result.exit_code == 3
    issue = ImportIssue.objects.get()
    assert issue.content == content
    assert bytes(issue.path) == b"2021-01-14-bad.md"
    assert "front matter" in issue.reason
    assert result.files[0]["reason"]
    assert not Original.objects.exists()
    path.write_bytes(make_post())
    assert run_import(tmp_path / "p").exit_code == 0
    issue.refresh_from_db()
    assert issue.resolved_at is not None


@pytest.mark.parametrize(
    ("name", "content", "flag"),
    [
        ("empty", make_post(body=""), "empty"),
        ("title only", make_post(body="港口今日恢复通航"), "title only"),
        ("short", make_post(body="<p>详情稍后。</p>"), "short"),
        ("pictures", make_post(body='<img src="https://img.example/a.jpg">'), "images only"),
        ("no title", make_post(title=""), "no title"),
    ],
)
def test_posts_with_little_content_are_created_with_a_flag(
    tmp_path: Path, name: str, content: bytes, flag: str
) -> None:
    write_post(tmp_path / "p", f"2021-01-14-{name}.md", content)
    assert run_import(tmp_path / "p").summary["created"] == 1
    assert flag in Article.objects.get().flags


def test_dry_run_reports_the_same_and_writes_nothing(posts: Path) -> None:
    write_post(posts, "2021-01-01-broken.md", BROKEN)
    before = raw_rows()
    dry = run_import(posts, "--dry-run")
    assert raw_rows() == before
    assert not ImportRun.objects.exists()
    wet = run_import(posts)
    assert dry.outcomes() == wet.outcomes()
    assert dry.exit_code == wet.exit_code == 3
    assert dry.summary["run"] is None
    again = run_import(posts, "--dry-run")
    assert again.outcomes() == run_import(posts).outcomes()


def test_originals_are_stored_byte_for_byte(posts: Path) -> None:
    run_import(posts)
    for path in posts.rglob("2*.md"):
        content = path.read_bytes()
        original = Original.objects.get(pk=hashlib.sha256(content).hexdigest())
        assert original.content == content
        assert original.size == len(content)


def test_articles_imported_for_review_are_not_public(posts: Path) -> None:
    run_import(posts, "--status=review")
    assert set(Article.objects.values_list("state", flat=True)) == {State.REVIEW}
    assert not Article.objects.published().exists()
    assert_counts_are_right()


def test_number_of_statements_does_not_grow_with_the_posts(tmp_path: Path) -> None:
    def statements(folder: str, count: int) -> int:
        for number in range(count):
            body = f'{BODY}<img src="https://img.example/{number}.jpg">'
            post = make_post(url=f"{STORY_URL}/{number}", body=body, author=f"记者{number}")
            write_post(tmp_path / folder, f"2021-01-14-{number}.md", post)
        with rolled_back(), CaptureQueriesContext(connection) as queries:
            assert run_import(tmp_path / folder).summary["created"] == count
        return len(queries)

    few, many = statements("few", 40), statements("many", 240)
    assert (many - few) / 200 < 0.25, f"{few} for 40 posts, {many} for 240"


def test_result_does_not_depend_on_the_batch_size(
    posts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = []
    for size in (1, 2, 500):
        monkeypatch.setattr("articles.importing.batch.BATCH_FILES", size)
        with rolled_back():
            run_import(posts)
            dumps.append(dump_archive())
            assert_counts_are_right()
    assert differences(dumps[0], dumps[1]) == ""
    assert differences(dumps[0], dumps[2]) == ""
    assert Capture.objects.count() == 0


def test_result_does_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    generate_posts(tmp_path / "posts", 60, seed=7)
    answers, dumps = [], []
    for workers in (0, 2):
        with rolled_back():
            answers.append(run_import(tmp_path / "posts", f"--workers={workers}").files)
            dumps.append(dump_archive())
    assert answers[0] == answers[1]
    assert differences(dumps[0], dumps[1]) == ""
