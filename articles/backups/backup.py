"""A backup: the database and the media in one folder, with a list by which to check them."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from articles.backups.database_engine import engine_of
from articles.backups.durable_copies import (
    BackupError,
    FileFacts,
    copy_file,
    facts_of,
    sync_file,
    sync_folder,
    sync_folders,
    tree_of,
)
from articles.backups.manifest import CHECKSUM_NAME, MEDIA, NAME, Manifest


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup; ``left_out`` are links and the like among the media."""

    manifest: Manifest
    left_out: tuple[str, ...]


def back_up(
    connection: BaseDatabaseWrapper, media: Path, target: Path, created: dt.datetime
) -> Backup:
    """Write a backup that stands under the name ``target`` only once it is whole.

    Raises :class:`BackupError` when the folder is not free or the database can't be copied. The
    site can be in use, and so can an import.
    """
    target, media = Path(os.path.realpath(target)), Path(os.path.realpath(media))
    _require_free(target, media)
    # A sibling, so that the rename at the end is one step; mode 0700: it holds password hashes.
    partial = Path(tempfile.mkdtemp(prefix=_prefix(target), dir=target.parent))
    try:
        database = engine_of(connection).dump(connection, partial)
        files = {database.file: facts_of(partial / database.file)}
        # After the database: a picture is stored before the row that names it.
        copied, left_out = _copy_media(media, partial / MEDIA)
        files.update((f"{MEDIA}/{path}", facts) for path, facts in copied.items())
        manifest = Manifest(created.isoformat(timespec="seconds"), database, files)
        manifest.write(partial)
        for name in (NAME, CHECKSUM_NAME):
            sync_file(partial / name)
        sync_folders(partial)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(target.parent)
    return Backup(manifest, left_out)


def broken_off(target: Path) -> list[Path]:
    """Return what backups to ``target`` that were killed, or still run, have left beside it."""
    target = Path(os.path.realpath(target))
    prefix = _prefix(target)
    return sorted(path for path in target.parent.iterdir() if path.name.startswith(prefix))


def _prefix(target: Path) -> str:
    return f".{target.name[:50]}.partial-"


def _require_free(target: Path, media: Path) -> None:
    if not target.parent.is_dir():
        raise BackupError(f"the folder {target.parent} is missing. Make it, or mount its disk.")
    if target == media or media in target.parents:
        raise BackupError(f"{target} lies in MEDIA_ROOT. Name a folder outside of it.")
    if target.exists() and not target.is_dir():
        raise BackupError(f"{target} is a file. Name a folder that does not exist yet.")
    if target.is_dir() and any(target.iterdir()):
        raise BackupError(f"{target} is not empty. Name a folder that does not exist yet.")
    if os.path.ismount(target):
        raise BackupError(f"a disk is mounted at {target}. Name a folder in it.")


def _copy_media(media: Path, target: Path) -> tuple[dict[str, FileFacts], tuple[str, ...]]:
    """Copy all regular files; return them by path, and what is no regular file."""
    target.mkdir()
    if not media.is_dir():
        return {}, ()
    tree = tree_of(media)
    copied = {}
    for path in tree.files:
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            copied[path] = copy_file(media / path, place)
        except FileNotFoundError:  # somebody deleted it meanwhile
            place.unlink(missing_ok=True)
    return copied, tree.others
