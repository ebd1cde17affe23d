"""Sources of files: folders, lists on standard input, names of any bytes, special files."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from articles.archive_lock import exclusive_lock
from articles.models import Article, ImportIssue, Sighting
from articles.tests.support.archive_comparison import raw_rows
from articles.tests.support.import_runs import run_import
from articles.tests.support.post_files import STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def write_many(folder: Path, count: int) -> list[Path]:
    """Write posts of different URLs, one a day from the first of January."""
    return [
        write_post(
            folder, f"2021-01-{n:02}-{n}.md", make_post(url=f"{STORY_URL}/{n}", title=f"第{n}则")
        )
        for n in range(1, count + 1)
    ]


def test_file_names_of_any_bytes_are_stored_and_reported(tmp_path: Path) -> None:
    names = [
        b"2021-01-14-\xff\xfe.md",
        b"2021-01-14-line\nbreak\n\n.md",
        "2021-01-14-“引号”\"'\\ #?%20&|:*😀\u200c\xa0 .md".encode(),
        b"2021-01-14--.md",
        b"-2021-01-14.md",
        b"2021-01-14-\x01\x1b[31m.md",
        b"2021-01-14-" + b"x" * 240 + b".md",
    ]
    folder = tmp_path / "p"
    folder.mkdir()
    for number, name in enumerate(names):
        (folder / os.fsdecode(name)).write_bytes(make_post(url=f"{STORY_URL}/{number}"))
    result = run_import(tmp_path / "p", "--report", tmp_path / "r.jsonl")
    assert result.summary["created"] == len(names)
    assert {bytes(path) for path in Sighting.objects.values_list("path", flat=True)} == set(names)
    reported = [line["path"] for line in result.files]
    assert reported == [name.decode("utf-8", "backslashreplace") for name in sorted(names)]
    assert (tmp_path / "r.jsonl").read_text("utf-8").count("\n") == len(names)
    assert run_import(tmp_path / "p").summary["unchanged"] == len(names)


@pytest.mark.parametrize("separator", [b"\n", b"\0"])
@pytest.mark.parametrize("last", [True, False])
def test_list_on_standard_input(tmp_path: Path, separator: bytes, last: bool) -> None:
    paths = write_many(tmp_path / "p", 3)
    listed = separator.join(os.fsencode(path) for path in reversed(paths))
    result = run_import("-", "--root=posts", stdin=listed + separator * last)
    assert result.summary["created"] == 3
    assert set(Sighting.objects.values_list("root", flat=True)) == {"posts"}


def test_name_with_a_line_break_is_read_from_a_list_separated_by_nul(tmp_path: Path) -> None:
    paths = [
        write_post(tmp_path / "p", "2021-01-14-a\nb.md"),
        write_post(tmp_path / "p", "2021-01-14-c.md", make_post(url=STORY_URL + "/2")),
    ]
    result = run_import("-", stdin=b"\0".join(os.fsencode(path) for path in paths))
    assert (result.summary["created"], result.summary["failed"]) == (2, 0)


def test_vanished_file_fails_and_the_others_are_imported(tmp_path: Path) -> None:
    first, second, third = write_many(tmp_path / "p", 3)
    second.unlink()
    listed = b"\n".join(os.fsencode(path) for path in (first, second, third))
    result = run_import("-", stdin=listed)
    assert result.exit_code == 3
    assert (result.summary["created"], result.summary["failed"]) == (2, 1)
    failed = next(line for line in result.files if line["outcome"] == "failed")
    assert failed["path"].endswith("2021-01-02-2.md")
    assert failed["reason"]


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    secret = write_post(tmp_path / "outside", "2021-01-14-secret.md")
    folder = tmp_path / "p"
    write_post(folder, "2021-01-14-a.md", make_post(url=STORY_URL + "/a"))
    (folder / "2021-01-14-link.md").symlink_to(secret)
    (folder / "2021-01-14-dead.md").symlink_to(tmp_path / "nowhere")
    (folder / "linked").symlink_to(secret.parent, target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "2021-01-14-pipe.md")
    (folder / "2021-01-14-folder.md").mkdir()
    timer = threading.Timer(20, lambda: os.close(os.open(folder / "2021-01-14-pipe.md", os.O_RDWR)))
    timer.start()  # an import that opens the pipe ends late, but ends
    result = run_import(folder)
    timer.cancel()
    assert timer.finished.is_set()
    assert result.summary["files"] == result.summary["created"] == 1
    assert Article.objects.get().url == STORY_URL + "/a"
    assert result.outcomes()["2021-01-14-link.md"] == "skipped"
    assert result.outcomes()["2021-01-14-pipe.md"] == "skipped"


def test_file_without_read_permission_fails(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = write_post(tmp_path / "p", "2021-01-14-a.md")
    path.chmod(0)
    result = run_import(tmp_path / "p")
    assert (result.exit_code, result.summary["failed"]) == (3, 1)


def test_hidden_folders_and_other_files_are_left_out(tmp_path: Path) -> None:
    write_post(tmp_path / "p", ".git/2021-01-14-a.md")
    write_post(tmp_path / "p", "pictures/a.jpg", b"\xff\xd8")
    write_post(tmp_path / "p", "about.md", b"---\ntitle: About\n---\nA page.\n")
    write_post(tmp_path / "p", "README.md", b"Text in no format.\n")
    result = run_import(tmp_path / "p")
    assert result.exit_code == 0
    assert result.summary["files"] == 0
    assert {"about.md", "README.md"} <= set(result.outcomes())
    assert all(line["reason"] for line in result.files)
    assert not ImportIssue.objects.exists()


def test_root_of_a_single_file_is_its_folder(tmp_path: Path) -> None:
    path = write_post(tmp_path / "herald", "2021-01-14-a.md")
    assert run_import(path).summary["created"] == 1
    sighting = Sighting.objects.get()
    assert (sighting.root, bytes(sighting.path)) == ("herald", b"2021-01-14-a.md")


def test_limit_counts_only_new_posts(tmp_path: Path) -> None:
    write_many(tmp_path / "p", 5)
    created = [run_import(tmp_path / "p", "--limit=2").summary["created"] for _ in range(4)]
    assert created == [2, 2, 1, 0]
    assert Article.objects.count() == 5


def test_since_imports_files_of_that_day_and_later(tmp_path: Path) -> None:
    write_many(tmp_path / "p", 5)
    result = run_import(tmp_path / "p", "--since=2021-01-04")
    assert result.summary["created"] == 2
    assert set(Article.objects.values_list("title", flat=True)) == {"第4则", "第5则"}


def test_fail_fast_stops_at_the_first_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("articles.importing.batch.BATCH_FILES", 1)
    write_many(tmp_path / "p", 3)
    write_post(tmp_path / "p", "2021-01-02-2.md", b"---\ntitle: x\n")
    result = run_import(tmp_path / "p", "--fail-fast")
    assert result.exit_code == 3
    assert (result.summary["failed"], result.summary["created"]) == (1, 1)


def test_same_file_under_two_roots_has_two_sightings(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md")
    assert run_import(tmp_path / "p", "--root=one").summary["created"] == 1
    assert run_import(tmp_path / "p", "--root=two").summary["unchanged"] == 1
    assert set(Sighting.objects.values_list("root", flat=True)) == {"one", "two"}


def test_second_import_is_refused_while_one_runs(tmp_path: Path) -> None:
    write_post(tmp_path / "p", "2021-01-14-a.md")
    before = raw_rows()
    with exclusive_lock():
        result = run_import(tmp_path / "p")
    assert result.exit_code == 4
    assert result.summary["files"] == 0
    assert "wait until it has ended" in result.message
    assert raw_rows() == before
    assert run_import(tmp_path / "p").exit_code == 0
