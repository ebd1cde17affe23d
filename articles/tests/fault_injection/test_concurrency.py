"""Commands and editors at work at the same time: nothing lost, nothing doubled, no deadlock.

``ACCIDENT_EDITS`` says how many things each editor does.
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
from articles.tests.backups.own_archive import server
from articles.tests.fault_injection.archives import ON_SQLITE, Running, TestArchive
from articles.tests.fault_injection.concurrent_editors import edit_without_pause, retitle
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Fault, Harm
from articles.tests.fault_injection.test_kills import (
    FEW_KILLS,
    archive_says,
    chosen,
    points_of,
    points_of_call,
    seed,
)
from articles.tests.support.archive_comparison import Dump, differences
from articles.tests.support.post_files import ADDRESS, BODY, make_post, write_post

__all__ = ["seed"]

EDITS = int(os.environ.get("ACCIDENT_EDITS", "24"))
STORIES = 40


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return folders with one version more of the same stories each: new tags, bylines, days."""
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
    """Hold that the server has to end no transaction for a deadlock meanwhile."""
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


def assert_edited_well(editor: Running) -> None:
    done = editor.wait()
    assert done.code == 0, done.err
    answer = json.loads(done.out)
    assert answer["faults"] == []
    assert sum(answer["done"].values()) > answer["done"].get("refused", 0)


def assert_nothing_is_doubled() -> None:
    addresses = list(Article.objects.values_list("day", "slug"))
    assert len(set(addresses)) == len(addresses)
    active = list(ArticleEdit.objects.filter(active=True).values_list("article_id", "field"))
    assert len(set(active)) == len(active)
    marks = BlockedIdentity.objects.values("identity_hash")
    assert not Article.objects.filter(identity_hash__in=marks).exists()


