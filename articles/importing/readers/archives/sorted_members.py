"""Sort the members of an archive by path, on disk, so that memory does not grow with them."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Self

from articles.importing.readers.archives.limits import (
    MAX_TINY_MEMBERS,
    MIN_POST_BYTES,
    ArchiveError,
)
from articles.importing.readers.found_file import FoundFile, MemberLocation, MemberStorage

_CACHE_KIB = 16 * 1024
_DUPLICATE_NAME = (
    "the archive contains this name more than once, and the last one counts, as when it is "
    "unpacked; to import this one too, unpack it under another name"
)


class TemporaryFilesError(OSError):
    """Temporary files cannot be written; the message names the folder."""


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Yield a new temporary folder, deleted at exit; raises :class:`TemporaryFilesError`."""
    try:
        holder = tempfile.TemporaryDirectory(prefix="import-")
    except OSError as error:
        raise _temporary_files_error(error) from error
    with holder as folder:
        yield folder


@contextmanager
def temporary_database(folder: str) -> Iterator[sqlite3.Connection]:
    """Yield an empty SQLite database in ``folder``, for sorting.

    Every error of SQLite raises :class:`TemporaryFilesError`.
    """
    try:
        rows = sqlite3.connect(os.path.join(folder, "rows.sqlite3"), isolation_level=None)
        try:
            rows.execute("PRAGMA journal_mode=OFF")
            rows.execute("PRAGMA synchronous=OFF")
            rows.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            yield rows
        finally:
            rows.close()
    except sqlite3.Error as error:
        raise _temporary_files_error(error) from error


def _temporary_files_error(error: Exception) -> TemporaryFilesError:
    where = tempfile.tempdir or "any folder"
    return TemporaryFilesError(
        f"temporary files cannot be written in {where} ({error}); free some space there, or set "
        "TMPDIR to a folder with more space"
    )


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive, by its path; the fields are as in ``FoundFile``."""

    path: bytes
    size: int = 0
    mtime_ns: int = 0
    location: MemberLocation | None = None
    problem: str = ""
    skip: bool = False


class SortedMembers:
    """Takes members in any order and yields them sorted by path; of equal names the last counts.

    The code that lists an archive sets :attr:`disk_path`. :attr:`folder` is for files that are
    needed until the members have been read.
    """

    def __init__(self, folder: str, rows: sqlite3.Connection) -> None:
        self.folder = folder
        self.disk_path = b""  # the file or git repository that the locations refer to
        self._rows = rows
        self._count = self._tiny_count = 0
        self.spooled_bytes = 0
        self._data: IO[bytes] | None = None
        rows.execute(
            "CREATE TABLE m (path BLOB, n INTEGER, size, mtime_ns, storage, offset,"
            " compressed_size, method, checksum, key, problem, skip, PRIMARY KEY (path, n))"
            " WITHOUT ROWID"
        )
        rows.execute("BEGIN")

    @classmethod
    @contextmanager
    def temporary(cls, folder: str) -> Iterator[Self]:
        """Yield an empty collection whose data is in ``folder``."""
        with temporary_database(folder) as rows:
            members = cls(folder, rows)
            try:
                yield members
            finally:
                members._close()

    def add(self, member: Member) -> None:
        """Add a member; raises :class:`ArchiveError` for too many that are too small for a post."""
        at = member.location
        if at and member.size < MIN_POST_BYTES:
            self._tiny_count += 1
            if self._tiny_count > MAX_TINY_MEMBERS:
                raise ArchiveError(
                    f"it has more than {MAX_TINY_MEMBERS:,} files that are empty or too small for "
                    "a post; nothing of it was imported. If you trust it, unpack it and import the "
                    "folder"
                )
        columns = (
            (at.storage, at.offset, at.compressed_size, at.method, at.checksum, at.key)
            if at
            else (None,) * 6
        )
        self._rows.execute(
            "INSERT INTO m VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (member.path, self._count, member.size, member.mtime_ns, *columns, member.problem,
             member.skip),
        )  # fmt: skip
        self._count += 1

    def clear(self) -> None:
        """Remove all members."""
        self._rows.execute("DELETE FROM m")

    @property
    def spool_path(self) -> bytes:
        """Return the path of the file that :meth:`spool` writes to."""
        return os.fsencode(os.path.join(self.folder, "data"))

    def spool(self, data: bytes) -> None:
        """Append bytes to the file at :attr:`spool_path`, at offset :attr:`spooled_bytes`."""
        try:
            if self._data is None:
                self._data = open(self.spool_path, "wb")  # noqa: SIM115 - closed by _close
            self._data.write(data)
        except OSError as error:
            raise _temporary_files_error(error) from error
        self.spooled_bytes += len(data)

    def _close(self) -> None:
        if self._data is not None:
            with suppress(OSError):  # bytes that a full disk did not take are no longer needed
                self._data.close()

    def iter_sorted(self, root: str) -> Iterator[FoundFile]:
        """Yield the members in order of the bytes of their paths."""
        try:
            if self._data is not None:
                self._data.flush()
        except OSError as error:
            raise _temporary_files_error(error) from error
        last: FoundFile | None = None
        for path, _, size, mtime_ns, *columns, problem, skip in self._rows.execute(
            "SELECT * FROM m ORDER BY path, n"
        ):
            at = (
                MemberLocation(MemberStorage(columns[0]), *columns[1:])
                if columns[0] is not None
                else None
            )
            file = FoundFile(
                root, path, self.disk_path, size, mtime_ns, 0, 0, problem, bool(skip), at
            )
            if last is not None:
                yield _as_duplicate(last) if last.path == path else last
            last = file
        if last is not None:
            yield last


def _as_duplicate(file: FoundFile) -> FoundFile:
    if file.problem:
        return file
    return FoundFile(file.root, file.path, file.disk_path, file.size, problem=_DUPLICATE_NAME)
