"""Create a backup: database and media in one folder, with a manifest of checksums."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups.database_engine import get_engine
from articles.backups.durable_copies import (
    BackupError,
    FileDigest,
    copy_file,
    digest_file,
    list_tree,
    sync_file,
    sync_folder,
    sync_folders,
)
from articles.backups.manifest import CHECKSUM_NAME, MANIFEST_NAME, MEDIA_FOLDER, Manifest


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup; ``skipped_paths`` are media that are no regular files, such as links."""

    manifest: Manifest
    skipped_paths: tuple[str, ...]


def back_up(
    connection: BaseDatabaseWrapper, media: Path, target: Path, created: dt.datetime
) -> Backup:
    """Write a backup, which gets the name ``target`` only when it is complete.

    Raises :class:`BackupError` when the folder is not empty or the database can't be copied. The
    site and an import can go on running.
    """
    target, media = Path(os.path.realpath(target)), Path(os.path.realpath(media))
    _require_empty_target(target, media)
    # A sibling, so that the rename at the end is atomic. Mode 0700: it has password hashes.
    partial = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
    try:
        database = get_engine(connection).dump(connection, partial)
        files = {database.file: digest_file(partial / database.file)}
        # After the database: a picture is stored before the row that refers to it.
        copied, skipped_paths = _copy_media(media, partial / MEDIA_FOLDER)
        files.update((f"{MEDIA_FOLDER}/{path}", facts) for path, facts in copied.items())
        manifest = Manifest(created.isoformat(timespec="seconds"), database, files)
        manifest.write(partial)
        for name in (MANIFEST_NAME, CHECKSUM_NAME):
            sync_file(partial / name)
        sync_folders(partial)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(target.parent)
    return Backup(manifest, skipped_paths)


def find_partial_backups(target: Path) -> list[Path]:
    """Return the partial folders next to ``target``, of backups that were killed or still run."""
    target = Path(os.path.realpath(target))
    prefix = _prefix(target)
    return sorted(path for path in target.parent.iterdir() if path.name.startswith(prefix))


def _prefix(target: Path) -> str:
    return f".{target.name[:50]}.partial-"


def _require_empty_target(target: Path, media: Path) -> None:
    if not target.parent.is_dir():
        raise BackupError(f"the folder {target.parent} is missing. Create it, or mount its disk.")
    if target == media or media in target.parents:
        raise BackupError(f"{target} is inside MEDIA_ROOT. Name a folder outside of it.")
    if target.exists() and not target.is_dir():
        raise BackupError(f"{target} is a file. Name a folder that does not exist yet.")
    if target.is_dir() and any(target.iterdir()):
        raise BackupError(f"{target} is not empty. Name a folder that does not exist yet.")
    if os.path.ismount(target):
        raise BackupError(f"a disk is mounted at {target}. Name a new folder in it.")


def _copy_media(media: Path, target: Path) -> tuple[dict[str, FileDigest], tuple[str, ...]]:
    """Copy all regular files; return their digests by path, and the paths of other files."""
    target.mkdir()
    if not media.is_dir():
        return {}, ()
    tree = list_tree(media)
    copied = {}
    for path in tree.files:
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            copied[path] = copy_file(media / path, copy)
        except FileNotFoundError:  # deleted meanwhile
            copy.unlink(missing_ok=True)
    return copied, tree.special_files
