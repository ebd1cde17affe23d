"""Full disks: the error names the path, nothing is half written, a rerun completes the work."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from articles.images.decoding import ImageError
from articles.images.store import store_upload
from articles.models import Image, ImageState
from articles.tests.backups.isolated_archive import MEDIA_FILES
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.small_disks import mount_small_disk
from articles.tests.fault_injection.test_kills import call_on_archive
from articles.tests.images.test_store import image_bytes
from articles.tests.support.archive_comparison import Dump, differences


@pytest.mark.skipif(not ON_SQLITE, reason="the database is not a SQLite file")
def test_database_disk_full(
    migrated: TestArchive, posts: Path, expected_dump: Dump, tmp_path: Path
) -> None:
    with mount_small_disk(tmp_path / "disk", 2048) as disk:
        name = disk.folder / "archive.sqlite3"
        shutil.copy(migrated.name, name)
        disk.fill(500)
        archive = TestArchive(f"sqlite:///{name}", tmp_path / "media", tmp_path)
        result = archive.run_import(posts)
        assert result.code == 1, result.err
        assert f"the database {name}: the disk is full; make room there" in result.err
        assert "run the command again" in result.err
        with closing(sqlite3.connect(name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (stored,) = database.execute("SELECT count(*) FROM articles_article").fetchone()
        assert stored == result.summary["created"]
        disk.free_space()
        disk.resize(16384)
        archive.assert_consistent()
        assert archive.run_import(posts).code == 3
        assert differences(expected_dump, archive.dump()) == ""


def test_report_disk_full(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, tmp_path: Path
) -> None:
    archive = new_archive()
    with mount_small_disk(tmp_path / "disk", 8) as disk:
        report = disk.folder / "report.jsonl"
        result = archive.run_import(posts, f"--report={report}")
        assert result.code == 1
        assert f"{report}: the disk is full; make room there" in result.err
        archive.assert_consistent()
        disk.resize(2048)
        assert archive.run_import(posts, f"--report={report}").code == 3
    assert differences(expected_dump, archive.dump()) == ""


def test_temporary_folder_full(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, tmp_path: Path
) -> None:
    archive = new_archive()
    with mount_small_disk(tmp_path / "disk", 64) as disk:
        disk.fill(0)
        result = archive.run_import(posts, "--dry-run", temporary=str(disk.folder))
        assert result.code == 1
        assert "temporary" in result.err
        assert str(disk.folder) in result.err
        assert archive.run_import(posts, temporary=str(disk.folder)).code == 3
    assert differences(expected_dump, archive.dump()) == ""


def test_backup_disk_full(
    archive_in_use: NewArchive,
    archive_without_tables: NewArchive,
    expected_dump: Dump,
    tmp_path: Path,
) -> None:
    archive = archive_in_use()
    with mount_small_disk(tmp_path / "disk", 100) as disk:
        target = disk.folder / "backup"
        result = archive.run_command("backup", target)
        assert result.code == 1
        assert str(disk.folder) in result.err
        assert "the disk is full" in result.err or "No space left" in result.err
        assert list(disk.folder.iterdir()) == []
        disk.resize(16384)
        assert archive.run_command("backup", target).code == 0
        restored = archive_without_tables()
        assert restored.run_command("restore", target).code == 0
    assert differences(expected_dump, restored.dump()) == ""


def test_restore_disk_full(
    archive_in_use: NewArchive,
    archive_without_tables: NewArchive,
    expected_dump: Dump,
    tmp_path: Path,
) -> None:
    archive = archive_in_use()
    archive.media.mkdir()
    (archive.media / "large.webp").write_bytes(MEDIA_FILES[b"pictures/ab/one.webp"])
    assert archive.run_command("backup", tmp_path / "backup").code == 0
    restored = archive_without_tables()
    with mount_small_disk(tmp_path / "disk", 64) as disk:
        restored = TestArchive(restored.url, disk.folder / "media", restored.folder)
        result = restored.run_command("restore", tmp_path / "backup")
        assert result.code == 1
        assert f"{disk.folder}/media" in result.err
        assert "the disk is full; make room there" in result.err
        assert restored.is_untouched()
        disk.resize(4096)
        result = restored.run_command("restore", tmp_path / "backup")
        assert result.code == 0, result.err
        assert differences(expected_dump, restored.dump()) == ""
        assert restored.media_files().keys() == {b"large.webp"}


def test_export_disk_full(archive_in_use: NewArchive, posts: Path, tmp_path: Path) -> None:
    archive = archive_in_use()
    with mount_small_disk(tmp_path / "disk", 60) as disk:
        result = archive.run_command("export_posts", disk.folder / "out")
        assert result.code == 1
        assert f"No space left on device in {disk.folder}/out" in result.err
        exported = [path for path in disk.folder.rglob("*") if path.is_file()]
        assert exported
        _assert_complete(exported, disk.folder / "out", posts)
        disk.resize(4096)
        assert archive.run_command("export_posts", disk.folder / "out").code == 0
        exported = [path for path in disk.folder.rglob("*") if path.is_file()]
        _assert_complete(exported, disk.folder / "out", posts)
        assert len(exported) == sum(path.is_file() for path in posts.rglob("*"))


def _assert_complete(exported: list[Path], out: Path, posts: Path) -> None:
    for path in exported:
        parts = path.relative_to(out).parts
        below = Path(*parts[2 if parts[0] == "_quarantine" else 1 :])
        assert path.read_bytes() == (posts / below).read_bytes()


def test_media_disk_full(archive_in_use: NewArchive, tmp_path: Path) -> None:
    archive = archive_in_use()
    with mount_small_disk(tmp_path / "disk", 64) as disk:
        archive = TestArchive(archive.url, disk.folder, archive.folder)
        disk.fill(0)
        call_on_archive(archive, assert_upload_fails)
        assert [path.name for path in disk.folder.rglob("*") if path.is_file()] == ["filler"]
        disk.free_space()
        call_on_archive(archive, assert_upload_succeeds)
        assert len([path for path in disk.folder.rglob("*") if path.is_file()]) == 2


def assert_upload_fails() -> None:
    image = Image.objects.order_by("pk")[0]
    with pytest.raises(ImageError, match="No space left on device"):
        store_upload(image, io.BytesIO(image_bytes()))
    image.refresh_from_db()
    assert (image.state, image.sha256) == (ImageState.KNOWN, "")


def assert_upload_succeeds() -> None:
    image = Image.objects.order_by("pk")[0]
    store_upload(image, io.BytesIO(image_bytes()))
    image.refresh_from_db()
    assert image.state == ImageState.HELD
