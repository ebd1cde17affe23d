"""``restore`` refuses what was changed, what does not fit, and what would overwrite something."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from articles.tests.backups.own_archive import ON_SQLITE, Archive


def database_file(backup: Path) -> Path:
    return backup / ("database.sqlite3" if ON_SQLITE else "database.dump")


def change_manifest(backup: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and make its checksum right again."""
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


def _lead_out(backup: Path) -> None:
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
    "a path that leads out": _lead_out,
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
    done = empty.run("restore", backup)
    assert done.returncode == 1, done.stderr
    assert str(backup) in done.stderr or "the backup is" in done.stderr
    assert "Traceback" not in done.stderr
    assert empty.is_untouched()


def test_an_older_backup_is_restored_and_wants_to_be_migrated(backup: Path, empty: Archive) -> None:
    change_manifest(backup, lambda m: m["database"]["migrations"].remove("articles.0001_archive"))
    done = empty.run("restore", backup)
    assert done.returncode == 0, done.stderr
    assert "manage.py migrate" in done.stdout


def test_a_restore_overwrites_no_database(
    made_backup: Path, new_archive: Callable[[], Archive]
) -> None:
    archive = new_archive()
    with closing(archive.connect()) as connection:
        connection.execute("CREATE TABLE precious (n integer)")
        connection.commit()
    done = archive.run("restore", made_backup)
    assert done.returncode == 1
    assert "overwrites nothing" in done.stderr
    assert archive.tables() == {"precious": []}
    assert archive.media_files() == {}


@pytest.mark.skipif(not ON_SQLITE, reason="journals are SQLite's")
@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_a_restore_does_not_meet_a_foreign_journal(
    made_backup: Path, empty: Archive, ending: str
) -> None:
    Path(empty.name + ending).write_bytes(b"of another database")
    assert empty.run("restore", made_backup).returncode == 1
    assert not Path(empty.name).exists()


def test_a_restore_overwrites_no_media(made_backup: Path, empty: Archive) -> None:
    empty.media.mkdir()
    (empty.media / "precious").write_text("precious")
    done = empty.run("restore", made_backup)
    assert done.returncode == 1
    assert "MEDIA_ROOT" in done.stderr
    assert empty.media_files() == {b"precious": b"precious"}
    assert empty.tables() == {}


def test_a_restore_waits_for_nobody_but_says_that_another_runs(
    made_backup: Path, empty: Archive
) -> None:
    held = "from articles.archive_lock import exclusive\nlock = exclusive()\nlock.__enter__()"
    done = empty.run("restore", made_backup, before=held)
    assert done.returncode == 4
    assert empty.is_untouched()
