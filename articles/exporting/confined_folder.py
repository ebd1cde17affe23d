"""Writing below one folder and nowhere else, whatever names come and whatever stands there.

Every folder on the way is opened from its parent and never through a link; a file is written
under a temporary name and then takes its own, so that none is ever seen half.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import Self

from articles.exporting.file_names import PARTIAL

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_CHUNK = 1 << 20  # bytes
#: The whole disk's trouble: every further file would meet it too.
_FATAL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE})


class BlockedError(Exception):
    """The file can't be written here: what stands in the way, or what the disk said."""


class FolderInUseError(RuntimeError):
    """Another export writes into this folder."""


class Folder:
    """A folder that files are put into; a context manager that holds it for this process.

    Raises :class:`FolderInUseError` when somebody else holds it, OSError when it can't be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = -1
        self._opened: list[tuple[bytes, int]] = []  # the last file's folders, outermost first

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        self._base = os.open(self.path, _FOLDER)
        try:
            fcntl.flock(self._base, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._drop_partial()
        except BlockingIOError as error:
            os.close(self._base)
            raise FolderInUseError(f"another export writes into {self.path}") from error
        except BaseException:
            os.close(self._base)
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._drop_partial()
        self._leave(0)
        os.close(self._base)

    def put(self, parts: tuple[bytes, ...], content: bytes) -> bool:
        """Write a file; return False when it stood there already with the same bytes.

        Raises :class:`BlockedError` when a link, a folder or a file with other bytes stands in
        the way, or when this file system refuses the name; OSError when the disk as a whole is
        full, read-only or broken.
        """
        try:
            folder = self._enter(parts[:-1])
            if _holds(folder, parts[-1], content):
                return False
            self._write(content)
            os.rename(PARTIAL, parts[-1], src_dir_fd=self._base, dst_dir_fd=folder)
        except OSError as error:
            if error.errno in _FATAL:
                raise
            self._drop_partial()
            raise BlockedError(error.strerror or str(error)) from error
        return True

    def _enter(self, names: tuple[bytes, ...]) -> int:
        """Return the descriptor of a folder below the base, made where it is missing."""
        same = 0
        for (opened, _), name in zip(self._opened, names, strict=False):
            if opened != name:
                break
            same += 1
        self._leave(same)
        for name in names[same:]:
            self._opened.append((name, _open_folder(name, self._current())))
        return self._current()

    def _leave(self, keep: int) -> None:
        while len(self._opened) > keep:
            os.close(self._opened.pop()[1])

    def _current(self) -> int:
        return self._opened[-1][1] if self._opened else self._base

    def _write(self, content: bytes) -> None:
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
            raise BlockedError(f"{_kind(kind)} stands where a folder belongs") from None
    return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=parent)


def _holds(folder: int, name: bytes, content: bytes) -> bool:
    """Tell whether the file is there with these bytes; raise when something else is there."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode):
        raise BlockedError(f"{_kind(found.st_mode)} stands there")
    if found.st_size == len(content):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
            view = memoryview(content)
            same = all(
                file.read(_CHUNK) == view[start : start + _CHUNK]
                for start in range(0, len(content), _CHUNK)
            )
            if same and not file.read(1):
                return True
    raise BlockedError("another file stands there, and it is not overwritten")


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a link"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a file" if stat.S_ISREG(mode) else "a device or pipe"
