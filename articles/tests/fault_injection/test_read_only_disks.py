"""Folders that cannot be written: a word that names them, and reading goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from articles.tests.fault_injection.archives import ON_SQLITE, Done, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.small_disks import small_disk
from articles.tests.support.archive_comparison import FILE_FACTS, differences
from articles.tests.support.import_runs import Ran, ran

ROOMY = 8192  # kilobytes


def assert_refused(done: Done, place: Path) -> None:
    assert done.code == 1, done.err
    assert str(place) in done.err
    assert "read-only" in done.err.lower()
    assert "Traceback" not in done.err


@pytest.mark.skipif(not ON_SQLITE, reason="the database is a file of SQLite's")
def test_folder_of_the_database_is_read_only(
    migrated: TestArchive, posts: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", ROOMY) as disk:
        name = disk.folder / "archive.sqlite3"
        shutil.copy(migrated.name, name)
        archive = TestArchive(f"sqlite:///{name}", tmp_path / "media", tmp_path)
        disk.read_only(True)
        assert_refused(archive.importing(posts), disk.folder)
        disk.read_only(False)
        assert archive.importing(posts).code == 3


def test_posts_are_read_from_a_read_only_disk(
    new_archive: NewArchive, full_archive: TestArchive, posts: Path, tmp_path: Path
) -> None:
    archive = new_archive()
    with small_disk(tmp_path / "disk", ROOMY) as disk:
        shutil.copytree(posts, disk.folder / "posts")
        disk.read_only(True)
        assert outcomes(archive.importing(disk.folder / "posts")).code == 3
        again = outcomes(archive.importing(disk.folder / "posts"))
        assert again.summary["created"] == 0
        assert again.summary["versions"] == 0
    facts = [sorted(FILE_FACTS)]
    one, other = archive.dump(*facts), full_archive.dump(*facts)
    assert differences(one, other) == ""


def outcomes(done: Done) -> Ran:
    return ran(done.code, done.out, done.err)


def test_targets_on_a_read_only_disk(archive_in_use: NewArchive, tmp_path: Path) -> None:
    archive = archive_in_use()
    backup = tmp_path / "backup"
    assert archive.fork("backup", backup).code == 0
    with small_disk(tmp_path / "disk", ROOMY) as disk:
        disk.read_only(True)
        assert_refused(archive.fork("backup", disk.folder / "backup"), disk.folder)
        assert_refused(archive.fork("export_posts", disk.folder / "out"), disk.folder)
        report = disk.folder / "report.jsonl"
        assert_refused(archive.importing(tmp_path, f"--report={report}"), report)
    archive.assert_sound()


def test_restore_into_a_read_only_disk(
    archive_in_use: NewArchive, vacant_archive: NewArchive, tmp_path: Path
) -> None:
    assert archive_in_use().fork("backup", tmp_path / "backup").code == 0
    vacant = vacant_archive()
    with small_disk(tmp_path / "disk", ROOMY) as disk:
        archive = TestArchive(vacant.url, disk.folder / "media", vacant.folder)
        disk.read_only(True)
        assert_refused(archive.fork("restore", tmp_path / "backup"), disk.folder)
        assert archive.is_untouched()
        disk.read_only(False)
        assert archive.fork("restore", tmp_path / "backup").code == 0
        archive.assert_sound()
