"""Backups and restores killed at any point: a partial one is never mistaken for a complete one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from articles.tests.backups.isolated_archive import MEDIA_FILES
from articles.tests.fault_injection.archives import TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Fault
from articles.tests.fault_injection.test_kills import FEW_KILLS, choose_points, list_points, seed
from articles.tests.support.archive_comparison import Dump, differences

__all__ = ["seed"]


@pytest.fixture(scope="module")
def origin(archive_in_use: NewArchive) -> TestArchive:
    """Return an archive with posts and pictures."""
    archive = archive_in_use()
    for name, content in MEDIA_FILES.items():
        path = archive.media / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return archive


@pytest.fixture(scope="module")
def backup(origin: TestArchive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a complete backup of ``origin``."""
    target = tmp_path_factory.mktemp("made") / "backup"
    assert origin.run_command("backup", target).code == 0
    return target


def assert_restored(archive: TestArchive, expected_dump: Dump) -> None:
    archive.assert_consistent()
    assert differences(expected_dump, archive.dump()) == ""
    assert archive.media_files() == MEDIA_FILES


def test_backup_killed_at_any_point(
    origin: TestArchive,
    archive_without_tables: NewArchive,
    tmp_path: Path,
    expected_dump: Dump,
    seed: int,
) -> None:
    points = list_points(origin, "backup", tmp_path / "first", below=tmp_path)
    for at in choose_points(points, FEW_KILLS, seed):
        context = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        folder = tmp_path / f"killed-{at}"
        folder.mkdir()
        result = origin.run_command("backup", folder / "b", fault=Fault(at, below=str(tmp_path)))
        assert result.code == -9, context
        left = list(folder.iterdir())
        for path in left:
            archive = archive_without_tables()
            result = archive.run_command("restore", path)
            if path.name == "b" or result.code == 0:  # it was killed after its last step
                assert result.code == 0, f"{context}: {result.err}"
                assert_restored(archive, expected_dump)
            else:
                assert result.code == 1, f"{context}: {result.err}"
                assert archive.is_untouched(), context
        if (folder / "b").exists():
            continue
        result = origin.run_command("backup", folder / "b")
        assert result.code == 0, f"{context}: {result.err}"
        assert all(str(path) in result.err for path in left), context
        archive = archive_without_tables()
        assert archive.run_command("restore", folder / "b").code == 0, context
        assert_restored(archive, expected_dump)


def test_restore_killed_at_any_point_and_run_again(
    backup: Path, archive_without_tables: NewArchive, expected_dump: Dump, seed: int
) -> None:
    first = archive_without_tables()
    points = list_points(first, "restore", backup)
    assert_restored(first, expected_dump)
    for at in {*choose_points(points, FEW_KILLS, seed), len(points)}:
        context = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = archive_without_tables()
        result = archive.run_command("restore", backup, fault=Fault(at, below=str(archive.folder)))
        assert result.code == -9, context
        result = archive.run_command("restore", backup)
        if at < len(points):  # at the last one only an empty folder is left to remove
            assert result.code == 0, f"{context}: {result.err}"
            assert not list(archive.media.glob(".restore*")), context
        assert_restored(archive, expected_dump)
