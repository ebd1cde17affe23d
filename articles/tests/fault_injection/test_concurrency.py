"""Concurrent commands and editors: nothing is lost, nothing is duplicated, no deadlock.

``ACCIDENT_EDITS`` is the number of actions of each editor.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from articles.models import Article, ArticleEdit, BlockedIdentity, Redirect
from articles.publishing.editing import Editor, set_fields
from articles.publishing.erasure import erase
from articles.tests.backups.isolated_archive import server
from articles.tests.fault_injection.archives import ON_SQLITE, RunningCommand, TestArchive
from articles.tests.fault_injection.concurrent_editors import edit_repeatedly, retitle
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Effect, Fault
from articles.tests.fault_injection.test_kills import (
    FEW_KILLS,
    call_on_archive,
    choose_points,
    list_function_points,
    list_points,
    seed,
)
from articles.tests.support.archive_comparison import Dump, differences
from articles.tests.support.post_files import BODY, STORY_URL, make_post, write_post

__all__ = ["seed"]

EDITS = int(os.environ.get("ACCIDENT_EDITS", "24"))
STORIES = 40


@pytest.fixture(scope="module")
def newer_versions(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return folders with one more version of the same stories each: new tags, bylines, days."""
    folders = []
    for number in range(4):
        folder = tmp_path_factory.mktemp("newer") / "newer"
        for story in range(STORIES):
            post = make_post(
                url=f"https://herald.example/{story}",
                title="one for all",
                date=f"2021-01-{10 + (story + number) % 10}T0{number}:00:00Z",
                body=BODY + f'<p>{number}</p><img src="https://p.example/{story % 7}.jpg">',
                author=f"name {(story * 7 + number) % 40}",
                tags=[f"name {(story * k + number) % 40}" for k in (3, 5, 11)],
            )
            write_post(folder, f"{number}/2021-01-1{story % 9}-{story}.md", post)
        folders.append(folder)
    return folders


@contextmanager
def no_deadlock(archive: TestArchive) -> Iterator[None]:
    """Assert that the server ends no transaction because of a deadlock inside the block."""
    before = _deadlocks(archive)
    yield
    assert _deadlocks(archive) == before


def _deadlocks(archive: TestArchive) -> int:
    if ON_SQLITE:
        return 0
    with closing(server()) as connection:
        found = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = %s", [archive.name]
        ).fetchone()
    assert found
    return int(found[0])


def assert_edits_succeeded(editor: RunningCommand) -> None:
    result = editor.wait()
    assert result.code == 0, result.err
    report = json.loads(result.out)
    assert report["faults"] == []
    assert sum(report["done"].values()) > report["done"].get("refused", 0)


def assert_no_duplicates() -> None:
    urls = list(Article.objects.values_list("day", "slug"))
    assert len(set(urls)) == len(urls)
    active = list(ArticleEdit.objects.filter(active=True).values_list("article_id", "field"))
    assert len(set(active)) == len(active)
    blocked_hashes = BlockedIdentity.objects.values("identity_hash")
    assert not Article.objects.filter(identity_hash__in=blocked_hashes).exists()


