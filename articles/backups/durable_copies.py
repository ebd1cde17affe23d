"""Copy files durably: hash them while copying, and fsync them before returning."""

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
    """A backup or restore can't be done; the message says what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class FileDigest:
    """Size in bytes and SHA-256 of a file. The names are keys of the manifest."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Tree:
    """Relative paths below a folder; ``special_files`` are links, pipes and devices."""

    files: tuple[str, ...]
    special_files: tuple[str, ...]


def digest_file(path: Path) -> FileDigest:
    """Return size and SHA-256 of a regular file; raise OSError for a link."""
    return _digest_while_reading(path, lambda chunk: None)


def copy_file(source: Path, target: Path) -> FileDigest:
    """Copy a regular file to a new path, fsync it, and return its digest.

    An OSError names the file that could not be read or written.
    """
    try:
        with target.open("xb") as file:
            file_digest = _digest_while_reading(source, file.write)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror, str(target)) from error
        raise
    return file_digest


def list_tree(folder: Path) -> Tree:
    """Return the files below ``folder``, sorted; links are listed and not followed."""
    files, special_files = [], []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        for name in (*folders, *names):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                files.append(str(path.relative_to(folder)))
            elif not stat.S_ISDIR(mode):
                special_files.append(str(path.relative_to(folder)))
    return Tree(tuple(sorted(files)), tuple(sorted(special_files)))


def sync_folders(folder: Path) -> None:
    """Fsync ``folder`` and all folders below it: their entries."""
    for parent, _, _ in os.walk(folder, onerror=_raise):
        sync_folder(Path(parent))


def sync_folder(folder: Path) -> None:
    """Fsync ``folder``: its entries."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Fsync a file that another program wrote."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _digest_while_reading(path: Path, write: Callable[[bytes], object]) -> FileDigest:
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, _READ), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            write(chunk)
    return FileDigest(size, digest.hexdigest())


def _raise(error: OSError) -> None:
    raise error
