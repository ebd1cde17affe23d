"""A backup put back: checked to the last byte before anything is touched, overwriting nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.archive_lock import exclusive
from articles.backups.database_engine import engine_of
from articles.backups.durable_copies import BackupError, copy_file, sync_folder, sync_folders
from articles.backups.manifest import CHECKSUM_NAME, MEDIA, Manifest, read_checked

_STAGE = ".restore-partial"  # in the media folder, which may be a disk of its own
_MARK = "backup.sha256"  # in the stage: all files of this backup are there


def restore(
    connection: BaseDatabaseWrapper, media: Path, folder: Path, known_migrations: Collection[str]
) -> Manifest:
    """Restore the backup in ``folder`` into an empty database and an empty media folder.

    One that was killed goes on when it is run again with the same backup. Returns what was
    restored. Raises :class:`BackupError` when the backup was changed, is newer
    than this code, or would overwrite something; then nothing was touched.
    """
    engine, media = engine_of(connection), Path(os.path.realpath(media))
    stage = media / _STAGE
    if not _is_staged(stage, folder):  # first what is quick to see
        engine.require_vacant(connection)
        _require_vacant(media)
    manifest = read_checked(folder)
    _require_fit(manifest, connection.vendor, known_migrations)
    with exclusive(connection.alias):
        if not (_is_staged(stage, folder) and engine.holds(connection, manifest)):
            engine.require_vacant(connection)
            _require_vacant(media)
            shutil.rmtree(stage, ignore_errors=True)  # of a restore that was killed
            try:
                _stage(manifest, folder, stage)
                engine.load(connection, folder / manifest.database.file, manifest)
            except BaseException:
                shutil.rmtree(stage, ignore_errors=True)
                raise
        _put_in_place(stage, media)
    return manifest


def _is_staged(stage: Path, folder: Path) -> bool:
    """Tell whether all files of this backup were staged, by a restore that was killed later."""
    try:
        return (stage / _MARK).read_bytes() == (folder / CHECKSUM_NAME).read_bytes()
    except OSError:
        return False


def _put_in_place(stage: Path, media: Path) -> None:
    """Move the staged files to where they belong; killed, it can be done again."""
    held = stage / MEDIA
    if held.is_dir():
        for entry in list(held.iterdir()):
            entry.rename(media / entry.name)
        sync_folder(media)
        held.rmdir()
    (stage / _MARK).unlink()  # from here on it is an archive like any other
    stage.rmdir()


def _require_vacant(media: Path) -> None:
    if media.is_dir() and any(entry.name != _STAGE for entry in media.iterdir()):
        raise BackupError(
            f"MEDIA_ROOT ({media}) is not empty, and a restore overwrites nothing. Move its "
            "files away, or name another folder in MEDIA_ROOT."
        )


def _require_fit(manifest: Manifest, vendor: str, known_migrations: Collection[str]) -> None:
    database = manifest.database
    if database.vendor != vendor:
        raise BackupError(
            f"the backup is of {database.vendor}, and DATABASE_URL names {vendor}. "
            "Name an empty database of the same kind."
        )
    unknown = sorted(set(database.migrations) - set(known_migrations))
    if unknown:
        raise BackupError(
            f"the backup is newer than this code, which does not know {', '.join(unknown)}. "
            "Restore it with the version of the code that made it, or a newer one."
        )


def _stage(manifest: Manifest, folder: Path, stage: Path) -> None:
    """Copy the media to where one rename each puts them into their place."""
    (stage / MEDIA).mkdir(parents=True)
    for path, facts in manifest.media.items():
        place = stage / MEDIA / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if copy_file(folder / MEDIA / path, place) != facts:
            raise BackupError(f"{path} changed while it was read. Use another backup.")
    sync_folders(stage)
    copy_file(folder / CHECKSUM_NAME, stage / _MARK)
    sync_folder(stage)
