"""``restore`` refuses a changed or incompatible backup, and overwrites nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from articles.tests.backups.isolated_archive import ON_SQLITE, Archive


def database_file(backup: Path) -> Path:
    return backup / ("database.sqlite3" if ON_SQLITE else "database.dump")


def change_manifest(backup: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and update its checksum."""
    manifest = json.loads((backup / "manifest.json").read_text())
    change(manifest)
    text = json.dumps(manifest)
    (backup / "manifest.json").write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    (backup / "manifest.sha256").write_text(f"{digest}  manifest.json\n")


def _flip(backup: Path) -> None:
    with database_file(backup).open("r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))


def _swap_for_link(backup: Path) -> None:
    (backup / "media/top.txt").rename(backup.parent / "moved")
    (backup / "media/top.txt").symlink_to(backup.parent / "moved")


def _leave_the_folder(backup: Path) -> None:
    (backup.parent / "evil").write_bytes(b"text")
    change_manifest(
        backup,
        lambda m: m["files"].update({"media/../../evil": m["files"]["media/top.txt"]}),
    )


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "one bit of the database": _flip,
    "a media file": lambda b: (b / "media/top.txt").write_bytes(b"TEXT"),
    "a file removed": lambda b: (b / "media/top.txt").unlink(),
    "a file added": lambda b: (b / "media/more").write_bytes(b""),
    "a link for a file": _swap_for_link,
    "a path that leads out": _leave_the_folder,
    "the manifest": lambda b: (b / "manifest.json").write_bytes(
        (b / "manifest.json").read_bytes().replace(b'"format": 1', b'"format":  1')
    ),
    "the manifest removed": lambda b: (b / "manifest.json").unlink(),
    "another format": lambda b: change_manifest(b, lambda m: m.update(format=2)),
    "a part of the manifest gone": lambda b: change_manifest(b, lambda m: m.pop("database")),
    "no JSON": lambda b: change_manifest(b, lambda m: m.update(files=[1])),
    "the other kind of database": lambda b: change_manifest(
        b, lambda m: m["database"].update(vendor="postgresql" if ON_SQLITE else "sqlite")
    ),
    "a newer migration": lambda b: change_manifest(
        b, lambda m: m["database"]["migrations"].append("articles.9999_future")
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_backup_that_was_changed_or_does_not_fit_is_refused(
    backup: Path, empty: Archive, tampering: str
) -> None:
    TAMPERINGS[tampering](backup)
    completed = empty.run("restore", backup)
    assert completed.returncode == 1, completed.stderr
    assert str(backup) in completed.stderr or "the backup is" in completed.stderr
    assert "Traceback" not in completed.stderr
    assert empty.is_untouched()


def test_an_older_backup_is_restored_with_a_hint_to_migrate(backup: Path, empty: Archive) -> None:
    change_manifest(backup, lambda m: m["database"]["migrations"].remove("articles.0001_archive"))
    completed = empty.run("restore", backup)
    assert completed.returncode == 0, completed.stderr
    assert "manage.py migrate" in completed.stdout


def test_a_restore_overwrites_no_database(
    made_backup: Path, new_archive: Callable[[], Archive]
) -> None:
    archive = new_archive()
    with closing(archive.connect()) as connection:
        connection.execute("CREATE TABLE precious (n integer)")
        connection.commit()
    completed = archive.run("restore", made_backup)
    assert completed.returncode == 1
    assert "overwrites nothing" in completed.stderr
    assert archive.tables() == {"precious": []}
    assert archive.media_files() == {}


@pytest.mark.skipif(not ON_SQLITE, reason="journals are SQLite's")
@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_restore_is_refused_next_to_the_journal_of_another_database(
    made_backup: Path, empty: Archive, suffix: str
) -> None:
    Path(empty.name + suffix).write_bytes(b"of another database")
    assert empty.run("restore", made_backup).returncode == 1
    assert not Path(empty.name).exists()


def test_a_restore_overwrites_no_media(made_backup: Path, empty: Archive) -> None:
    empty.media.mkdir()
    (empty.media / "precious").write_text("precious")
    completed = empty.run("restore", made_backup)
    assert completed.returncode == 1
    assert "MEDIA_ROOT" in completed.stderr
    assert empty.media_files() == {b"precious": b"precious"}
    assert empty.tables() == {}


def test_a_restore_exits_with_4_while_another_command_has_the_lock(
    made_backup: Path, empty: Archive
) -> None:
    take_lock = (
        "from articles.archive_lock import exclusive_lock\n"
        "lock = exclusive_lock()\nlock.__enter__()"
    )
    completed = empty.run("restore", made_backup, before=take_lock)
    assert completed.returncode == 4
    assert empty.is_untouched()
