"""Read-only folders: the error names them, and reads still work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from articles.tests.fault_injection.archives import ON_SQLITE, CommandResult, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.small_disks import mount_small_disk
from articles.tests.support.archive_comparison import FILE_FACTS, differences
from articles.tests.support.import_runs import ImportOutput, parse_output

DISK_KILOBYTES = 8192  # kilobytes


def assert_refused(result: CommandResult, path: Path) -> None:
    assert result.code == 1, result.err
    assert str(path) in result.err
    assert "read-only" in result.err.lower()
    assert "Traceback" not in result.err


@pytest.mark.skipif(not ON_SQLITE, reason="the database is not a SQLite file")
def test_import_into_a_read_only_database_folder(
    migrated: TestArchive, posts: Path, tmp_path: Path
) -> None:
    with mount_small_disk(tmp_path / "disk", DISK_KILOBYTES) as disk:
        name = disk.folder / "archive.sqlite3"
        shutil.copy(migrated.name, name)
        archive = TestArchive(f"sqlite:///{name}", tmp_path / "media", tmp_path)
        disk.set_read_only(True)
        assert_refused(archive.run_import(posts), disk.folder)
        disk.set_read_only(False)
        assert archive.run_import(posts).code == 3


def test_import_from_a_read_only_disk(
    new_archive: NewArchive, full_archive: TestArchive, posts: Path, tmp_path: Path
) -> None:
    archive = new_archive()
    with mount_small_disk(tmp_path / "disk", DISK_KILOBYTES) as disk:
        shutil.copytree(posts, disk.folder / "posts")
        disk.set_read_only(True)
        assert parse_result(archive.run_import(disk.folder / "posts")).exit_code == 3
        again = parse_result(archive.run_import(disk.folder / "posts"))
        assert again.summary["created"] == 0
        assert again.summary["versions"] == 0
    facts = [sorted(FILE_FACTS)]
    one, other = archive.dump(*facts), full_archive.dump(*facts)
    assert differences(one, other) == ""


def parse_result(result: CommandResult) -> ImportOutput:
    return parse_output(result.code, result.out, result.err)


def test_backup_export_and_report_to_a_read_only_disk(
    archive_in_use: NewArchive, tmp_path: Path
) -> None:
    archive = archive_in_use()
    backup = tmp_path / "backup"
    assert archive.run_command("backup", backup).code == 0
    with mount_small_disk(tmp_path / "disk", DISK_KILOBYTES) as disk:
        disk.set_read_only(True)
        assert_refused(archive.run_command("backup", disk.folder / "backup"), disk.folder)
        assert_refused(archive.run_command("export_posts", disk.folder / "out"), disk.folder)
        report = disk.folder / "report.jsonl"
        assert_refused(archive.run_import(tmp_path, f"--report={report}"), report)
    archive.assert_consistent()


def test_restore_into_a_read_only_disk(
    archive_in_use: NewArchive, archive_without_tables: NewArchive, tmp_path: Path
) -> None:
    assert archive_in_use().run_command("backup", tmp_path / "backup").code == 0
    vacant = archive_without_tables()
    with mount_small_disk(tmp_path / "disk", DISK_KILOBYTES) as disk:
        archive = TestArchive(vacant.url, disk.folder / "media", vacant.folder)
        disk.set_read_only(True)
        assert_refused(archive.run_command("restore", tmp_path / "backup"), disk.folder)
        assert archive.is_untouched()
        disk.set_read_only(False)
        assert archive.run_command("restore", tmp_path / "backup").code == 0
        archive.assert_consistent()
