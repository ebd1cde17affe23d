"""``backup`` and ``restore``: what was backed up comes back, and no half backup is ever seen.

The archives are of the kind of database that the tests run on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from articles.tests.backups.own_archive import MEDIA_FILES, ON_SQLITE, Archive


def test_a_restored_archive_equals_the_one_that_was_backed_up(
    origin: Archive, made_backup: Path, empty: Archive
) -> None:
    done = empty.run("restore", made_backup)
    assert (done.returncode, done.stderr) == (0, "")
    assert "migrate" not in done.stdout
    assert empty.tables() == origin.tables()
    assert len(empty.tables()["articles_capture"]) == 2
    assert empty.media_files() == MEDIA_FILES
    assert not list(empty.media.glob(".*"))
    added = empty.run(
        "version", before="from articles.tests.support.factories import *\nmake_source('Another')"
    )
    assert added.returncode == 0, added.stderr


def test_a_backup_carries_no_index(new_archive: Callable[[], Archive], tmp_path: Path) -> None:
    archive, restored = new_archive(), new_archive()
    rows = "from articles.tests.support.factories import *\nmake_article(text='港口')"
    for command, before in (("migrate", ""), ("version", rows), ("update_index", "")):
        done = archive.run(command, before=before)
        assert done.returncode == 0, done.stderr
    tables = archive.tables()
    assert archive.run("backup", tmp_path / "backup").returncode == 0
    done = restored.run("restore", tmp_path / "backup")
    assert (done.returncode, done.stderr) == (0, "")
    back = restored.tables()
    # SQLite's copy names no index; a dump has the name, and not the table that it is of.
    assert back | {"articles_searchindex": []} == tables | {"articles_searchindex": []}
    done = restored.run("update_index", "--check")
    assert (done.returncode, "no search index yet" in done.stderr) == (3, True)
    for arguments in (("update_index",), ("update_index", "--check")):
        assert restored.run(*arguments).returncode == 0
    assert archive.tables() == tables


def test_the_manifest_names_every_file_and_what_the_database_holds(made_backup: Path) -> None:
    manifest = json.loads((made_backup / "manifest.json").read_text())
    assert manifest["database"]["vendor"] == ("sqlite" if ON_SQLITE else "postgresql")
    assert manifest["database"]["counts"]["articles_capture"] == 2
    assert "articles.0001_archive" in manifest["database"]["migrations"]
    picture = MEDIA_FILES[b"pictures/ab/one.webp"]
    assert manifest["files"]["media/pictures/ab/one.webp"] == {
        "size": len(picture),
        "sha256": hashlib.sha256(picture).hexdigest(),
    }
    assert len(manifest["files"]) == len(MEDIA_FILES) + 1
    assert (made_backup.stat().st_mode & 0o777) == 0o700


def test_a_backup_shows_one_moment_while_others_write(
    new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    archive, restored = new_archive(), new_archive()
    assert archive.run("migrate", "--verbosity=0").returncode == 0
    with closing(archive.connect()) as connection:
        for table in ("first", "second"):
            connection.execute(f"CREATE TABLE {table} (n integer, filler text)")
        connection.commit()
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        with closing(archive.connect()) as connection:
            number = 0
            while not stop.wait(0.001):
                number += 1
                connection.execute("BEGIN")
                for table in ("first", "second"):
                    connection.execute(
                        f"INSERT INTO {table} VALUES ({number}, '{'x' * 2000}')"  # noqa: S608
                    )
                connection.execute("COMMIT")
                started.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(20)
        done = archive.run("backup", tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    assert done.returncode == 0, done.stderr
    done = restored.run("restore", tmp_path / "backup")
    assert done.returncode == 0, done.stderr
    tables = restored.tables()
    assert tables["first"] == tables["second"]
    assert 0 < len(tables["first"]) < len(archive.tables()["first"])


def test_a_backup_goes_into_an_empty_folder_and_into_no_other(
    origin: Archive, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert origin.run("backup", tmp_path / "empty").returncode == 0
    before = (tmp_path / "empty/manifest.json").read_bytes()
    (tmp_path / "file").write_text("")
    for target, reason in [
        (tmp_path / "empty", "is not empty"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "missing/backup", "is missing"),
        (origin.media / "backup", "MEDIA_ROOT"),
    ]:
        done = origin.run("backup", target)
        assert done.returncode == 1
        assert reason in done.stderr
    assert (tmp_path / "empty/manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file"]


def test_links_among_the_media_are_left_out_and_told(
    new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    archive = new_archive()
    archive.run("migrate", "--verbosity=0")
    archive.media.mkdir()
    (archive.media / "real").write_text("real")
    (archive.media / "link").symlink_to("/etc")
    os.mkfifo(archive.media / "pipe")
    done = archive.run("backup", tmp_path / "backup")
    assert done.returncode == 3
    assert "link, pipe" in done.stderr
    assert [path.name for path in (tmp_path / "backup/media").iterdir()] == ["real"]


@pytest.mark.parametrize("how", ["kill", "full"])
def test_a_backup_that_breaks_off_never_has_the_final_name(
    origin: Archive, tmp_path: Path, how: str
) -> None:
    harm = {
        "kill": "os.kill(os.getpid(), 9)",
        "full": "raise OSError(28, 'No space left on device')",
    }[how]
    before = (
        "import os\nfrom articles.backups import backup\nreal = backup.copy_file\n"
        f"def copy(source, target):\n    real(source, target)\n    {harm}\n"
        "backup.copy_file = copy"
    )
    target = tmp_path / "backup"
    done = origin.run("backup", target, before=before)
    assert done.returncode == {"kill": -9, "full": 1}[how]
    assert not target.exists()
    left = list(tmp_path.iterdir())
    assert len(left) == {"kill": 1, "full": 0}[how]
    done = origin.run("backup", target)
    assert done.returncode == 0
    assert all(str(path) in done.stderr for path in left)


def test_a_restore_that_was_killed_can_be_run_again(
    origin: Archive, made_backup: Path, empty: Archive
) -> None:
    before = (
        "import os\nfrom articles.backups import restore\nreal = restore.copy_file\n"
        "def copy(source, target):\n    real(source, target)\n    os.kill(os.getpid(), 9)\n"
        "restore.copy_file = copy"
    )
    assert empty.run("restore", made_backup, before=before).returncode == -9
    assert empty.tables() == {}
    done = empty.run("restore", made_backup)
    assert done.returncode == 0, done.stderr
    assert empty.tables() == origin.tables()
    assert empty.media_files() == MEDIA_FILES


@pytest.mark.skipif(not ON_SQLITE, reason="damages a file")
@pytest.mark.parametrize("first_page", [1, -20])
def test_a_damaged_database_is_not_taken_for_a_backup(
    backup: Path, empty: Archive, tmp_path: Path, first_page: int
) -> None:
    damaged = Path(empty.name)
    shutil.copy(backup / "database.sqlite3", damaged)
    pages = range(damaged.stat().st_size // 4096)
    with damaged.open("r+b") as file:
        for page in pages[first_page:]:
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    done = empty.run("backup", tmp_path / "new")
    assert done.returncode == 1
    assert "is damaged" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_an_archive_without_tables_is_no_backup(empty: Archive, tmp_path: Path) -> None:
    done = empty.run("backup", tmp_path / "new")
    assert done.returncode == 1
    assert "database" in done.stderr
    assert list(tmp_path.iterdir()) == []
    assert empty.is_untouched()
    assert not ON_SQLITE or not Path(empty.name).exists()
