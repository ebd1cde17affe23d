"""The list of what a backup holds, by which a restore tells that nothing changed or is missing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from articles.backups.durable_copies import BackupError, FileFacts, facts_of, tree_of

NAME = "manifest.json"
CHECKSUM_NAME = "manifest.sha256"  # of the manifest itself, for sha256sum --check
MEDIA = "media"
_FORMAT = 1
_SHOWN = 5  # problems in one message


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a copy of a database holds."""

    vendor: str
    file: str
    migrations: tuple[str, ...]  # applied ones as app.name, in the order of their application
    counts: dict[str, int]  # rows of each table


@dataclass(frozen=True, slots=True)
class Manifest:
    """A backup's list of its files by relative path, and what its database holds."""

    created: str
    database: DatabaseFacts
    files: dict[str, FileFacts]

    def write(self, folder: Path) -> None:
        """Write the list and its checksum; the caller forces them to the disk."""
        text = json.dumps({"format": _FORMAT, **asdict(self)}, indent=1) + "\n"
        (folder / NAME).write_text(text, "ascii")
        digest = hashlib.sha256(text.encode()).hexdigest()
        (folder / CHECKSUM_NAME).write_text(f"{digest}  {NAME}\n", "ascii")

    @property
    def media(self) -> dict[str, FileFacts]:
        """Return the media files, by their paths below the media folder."""
        prefix = f"{MEDIA}/"
        return {
            path.removeprefix(prefix): facts
            for path, facts in self.files.items()
            if path.startswith(prefix)
        }


def read_checked(folder: Path) -> Manifest:
    """Return the manifest of a backup after reading every file that it names.

    Raises :class:`BackupError` when it is no backup, or anything in it was changed, added or lost.
    """
    try:
        text = (folder / NAME).read_bytes()
        checksum = (folder / CHECKSUM_NAME).read_text("ascii", "replace").split()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(
            f"{folder} is no whole backup: {error.filename} is missing. Name a folder that "
            "the command backup has made."
        ) from error
    if checksum[:1] != [hashlib.sha256(text).hexdigest()]:
        raise BackupError(f"{folder / NAME} was changed or damaged. Use another backup.")
    manifest = _parsed(text, folder)
    problems = _problems(folder, manifest)
    if problems:
        more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise BackupError(
            f"{folder} is not as it was made: {'; '.join(problems[:_SHOWN])}{more}. "
            "Use another backup."
        )
    return manifest


def _parsed(text: bytes, folder: Path) -> Manifest:
    try:
        values: dict[str, Any] = json.loads(text)
        if values["format"] != _FORMAT:
            raise BackupError(
                f"{folder / NAME} has format {values['format']!r}; this version reads {_FORMAT}. "
                "Restore it with the version that made it."
            )
        database = values["database"]
        manifest = Manifest(
            created=str(values["created"]),
            database=DatabaseFacts(
                vendor=str(database["vendor"]),
                file=str(database["file"]),
                migrations=tuple(map(str, database["migrations"])),
                counts={str(key): int(count) for key, count in database["counts"].items()},
            ),
            files={
                str(path): FileFacts(int(facts["size"]), str(facts["sha256"]))
                for path, facts in values["files"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{folder / NAME} is no manifest: {error!r}") from error
    for path in manifest.files:
        parts = PurePosixPath(path).parts
        inside = parts[:1] == (MEDIA,) and len(parts) > 1 and ".." not in parts
        if path != manifest.database.file and not inside:
            raise BackupError(f"{folder / NAME} names {path!r}, which no backup holds")
    if manifest.database.file not in manifest.files:
        raise BackupError(f"{folder / NAME} names no database")
    return manifest


def _problems(folder: Path, manifest: Manifest) -> list[str]:
    tree = tree_of(folder)
    listed = {*manifest.files, NAME, CHECKSUM_NAME}
    problems = [f"{name!r} was added" for name in sorted({*tree.files, *tree.others} - listed)]
    for path, facts in manifest.files.items():
        if path not in tree.files:
            problems.append(f"{path!r} is missing")
        elif (folder / path).lstat().st_size != facts.size or facts_of(folder / path) != facts:
            problems.append(f"{path!r} was changed")
    return problems
