"""Copies of files that last: hashed on the way, and on the disk before they are called done."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20  # bytes
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class BackupError(Exception):
    """A backup or restore can't be done: what is wrong, and what to do about it."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What tells whether a file is still the same."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Tree:
    """The files below a folder, by relative path; ``others`` are links, pipes and devices."""

    files: tuple[str, ...]
    others: tuple[str, ...]


def facts_of(path: Path) -> FileFacts:
    """Return size and SHA-256 of a regular file; raise OSError for a link."""
    return _read(path, lambda chunk: None)


def copy_file(source: Path, target: Path) -> FileFacts:
    """Copy a regular file to a new place, force it to the disk, and return its facts.

    An OSError names the file that could not be read or written.
    """
    try:
        with target.open("xb") as file:
            facts = _read(source, file.write)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
    return facts


def tree_of(folder: Path) -> Tree:
    """Return what is below ``folder``, sorted; links are named and not followed."""
    files, others = [], []
    for where, folders, names in os.walk(folder, onerror=_raise):
        for name in (*folders, *names):
            path = Path(where, name)
            kind = path.lstat().st_mode
            if stat.S_ISREG(kind):
                files.append(str(path.relative_to(folder)))
            elif not stat.S_ISDIR(kind):
                others.append(str(path.relative_to(folder)))
    return Tree(tuple(sorted(files)), tuple(sorted(others)))


def sync_folders(folder: Path) -> None:
    """Force the names in ``folder`` and below it to the disk."""
    for where, _, _ in os.walk(folder, onerror=_raise):
        sync_folder(Path(where))


def sync_folder(folder: Path) -> None:
    """Force the names in ``folder`` to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Force a file that another program wrote to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _read(path: Path, write: Callable[[bytes], object]) -> FileFacts:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, _READ), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            write(chunk)
    return FileFacts(size, digest.hexdigest())


def _raise(error: OSError) -> None:
    raise error
