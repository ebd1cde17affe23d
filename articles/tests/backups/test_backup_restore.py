"""``backup`` and ``restore``: a restore equals the original, and no partial backup is visible.

The archives use the same kind of database as the tests.
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

from articles.tests.backups.isolated_archive import MEDIA_FILES, ON_SQLITE, Archive
from articles.tests.support.import_runs import ProcessArchive
from articles.tests.support.post_files import make_post, write_post


def test_a_restored_archive_equals_the_original(
    origin: Archive, made_backup: Path, empty: Archive
) -> None:
    completed = empty.run("restore", made_backup)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert "migrate" not in completed.stdout
    assert empty.tables() == origin.tables()
    assert len(empty.tables()["articles_capture"]) == 2
    assert empty.media_files() == MEDIA_FILES
    assert not list(empty.media.glob(".*"))
    added = empty.run(
        "version", before="from articles.tests.support.factories import *\nmake_source('Another')"
    )
    assert added.returncode == 0, added.stderr


def test_a_backup_has_no_search_index(new_archive: Callable[[], Archive], tmp_path: Path) -> None:
    archive, restored = new_archive(), new_archive()
    rows = "from articles.tests.support.factories import *\nmake_article(text='港口')"
    for command, before in (("migrate", ""), ("version", rows), ("update_index", "")):
        completed = archive.run(command, before=before)
        assert completed.returncode == 0, completed.stderr
    tables = archive.tables()
    assert archive.run("backup", tmp_path / "backup").returncode == 0
    completed = restored.run("restore", tmp_path / "backup")
    assert (completed.returncode, completed.stderr) == (0, "")
    restored_tables = restored.tables()
    # SQLite's copy has no index name; a dump has the name, but not the table of the index.
    assert restored_tables | {"articles_searchindex": []} == tables | {"articles_searchindex": []}
    completed = restored.run("update_index", "--check")
    assert (completed.returncode, "no search index yet" in completed.stderr) == (3, True)
    for arguments in (("update_index",), ("update_index", "--check")):
        assert restored.run(*arguments).returncode == 0
    assert archive.tables() == tables


def test_the_manifest_lists_every_file_and_the_rows_of_the_database(made_backup: Path) -> None:
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


def test_a_backup_is_a_snapshot_while_others_write(
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
        completed = archive.run("backup", tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
    assert completed.returncode == 0, completed.stderr
    completed = restored.run("restore", tmp_path / "backup")
    assert completed.returncode == 0, completed.stderr
    tables = restored.tables()
    assert tables["first"] == tables["second"]
    assert 0 < len(tables["first"]) < len(archive.tables()["first"])


def test_a_backup_is_written_only_to_a_new_or_empty_folder(origin: Archive, tmp_path: Path) -> None:
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
        completed = origin.run("backup", target)
        assert completed.returncode == 1
        assert reason in completed.stderr
    assert (tmp_path / "empty/manifest.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "file"]


def test_links_among_the_media_are_skipped_and_reported(
    new_archive: Callable[[], Archive], tmp_path: Path
) -> None:
    archive = new_archive()
    archive.run("migrate", "--verbosity=0")
    archive.media.mkdir()
    (archive.media / "real").write_text("real")
    (archive.media / "link").symlink_to("/etc")
    os.mkfifo(archive.media / "pipe")
    completed = archive.run("backup", tmp_path / "backup")
    assert completed.returncode == 3
    assert "link, pipe" in completed.stderr
    assert [path.name for path in (tmp_path / "backup/media").iterdir()] == ["real"]


@pytest.mark.parametrize("cause", ["kill", "full"])
def test_an_interrupted_backup_never_has_the_final_name(
    origin: Archive, tmp_path: Path, cause: str
) -> None:
    fault = {
        "kill": "os.kill(os.getpid(), 9)",
        "full": "raise OSError(28, 'No space left on device')",
    }[cause]
    before = (
        "import os\nfrom articles.backups import backup\nreal = backup.copy_file\n"
        f"def copy(source, target):\n    real(source, target)\n    {fault}\n"
        "backup.copy_file = copy"
    )
    target = tmp_path / "backup"
    completed = origin.run("backup", target, before=before)
    assert completed.returncode == {"kill": -9, "full": 1}[cause]
    assert not target.exists()
    left = list(tmp_path.iterdir())
    assert len(left) == {"kill": 1, "full": 0}[cause]
    completed = origin.run("backup", target)
    assert completed.returncode == 0
    assert all(str(path) in completed.stderr for path in left)


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
    completed = empty.run("restore", made_backup)
    assert completed.returncode == 0, completed.stderr
    assert empty.tables() == origin.tables()
    assert empty.media_files() == MEDIA_FILES


def test_a_restore_that_had_finished_says_so(made_backup: Path, empty: Archive) -> None:
    assert empty.run("restore", made_backup).returncode == 0
    before = (empty.tables(), empty.media_files())
    again = empty.run("restore", made_backup)
    assert again.returncode == 0, again.stderr
    assert "restored already" in again.stdout
    assert (empty.tables(), empty.media_files()) == before


def test_a_restore_over_a_changed_archive_is_refused(made_backup: Path, empty: Archive) -> None:
    assert empty.run("restore", made_backup).returncode == 0
    next(path for path in empty.media.rglob("*") if path.is_file()).write_bytes(b"other")
    again = empty.run("restore", made_backup)
    assert again.returncode == 1
    assert "overwrites nothing" in again.stderr or "not empty" in again.stderr


@pytest.mark.skipif(not ON_SQLITE, reason="a server has no such files")
def test_databases_are_for_their_owner_only(tmp_path: Path) -> None:
    archive = ProcessArchive(tmp_path)
    archive.database.unlink()
    write_post(tmp_path / "posts", "2021-01-14-a.md", make_post())
    for arguments in (("migrate",), ("import_posts", tmp_path / "posts")):
        process = archive.start(*arguments, preexec_fn=lambda: os.umask(0o022))
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err.decode()
    files = [path for path in tmp_path.iterdir() if ".sqlite3" in path.name]
    assert len(files) > 3
    assert [f"{path.name}: {path.stat().st_mode & 0o777:o}" for path in files
            if path.stat().st_mode & 0o077 and path.stat().st_size] == []  # fmt: skip


@pytest.mark.skipif(not ON_SQLITE, reason="damages a file")
@pytest.mark.parametrize("first_page", [1, -20])
def test_a_damaged_database_is_not_backed_up(
    backup: Path, empty: Archive, tmp_path: Path, first_page: int
) -> None:
    damaged = Path(empty.name)
    shutil.copy(backup / "database.sqlite3", damaged)
    pages = range(damaged.stat().st_size // 4096)
    with damaged.open("r+b") as file:
        for page in pages[first_page:]:
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    completed = empty.run("backup", tmp_path / "new")
    assert completed.returncode == 1
    assert "is damaged" in completed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_an_archive_without_tables_is_not_backed_up(empty: Archive, tmp_path: Path) -> None:
    completed = empty.run("backup", tmp_path / "new")
    assert completed.returncode == 1
    assert "database" in completed.stderr
    assert list(tmp_path.iterdir()) == []
    assert empty.is_untouched()
    assert not ON_SQLITE or not Path(empty.name).exists()
