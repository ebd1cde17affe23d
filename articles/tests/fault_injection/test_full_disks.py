"""Disks that fill: a word that names the place, nothing half, and the rest after making room."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from articles.images.decoding import ImageError
from articles.images.store import hold
from articles.models import Image, ImageState
from articles.tests.backups.own_archive import MEDIA_FILES
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.small_disks import small_disk
from articles.tests.fault_injection.test_kills import archive_says
from articles.tests.images.test_store import plain
from articles.tests.support.archive_comparison import Dump, differences


@pytest.mark.skipif(not ON_SQLITE, reason="the database is a file of SQLite's")
def test_disk_of_the_database_fills(
    migrated: TestArchive, posts: Path, calm: Dump, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 2048) as disk:
        name = disk.folder / "archive.sqlite3"
        shutil.copy(migrated.name, name)
        disk.fill(500)
        archive = TestArchive(f"sqlite:///{name}", tmp_path / "media", tmp_path)
        done = archive.importing(posts)
        assert done.code == 1, done.err
        assert f"the database {name}: the disk is full; make room there" in done.err
        assert "run the command again" in done.err
        with closing(sqlite3.connect(name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (stored,) = database.execute("SELECT count(*) FROM articles_article").fetchone()
        assert stored == done.summary["created"]
        disk.make_room()
        disk.resize(16384)
        archive.assert_sound()
        assert archive.importing(posts).code == 3
        assert differences(calm, archive.dump()) == ""


def test_disk_of_the_report_fills(
    new_archive: NewArchive, posts: Path, calm: Dump, tmp_path: Path
) -> None:
    archive = new_archive()
    with small_disk(tmp_path / "disk", 8) as disk:
        report = disk.folder / "report.jsonl"
        done = archive.importing(posts, f"--report={report}")
        assert done.code == 1
        assert f"{report}: the disk is full; make room there" in done.err
        archive.assert_sound()
        disk.resize(2048)
        assert archive.importing(posts, f"--report={report}").code == 3
    assert differences(calm, archive.dump()) == ""


def test_temporary_folder_fills(
    new_archive: NewArchive, posts: Path, calm: Dump, tmp_path: Path
) -> None:
    archive = new_archive()
    with small_disk(tmp_path / "disk", 64) as disk:
        disk.fill(0)
        done = archive.importing(posts, "--dry-run", temporary=str(disk.folder))
        assert done.code == 1
        assert "temporary" in done.err
        assert str(disk.folder) in done.err
        assert archive.importing(posts, temporary=str(disk.folder)).code == 3
    assert differences(calm, archive.dump()) == ""


def test_disk_of_a_backup_fills(
    archive_in_use: NewArchive, vacant_archive: NewArchive, calm: Dump, tmp_path: Path
) -> None:
    archive = archive_in_use()
    with small_disk(tmp_path / "disk", 100) as disk:
        target = disk.folder / "backup"
        done = archive.fork("backup", target)
        assert done.code == 1
        assert str(disk.folder) in done.err
        assert "the disk is full" in done.err or "No space left" in done.err
        assert list(disk.folder.iterdir()) == []
        disk.resize(16384)
        assert archive.fork("backup", target).code == 0
        restored = vacant_archive()
        assert restored.fork("restore", target).code == 0
    assert differences(calm, restored.dump()) == ""


def test_disk_of_a_restore_fills(
    archive_in_use: NewArchive, vacant_archive: NewArchive, calm: Dump, tmp_path: Path
) -> None:
    archive = archive_in_use()
    archive.media.mkdir()
    (archive.media / "large.webp").write_bytes(MEDIA_FILES[b"pictures/ab/one.webp"])
    assert archive.fork("backup", tmp_path / "backup").code == 0
    restored = vacant_archive()
    with small_disk(tmp_path / "disk", 64) as disk:
        restored = TestArchive(restored.url, disk.folder / "media", restored.folder)
        done = restored.fork("restore", tmp_path / "backup")
        assert done.code == 1
        assert f"{disk.folder}/media" in done.err
        assert "the disk is full; make room there" in done.err
        assert restored.is_untouched()
        disk.resize(4096)
        done = restored.fork("restore", tmp_path / "backup")
        assert done.code == 0, done.err
        assert differences(calm, restored.dump()) == ""
        assert restored.media_files().keys() == {b"large.webp"}


def test_disk_of_an_export_fills(archive_in_use: NewArchive, posts: Path, tmp_path: Path) -> None:
    archive = archive_in_use()
    with small_disk(tmp_path / "disk", 60) as disk:
        done = archive.fork("export_posts", disk.folder / "out")
        assert done.code == 1
        assert f"No space left on device in {disk.folder}/out" in done.err
        exported = [path for path in disk.folder.rglob("*") if path.is_file()]
        assert exported
        _assert_whole(exported, disk.folder / "out", posts)
        disk.resize(4096)
        assert archive.fork("export_posts", disk.folder / "out").code == 0
        exported = [path for path in disk.folder.rglob("*") if path.is_file()]
        _assert_whole(exported, disk.folder / "out", posts)
        assert len(exported) == sum(path.is_file() for path in posts.rglob("*"))


def _assert_whole(exported: list[Path], out: Path, posts: Path) -> None:
    for path in exported:
        parts = path.relative_to(out).parts
        below = Path(*parts[2 if parts[0] == "_quarantine" else 1 :])
        assert path.read_bytes() == (posts / below).read_bytes()


def test_disk_of_the_pictures_fills(archive_in_use: NewArchive, tmp_path: Path) -> None:
    archive = archive_in_use()
    with small_disk(tmp_path / "disk", 64) as disk:
        archive = TestArchive(archive.url, disk.folder, archive.folder)
        disk.fill(0)
        archive_says(archive, hold_in_vain)
        assert [path.name for path in disk.folder.rglob("*") if path.is_file()] == ["filler"]
        disk.make_room()
        archive_says(archive, hold_well)
        assert len([path for path in disk.folder.rglob("*") if path.is_file()]) == 2


def hold_in_vain() -> None:
    image = Image.objects.order_by("pk")[0]
    with pytest.raises(ImageError, match="No space left on device"):
        hold(image, io.BytesIO(plain()))
    image.refresh_from_db()
    assert (image.state, image.sha256) == (ImageState.KNOWN, "")


def hold_well() -> None:
    image = Image.objects.order_by("pk")[0]
    hold(image, io.BytesIO(plain()))
    image.refresh_from_db()
    assert image.state == ImageState.HELD
