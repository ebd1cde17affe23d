"""Restore a backup: verify every byte before changing anything, and overwrite nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.archive_lock import exclusive_lock
from articles.backups.database_engine import Engine, get_engine
from articles.backups.durable_copies import (
    BackupError,
    copy_file,
    digest_file,
    sync_folder,
    sync_folders,
)
from articles.backups.manifest import CHECKSUM_NAME, MEDIA_FOLDER, Manifest, read_verified

_STAGE = ".restore-partial"  # in the media folder, which may be on a disk of its own
_MARK = "backup.sha256"  # in the stage: all files of this backup are staged


class AlreadyRestoredError(BackupError):
    """The restore of this backup had finished."""

    def __init__(self) -> None:
        super().__init__(
            "this backup is restored already: the database and the media folder hold what it "
            "holds. Nothing was changed."
        )


def restore(
    connection: BaseDatabaseWrapper, media: Path, folder: Path, known_migrations: Collection[str]
) -> Manifest:
    """Restore the backup in ``folder`` into an empty database and an empty media folder.

    Returns the manifest. A restore that was killed continues when it is run again with the same
    backup. Raises :class:`AlreadyRestoredError` for one that had finished, and
    :class:`BackupError` when the backup was changed, is newer than this code, or
    would overwrite something; then nothing is changed.
    """
    engine, media = get_engine(connection), Path(os.path.realpath(media))
    stage = media / _STAGE
    if not _is_staged(stage, folder):  # the fast checks first
        try:
            engine.require_empty(connection)
            _require_empty(media)
        except BackupError:
            if _is_restored(engine, connection, media, folder):
                raise AlreadyRestoredError from None
            raise
    manifest = read_verified(folder)
    _require_compatible(manifest, connection.vendor, known_migrations)
    with exclusive_lock(connection.alias):
        if not (_is_staged(stage, folder) and engine.matches(connection, manifest)):
            engine.require_empty(connection)
            _require_empty(media)
            shutil.rmtree(stage, ignore_errors=True)  # of a restore that was killed
            try:
                _stage(manifest, folder, stage)
                engine.load(connection, folder / manifest.database.file, manifest)
            except BaseException:
                shutil.rmtree(stage, ignore_errors=True)
                raise
        _move_into_place(stage, media)
    return manifest


def _is_staged(stage: Path, folder: Path) -> bool:
    """Return whether a restore that was killed had staged all files of this backup."""
    try:
        return (stage / _MARK).read_bytes() == (folder / CHECKSUM_NAME).read_bytes()
    except OSError:
        return False


def _is_restored(
    engine: Engine, connection: BaseDatabaseWrapper, media: Path, folder: Path
) -> bool:
    """Return whether the archive is what a restore of this backup leaves, unchanged since."""
    try:
        manifest = read_verified(folder)
        if connection.vendor != manifest.database.vendor:
            return False
        if not engine.matches(connection, manifest):
            return False
    except BackupError:  # a damaged backup, or a database that is no archive
        return False
    files = {str(path.relative_to(media)): path for path in media.rglob("*") if path.is_file()}
    return files.keys() == manifest.media.keys() and all(
        digest_file(files[name]) == digest for name, digest in manifest.media.items()
    )


def _move_into_place(stage: Path, media: Path) -> None:
    """Move the staged files into the media folder; can be repeated after a kill."""
    staged_media = stage / MEDIA_FOLDER
    if staged_media.is_dir():
        for entry in list(staged_media.iterdir()):
            entry.rename(media / entry.name)
        sync_folder(media)
        staged_media.rmdir()
    (stage / _MARK).unlink()  # from here on it is a normal archive
    stage.rmdir()


def _require_empty(media: Path) -> None:
    if media.is_dir() and any(entry.name != _STAGE for entry in media.iterdir()):
        raise BackupError(
            f"MEDIA_ROOT ({media}) is not empty, and a restore overwrites nothing. Move its "
            "files away, or name another folder in MEDIA_ROOT."
        )


def _require_compatible(manifest: Manifest, vendor: str, known_migrations: Collection[str]) -> None:
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
            "Restore it with the version of the code that created it, or a newer one."
        )


def _stage(manifest: Manifest, folder: Path, stage: Path) -> None:
    """Copy the media into the stage, from which a rename moves them into place."""
    (stage / MEDIA_FOLDER).mkdir(parents=True)
    for path, digest in manifest.media.items():
        target = stage / MEDIA_FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if copy_file(folder / MEDIA_FOLDER / path, target) != digest:
            raise BackupError(f"{path} changed while it was read. Use another backup.")
    sync_folders(stage)
    copy_file(folder / CHECKSUM_NAME, stage / _MARK)
    sync_folder(stage)