def test_second_import_ends_with_4_and_says_who_works(
    new_archive: NewArchive, posts: Path, calm: Dump
) -> None:
    points = points_of(new_archive(), "import_posts", posts, "--workers=0", below=posts)
    archive = new_archive()
    pause = Fault(len(points) // 2, Harm.PAUSE, below=str(posts))
    first = archive.start_import(posts, fault=pause)
    first.wait_for_pause()
    for command in (["import_posts", posts], ["rebuild_articles"], ["verify_archive", "--fix"]):
        done = archive.fork(*command)
        assert done.code == 4, done.err
        assert f"import_posts (process {first.pid}" in done.err
        assert "wait until it has ended" in done.err
    first.go_on()
    assert first.wait().code == 3
    assert differences(calm, archive.dump()) == ""


@pytest.mark.skipif(not ON_SQLITE, reason="a PostgreSQL database has one name")
def test_second_import_by_another_path_ends_with_4(
    new_archive: NewArchive, posts: Path, tmp_path: Path
) -> None:
    archive = new_archive()
    (tmp_path / "link.sqlite3").symlink_to(archive.name)
    (tmp_path / "folder").symlink_to(Path(archive.name).parent)
    first = archive.start_import(posts, fault=Fault(10, Harm.PAUSE, below=str(posts)))
    first.wait_for_pause()
    for name in (tmp_path / "link.sqlite3", tmp_path / "folder" / Path(archive.name).name):
        (tmp_path / name.stem).mkdir(exist_ok=True)
        other = TestArchive(f"sqlite:///{name}", archive.media, tmp_path / name.stem)
        done = other.importing(posts)
        assert done.code == 4, done.err
    first.go_on()
    assert first.wait().code == 3


def test_import_beside_editors(new_archive: NewArchive, newer: list[Path]) -> None:
    archive = new_archive()
    assert archive.importing(newer[0]).code == 0
    with no_deadlock(archive):
        editors = [
            archive.start_call(edit_without_pause, name, EDITS, True) for name in ("Mo", "Jo")
        ]
        while any(editor.is_alive() for editor in editors):
            for folder in newer:
                done = archive.importing(folder, "--force")
                assert done.code == 0, done.err
                assert done.summary["files"] + done.summary["skipped"] == STORIES
        for editor in editors:
            assert_edited_well(editor)
    archive.assert_sound()
    archive_says(archive, assert_nothing_is_doubled)


@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix"])
def test_editors_beside_a_command(new_archive: NewArchive, newer: list[Path], command: str) -> None:
    archive = new_archive()
    for folder in newer:
        assert archive.importing(folder).code == 0
    with no_deadlock(archive):
        editors = [
            archive.start_call(edit_without_pause, name, EDITS, True) for name in ("Mo", "Jo")
        ]
        while any(editor.is_alive() for editor in editors):
            done = archive.fork(*command.split())
            assert done.code == 0, done.out + done.err
        for editor in editors:
            assert_edited_well(editor)
    archive.assert_sound()
    archive_says(archive, assert_nothing_is_doubled)


def test_backup_beside_an_import_and_an_editor(
    new_archive: NewArchive, vacant_archive: NewArchive, newer: list[Path], tmp_path: Path
) -> None:
    archive = new_archive()
    assert archive.importing(newer[0]).code == 0
    editor = archive.start_call(edit_without_pause, "Mo", EDITS, True)
    backups = 0
    while editor.is_alive():
        running = archive.start_import(newer[backups % 4], "--force")
        done = archive.fork("backup", tmp_path / str(backups))
        assert done.code == 0, done.err
        done = running.wait()
        assert done.code == 0, done.err
        backups += 1
    assert_edited_well(editor)
    for number in range(backups):
        restored = vacant_archive()
        done = restored.fork("restore", tmp_path / str(number))
        assert done.code == 0, done.err
        restored.assert_sound()
        archive_says(restored, assert_nothing_is_doubled)


def test_two_editors_on_one_article(new_archive: NewArchive, tmp_path: Path) -> None:
    write_post(tmp_path, "2021-01-14-a.md", make_post(url=ADDRESS))
    archive = new_archive()
    done = archive.importing(tmp_path)
    code = json.loads(done.out.split("\n")[0])["article"]
    with no_deadlock(archive):
        editors = [archive.start_call(retitle, name, code, EDITS // 2) for name in ("Mo", "Jo")]
        for editor in editors:
            done = editor.wait()
            assert done.code == 0, done.err
    archive.assert_sound()
    archive_says(archive, assert_all_titles_are_kept)


def assert_all_titles_are_kept() -> None:
    edits = ArticleEdit.objects.filter(field="title")
    assert edits.count() == EDITS // 2 * 2
    assert Article.objects.get().title == edits.get(active=True).value


@pytest.fixture(scope="module")
def same_slug(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a story of the 12th, and one of the 10th with the same title, for later."""
    folder = tmp_path_factory.mktemp("same")
    for number, day in enumerate(("12", "10")):
        date = f"2021-01-{day}T12:00:00Z"
        post = make_post(url=f"https://herald.example/s{number}", title="one for all", date=date)
        write_post(folder / str(number), f"2021-01-{day}-a.md", post)
    return folder / "0", folder / "1"


def test_address_that_an_import_takes_while_an_editor_wants_it(
    new_archive: NewArchive, same_slug: tuple[Path, Path]
) -> None:
    archive = filled(new_archive, same_slug[0])
    # Without the index, whose commits come last and hold up nobody.
    quick = (same_slug[1], "--workers=0", "--no-index")
    points = points_of(archive, "import_posts", *quick)
    at = len(points) - points[::-1].index("before commit")
    archive = filled(new_archive, same_slug[0])
    importing = archive.start_import(*quick, fault=Fault(at, Harm.PAUSE, below=str(archive.folder)))
    importing.wait_for_pause()
    editor = archive.start_call(move_to_the_tenth)
    editor.process.join(2)  # it waits for the import
    assert editor.is_alive()
    importing.go_on()
    assert importing.wait().code == 0
    done = editor.wait()
    assert done.code == 0, done.err
    archive.assert_sound()
    archive_says(archive, assert_two_addresses)


def test_address_that_an_editor_takes_while_an_import_wants_it(
    new_archive: NewArchive, same_slug: tuple[Path, Path]
) -> None:
    archive = filled(new_archive, same_slug[0])
    at = points_of_call(archive, move_to_the_tenth).index("before commit") + 1
    archive = filled(new_archive, same_slug[0])
    pause = Fault(at, Harm.PAUSE, below=str(archive.folder))
    editor = archive.start_call(move_to_the_tenth, fault=pause)
    editor.wait_for_pause()
    importing = archive.start_import(same_slug[1])
    importing.process.join(2)  # it waits for the editor
    assert importing.is_alive()
    editor.go_on()
    assert editor.wait().code == 0
    done = importing.wait()
    assert (done.code, done.summary["created"]) == (0, 1), done.err
    archive.assert_sound()
    archive_says(archive, assert_two_addresses)


def move_to_the_tenth() -> None:
    article = Article.objects.get(url="https://herald.example/s0")
    set_fields(article, {"published_at": "2021-01-10T12:00:00+00:00"}, Editor(None))


def assert_two_addresses() -> None:
    assert [str(day) for day in Article.objects.values_list("day", flat=True)] == ["2021-01-10"] * 2
    assert Article.objects.values("slug").distinct().count() == 2
    assert Redirect.objects.count() == 1


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has one writer at a time")
@pytest.mark.parametrize("picture", ["shared", "own"])
def test_story_that_is_erased_while_an_import_brings_its_next_version(
    new_archive: NewArchive, tmp_path: Path, picture: str, seed: int
) -> None:
    for number, date in ((0, "2021-01-12"), (1, "2021-01-13")):
        body = BODY + '<img src="https://p.example/1.jpg">' + "<p>x</p>" * number
        story = 9 if picture == "shared" and number else 0
        post = make_post(
            url=f"https://herald.example/s{story}", date=f"{date}T01:00:00Z", body=body
        )
        write_post(tmp_path / str(number), f"{date}-a.md", post)
    points = points_of(
        filled(new_archive, tmp_path / "0"), "import_posts", tmp_path / "1", "--workers=0"
    )
    meeting = [at for at, point in enumerate(points, 1) if point.startswith(("SELECT", "INSERT"))]
    for at in (meeting[number - 1] for number in chosen(points[: len(meeting)], FEW_KILLS, seed)):
        archive = filled(new_archive, tmp_path / "0")
        with no_deadlock(archive):
            pause = Fault(at, Harm.PAUSE, below=str(archive.folder))
            importing = archive.start_import(tmp_path / "1", fault=pause)
            importing.wait_for_pause()
            eraser = archive.start_call(erase_s0)
            eraser.process.join(0.5)  # it ends, or waits for the import
            importing.go_on()
            for running in (eraser, importing):
                done = running.wait()
                assert done.code == 0, f"seed {seed}, {points[at - 1]}: {done.err}"
        archive.assert_sound()
        archive_says(archive, assert_nothing_is_doubled)


def filled(new_archive: NewArchive, folder: Path) -> TestArchive:
    archive = new_archive()
    assert archive.importing(folder).code == 0
    return archive


def erase_s0() -> None:
    erase(Article.objects.get(url="https://herald.example/s0"), Editor(None, "court order"))
