"""Backups and restores killed at any point: none is half and taken for a whole one."""

from __future__ import annotations

from pathlib import Path

import pytest

from articles.tests.backups.own_archive import MEDIA_FILES
from articles.tests.fault_injection.archives import TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Fault
from articles.tests.fault_injection.test_kills import FEW_KILLS, chosen, points_of, seed
from articles.tests.support.archive_comparison import Dump, differences

__all__ = ["seed"]


@pytest.fixture(scope="module")
def origin(archive_in_use: NewArchive) -> TestArchive:
    """Return an archive with posts and pictures."""
    archive = archive_in_use()
    for path, content in MEDIA_FILES.items():
        place = archive.media / path.decode("utf-8", "surrogateescape")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return archive


@pytest.fixture(scope="module")
def made(origin: TestArchive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a whole backup of it."""
    target = tmp_path_factory.mktemp("made") / "backup"
    assert origin.fork("backup", target).code == 0
    return target


def assert_restored(archive: TestArchive, calm: Dump) -> None:
    archive.assert_sound()
    assert differences(calm, archive.dump()) == ""
    assert archive.media_files() == MEDIA_FILES


def test_backup_killed_at_any_point(
    origin: TestArchive, vacant_archive: NewArchive, tmp_path: Path, calm: Dump, seed: int
) -> None:
    points = points_of(origin, "backup", tmp_path / "first", below=tmp_path)
    for at in chosen(points, FEW_KILLS, seed):
        told = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        folder = tmp_path / f"killed-{at}"
        folder.mkdir()
        done = origin.fork("backup", folder / "b", fault=Fault(at, below=str(tmp_path)))
        assert done.code == -9, told
        left = list(folder.iterdir())
        for path in left:
            archive = vacant_archive()
            done = archive.fork("restore", path)
            if path.name == "b" or done.code == 0:  # it was killed when all was done
                assert done.code == 0, f"{told}: {done.err}"
                assert_restored(archive, calm)
            else:
                assert done.code == 1, f"{told}: {done.err}"
                assert archive.is_untouched(), told
        if (folder / "b").exists():
            continue
        done = origin.fork("backup", folder / "b")
        assert done.code == 0, f"{told}: {done.err}"
        assert all(str(path) in done.err for path in left), told
        archive = vacant_archive()
        assert archive.fork("restore", folder / "b").code == 0, told
        assert_restored(archive, calm)


def test_restore_killed_at_any_point_and_run_again(
    made: Path, vacant_archive: NewArchive, calm: Dump, seed: int
) -> None:
    first = vacant_archive()
    points = points_of(first, "restore", made)
    assert_restored(first, calm)
    for at in {*chosen(points, FEW_KILLS, seed), len(points)}:
        told = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = vacant_archive()
        done = archive.fork("restore", made, fault=Fault(at, below=str(archive.folder)))
        assert done.code == -9, told
        done = archive.fork("restore", made)
        if at < len(points):  # at the last one only an empty folder is left to remove
            assert done.code == 0, f"{told}: {done.err}"
            assert not list(archive.media.glob(".restore*")), told
        assert_restored(archive, calm)
