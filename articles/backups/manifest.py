"""The manifest of a backup, by which a restore detects changed, missing and added files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from articles.backups.durable_copies import BackupError, FileDigest, digest_file, list_tree

MANIFEST_NAME = "manifest.json"
CHECKSUM_NAME = "manifest.sha256"  # of the manifest, for sha256sum --check
MEDIA_FOLDER = "media"
_FORMAT = 1
_MAX_PROBLEMS = 5  # problems in one message


@dataclass(frozen=True, slots=True)
class DatabaseSummary:
    """What a copy of a database contains. The names are keys of the manifest."""

    vendor: str
    file: str
    migrations: tuple[str, ...]  # the applied ones as app.name, in the order of application
    counts: dict[str, int]  # rows of each table


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a backup by relative path, and a summary of its database."""

    created: str
    database: DatabaseSummary
    files: dict[str, FileDigest]

    def write(self, folder: Path) -> None:
        """Write the manifest and its checksum; the caller calls fsync."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n"
        (folder / MANIFEST_NAME).write_text(text, "ascii")
        digest = hashlib.sha256(text.encode()).hexdigest()
        (folder / CHECKSUM_NAME).write_text(f"{digest}  {MANIFEST_NAME}\n", "ascii")

    @property
    def media(self) -> dict[str, FileDigest]:
        """Return the media files, by path relative to the media folder."""
        prefix = f"{MEDIA_FOLDER}/"
        return {
            path.removeprefix(prefix): digest
            for path, digest in self.files.items()
            if path.startswith(prefix)
        }


def read_verified(folder: Path) -> Manifest:
    """Return the manifest of a backup, after verifying every file that it lists.

    Raises :class:`BackupError` when the folder is not a backup, or a file was changed, added or
    removed.
    """
    try:
        text = (folder / MANIFEST_NAME).read_bytes()
        checksum = (folder / CHECKSUM_NAME).read_text("ascii", "replace").split()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(
            f"{folder} is not a complete backup: {error.filename} is missing. Name a folder that "
            "the command backup has created."
        ) from error
    if checksum[:1] != [hashlib.sha256(text).hexdigest()]:
        raise BackupError(f"{folder / MANIFEST_NAME} was changed or damaged. Use another backup.")
    manifest = _parse(text, folder)
    problems = _find_problems(folder, manifest)
    if problems:
        more = f" and {len(problems) - _MAX_PROBLEMS} more" if len(problems) > _MAX_PROBLEMS else ""
        listed = "; ".join(problems[:_MAX_PROBLEMS])
        raise BackupError(
            f"{folder} has changed since it was created: {listed}{more}. Use another backup."
        )
    return manifest


def _parse(text: bytes, folder: Path) -> Manifest:
    try:
        values: dict[str, Any] = json.loads(text)
        if values["format"] != _FORMAT:
            raise BackupError(
                f"{folder / MANIFEST_NAME} has format {values['format']!r}; this version reads "
                f"{_FORMAT}. "
                "Restore it with the version that created it."
            )
        database = values["database"]
        manifest = Manifest(
            created=str(values["created"]),
            database=DatabaseSummary(
                vendor=str(database["vendor"]),
                file=str(database["file"]),
                migrations=tuple(map(str, database["migrations"])),
                counts={str(key): int(count) for key, count in database["counts"].items()},
            ),
            files={
                str(path): FileDigest(int(digest["size"]), str(digest["sha256"]))
                for path, digest in values["files"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(
            f"{folder / MANIFEST_NAME} is not a valid manifest: {error!r}. Use another backup."
        ) from error
    for path in manifest.files:
        parts = PurePosixPath(path).parts
        inside = parts[:1] == (MEDIA_FOLDER,) and len(parts) > 1 and ".." not in parts
        if path != manifest.database.file and not inside:
            raise BackupError(
                f"{folder / MANIFEST_NAME} lists {path!r}, which is not a path of a backup. "
                "Use another backup."
            )
    if manifest.database.file not in manifest.files:
        raise BackupError(f"{folder / MANIFEST_NAME} lists no database file. Use another backup.")
    return manifest


def _find_problems(folder: Path, manifest: Manifest) -> list[str]:
    tree = list_tree(folder)
    listed = {*manifest.files, MANIFEST_NAME, CHECKSUM_NAME}
    problems = [
        f"{name!r} was added" for name in sorted({*tree.files, *tree.special_files} - listed)
    ]
    for path, digest in manifest.files.items():
        if path not in tree.files:
            problems.append(f"{path!r} is missing")
        elif (folder / path).lstat().st_size != digest.size or digest_file(folder / path) != digest:
            problems.append(f"{path!r} was changed")
    return problems