def test_second_command_exits_with_4_and_names_the_running_one(
    new_archive: NewArchive, posts: Path, expected_dump: Dump
) -> None:
    points = list_points(new_archive(), "import_posts", posts, "--workers=0", below=posts)
    archive = new_archive()
    pause = Fault(len(points) // 2, Effect.PAUSE, below=str(posts))
    first = archive.start_import(posts, fault=pause)
    first.wait_for_pause()
    for command in (["import_posts", posts], ["rebuild_articles"], ["verify_archive", "--fix"]):
        result = archive.run_command(*command)
        assert result.code == 4, result.err
        assert f"import_posts (process {first.pid}" in result.err
        assert "wait until it has ended" in result.err
    first.resume()
    assert first.wait().code == 3
    assert differences(expected_dump, archive.dump()) == ""


@pytest.mark.skipif(not ON_SQLITE, reason="a PostgreSQL database has one name")
def test_second_import_through_another_path_exits_with_4(
    new_archive: NewArchive, posts: Path, tmp_path: Path
) -> None:
    archive = new_archive()
    (tmp_path / "link.sqlite3").symlink_to(archive.name)
    (tmp_path / "folder").symlink_to(Path(archive.name).parent)
    first = archive.start_import(posts, fault=Fault(10, Effect.PAUSE, below=str(posts)))
    first.wait_for_pause()
    for name in (tmp_path / "link.sqlite3", tmp_path / "folder" / Path(archive.name).name):
        (tmp_path / name.stem).mkdir(exist_ok=True)
        other = TestArchive(f"sqlite:///{name}", archive.media, tmp_path / name.stem)
        result = other.run_import(posts)
        assert result.code == 4, result.err
    first.resume()
    assert first.wait().code == 3


def test_import_beside_editors(new_archive: NewArchive, newer_versions: list[Path]) -> None:
    archive = new_archive()
    assert archive.run_import(newer_versions[0]).code == 0
    with no_deadlock(archive):
        editors = [
            archive.start_function(edit_repeatedly, name, EDITS, True) for name in ("Mo", "Jo")
        ]
        while any(editor.is_alive() for editor in editors):
            for folder in newer_versions:
                result = archive.run_import(folder, "--force")
                assert result.code == 0, result.err
                assert result.summary["files"] + result.summary["skipped"] == STORIES
        for editor in editors:
            assert_edits_succeeded(editor)
    archive.assert_consistent()
    call_on_archive(archive, assert_no_duplicates)


@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix"])
def test_editors_beside_a_command(
    new_archive: NewArchive, newer_versions: list[Path], command: str
) -> None:
    archive = new_archive()
    for folder in newer_versions:
        assert archive.run_import(folder).code == 0
    with no_deadlock(archive):
        editors = [
            archive.start_function(edit_repeatedly, name, EDITS, True) for name in ("Mo", "Jo")
        ]
        while any(editor.is_alive() for editor in editors):
            result = archive.run_command(*command.split())
            assert result.code == 0, result.out + result.err
        for editor in editors:
            assert_edits_succeeded(editor)
    archive.assert_consistent()
    call_on_archive(archive, assert_no_duplicates)


def test_backup_beside_an_import_and_an_editor(
    new_archive: NewArchive,
    archive_without_tables: NewArchive,
    newer_versions: list[Path],
    tmp_path: Path,
) -> None:
    archive = new_archive()
    assert archive.run_import(newer_versions[0]).code == 0
    editor = archive.start_function(edit_repeatedly, "Mo", EDITS, True)
    backups = 0
    while editor.is_alive():
        running = archive.start_import(newer_versions[backups % 4], "--force")
        result = archive.run_command("backup", tmp_path / str(backups))
        assert result.code == 0, result.err
        result = running.wait()
        assert result.code == 0, result.err
        backups += 1
    assert_edits_succeeded(editor)
    for number in range(backups):
        restored = archive_without_tables()
        result = restored.run_command("restore", tmp_path / str(number))
        assert result.code == 0, result.err
        restored.assert_consistent()
        call_on_archive(restored, assert_no_duplicates)


def test_two_editors_on_one_article(new_archive: NewArchive, tmp_path: Path) -> None:
    write_post(tmp_path, "2021-01-14-a.md", make_post(url=STORY_URL))
    archive = new_archive()
    result = archive.run_import(tmp_path)
    code = json.loads(result.out.split("\n")[0])["article"]
    with no_deadlock(archive):
        editors = [archive.start_function(retitle, name, code, EDITS // 2) for name in ("Mo", "Jo")]
        for editor in editors:
            result = editor.wait()
            assert result.code == 0, result.err
    archive.assert_consistent()
    call_on_archive(archive, assert_no_title_is_lost)


def assert_no_title_is_lost() -> None:
    edits = ArticleEdit.objects.filter(field="title")
    assert edits.count() == EDITS // 2 * 2
    assert Article.objects.get().title == edits.get(active=True).value


@pytest.fixture(scope="module")
def same_slug(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return folders with a story of the 12th, and with one of the 10th with the same title."""
    folder = tmp_path_factory.mktemp("same")
    for number, day in enumerate(("12", "10")):
        date = f"2021-01-{day}T12:00:00Z"
        post = make_post(url=f"https://herald.example/s{number}", title="one for all", date=date)
        write_post(folder / str(number), f"2021-01-{day}-a.md", post)
    return folder / "0", folder / "1"


def test_editor_gets_another_slug_when_an_import_takes_it(
    new_archive: NewArchive, same_slug: tuple[Path, Path]
) -> None:
    archive = filled_archive(new_archive, same_slug[0])
    # Without the index: its commits come last and block nobody.
    import_arguments = (same_slug[1], "--workers=0", "--no-index")
    points = list_points(archive, "import_posts", *import_arguments)
    at = len(points) - points[::-1].index("before commit")
    archive = filled_archive(new_archive, same_slug[0])
    import_command = archive.start_import(
        *import_arguments, fault=Fault(at, Effect.PAUSE, below=str(archive.folder))
    )
    import_command.wait_for_pause()
    editor = archive.start_function(move_to_the_tenth)
    editor.process.join(2)  # it waits for the import
    assert editor.is_alive()
    import_command.resume()
    assert import_command.wait().code == 0
    result = editor.wait()
    assert result.code == 0, result.err
    archive.assert_consistent()
    call_on_archive(archive, assert_two_urls)


def test_import_gets_another_slug_when_an_editor_takes_it(
    new_archive: NewArchive, same_slug: tuple[Path, Path]
) -> None:
    archive = filled_archive(new_archive, same_slug[0])
    at = list_function_points(archive, move_to_the_tenth).index("before commit") + 1
    archive = filled_archive(new_archive, same_slug[0])
    pause = Fault(at, Effect.PAUSE, below=str(archive.folder))
    editor = archive.start_function(move_to_the_tenth, fault=pause)
    editor.wait_for_pause()
    import_command = archive.start_import(same_slug[1])
    import_command.process.join(2)  # it waits for the editor
    assert import_command.is_alive()
    editor.resume()
    assert editor.wait().code == 0
    result = import_command.wait()
    assert (result.code, result.summary["created"]) == (0, 1), result.err
    archive.assert_consistent()
    call_on_archive(archive, assert_two_urls)


def move_to_the_tenth() -> None:
    article = Article.objects.get(url="https://herald.example/s0")
    set_fields(article, {"published_at": "2021-01-10T12:00:00+00:00"}, Editor(None))


def assert_two_urls() -> None:
    assert [str(day) for day in Article.objects.values_list("day", flat=True)] == ["2021-01-10"] * 2
    assert Article.objects.values("slug").distinct().count() == 2
    assert Redirect.objects.count() == 1


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has one writer at a time")
@pytest.mark.parametrize("picture", ["shared", "own"])
def test_story_erased_while_an_import_adds_its_next_version(
    new_archive: NewArchive, tmp_path: Path, picture: str, seed: int
) -> None:
    for number, date in ((0, "2021-01-12"), (1, "2021-01-13")):
        body = BODY + '<img src="https://p.example/1.jpg">' + "<p>x</p>" * number
        story = 9 if picture == "shared" and number else 0
        post = make_post(
            url=f"https://herald.example/s{story}", date=f"{date}T01:00:00Z", body=body
        )
        write_post(tmp_path / str(number), f"{date}-a.md", post)
    points = list_points(
        filled_archive(new_archive, tmp_path / "0"), "import_posts", tmp_path / "1", "--workers=0"
    )
    conflict_points = [
        at for at, point in enumerate(points, 1) if point.startswith(("SELECT", "INSERT"))
    ]
    for at in (
        conflict_points[number - 1]
        for number in choose_points(points[: len(conflict_points)], FEW_KILLS, seed)
    ):
        archive = filled_archive(new_archive, tmp_path / "0")
        with no_deadlock(archive):
            pause = Fault(at, Effect.PAUSE, below=str(archive.folder))
            import_command = archive.start_import(tmp_path / "1", fault=pause)
            import_command.wait_for_pause()
            eraser = archive.start_function(erase_s0)
            eraser.process.join(0.5)  # it ends, or waits for the import
            import_command.resume()
            for running in (eraser, import_command):
                result = running.wait()
                assert result.code == 0, f"seed {seed}, {points[at - 1]}: {result.err}"
        archive.assert_consistent()
        call_on_archive(archive, assert_no_duplicates)


def filled_archive(new_archive: NewArchive, folder: Path) -> TestArchive:
    archive = new_archive()
    assert archive.run_import(folder).code == 0
    return archive


def erase_s0() -> None:
    erase(Article.objects.get(url="https://herald.example/s0"), Editor(None, "court order"))
