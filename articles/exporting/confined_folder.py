"""Write files below one folder and nowhere else, whatever the names are and whatever is there.

Each folder of a path is opened relative to its parent (openat) and never through a link. A file is
written under a temporary name and then renamed, so that no one sees a partial file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import Self

from articles.exporting.file_names import PARTIAL

_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK = 1 << 20  # bytes
#: Errors of the whole disk: every other file would fail too.
_FATAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE})


class BlockedError(Exception):
    """The file can't be written; the message says what is in the way, or the disk's error."""


class FolderInUseError(RuntimeError):
    """Another export writes into this folder."""


class ConfinedFolder:
    """A folder to write files into; a context manager that locks it for this process.

    Raises :class:`FolderInUseError` if another process has the lock, OSError if the folder can't be
    created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = -1
        self._opened: list[tuple[bytes, int]] = []  # the folders of the last file, outermost first

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._base = os.open(self.path, _FOLDER_FLAGS)
        try:
            fcntl.flock(self._base, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._drop_partial()
        except BlockingIOError as error:
            os.close(self._base)
            raise FolderInUseError(
                f"another export is writing to {self.path}; wait until it has ended"
            ) from error
        except BaseException:
            os.close(self._base)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._drop_partial()
        self._close_after(0)
        os.close(self._base)

    def write_file(self, parts: tuple[bytes, ...], content: bytes) -> bool:
        """Write a file; return False when it exists already with the same bytes.

        Raises :class:`BlockedError` when a link, a folder or a file with other bytes is in the
        way, or when the file system rejects the name; OSError when the disk is full, read-only or
        broken.
        """
        try:
            folder = self._open_path(parts[:-1])
            if _has_same_content(folder, parts[-1], content):
                return False
            self._write_partial(content)
            os.rename(PARTIAL, parts[-1], src_dir_fd=self._base, dst_dir_fd=folder)
        except OSError as error:
            if error.errno in _FATAL:
                raise
            self._drop_partial()
            raise BlockedError(error.strerror or str(error)) from error
        return True

    def _open_path(self, names: tuple[bytes, ...]) -> int:
        """Return the descriptor of a folder below the base; create missing folders."""
        shared = 0
        for (opened, _), name in zip(self._opened, names, strict=False):
            if opened != name:
                break
            shared += 1
        self._close_after(shared)
        for name in names[shared:]:
            self._opened.append((name, _open_folder(name, self._innermost())))
        return self._innermost()

    def _close_after(self, depth: int) -> None:
        while len(self._opened) > depth:
            os.close(self._opened.pop()[1])

    def _innermost(self) -> int:
        return self._opened[-1][1] if self._opened else self._base

    def _write_partial(self, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(PARTIAL, flags, 0o666, dir_fd=self._base), "wb") as file:
            file.write(content)

    def _drop_partial(self) -> None:
        try:
            os.unlink(PARTIAL, dir_fd=self._base)
        except FileNotFoundError:
            return


def _open_folder(name: bytes, parent: int) -> int:
    try:
        os.mkdir(name, dir_fd=parent)
    except FileExistsError:
        kind = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        if not stat.S_ISDIR(kind):
            raise BlockedError(
                f"{_describe_kind(kind)} is where a folder should be; move it away"
            ) from None
    return os.open(name, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=parent)


def _has_same_content(folder: int, name: bytes, content: bytes) -> bool:
    """Return whether the file exists with these bytes; raise if something else is there."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        raise BlockedError(f"{_describe_kind(status.st_mode)} is there already; move it away")
    if status.st_size == len(content):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            view = memoryview(content)
            is_same = all(
                file.read(_CHUNK) == view[start : start + _CHUNK]
                for start in range(0, len(content), _CHUNK)
            )
            if is_same and not file.read(1):
                return True
    raise BlockedError("another file is there already and is not overwritten; move it away")


def _describe_kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a file" if stat.S_ISREG(mode) else "a device or pipe"
