"""An archive's members in the order of their paths, sorted on disk: memory does not grow."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Self

from articles.importing.readers.found_file import Found, Kind, Place

_CACHE_KIB = 16 * 1024
_TWICE = (
    "the archive holds this name more than once, and the last one counts, as when it is unpacked; "
    "to have this one too, unpack it under another name"
)


class NoRoomError(OSError):
    """The folder for temporary files does not take what an import has to put there."""


@contextmanager
def temporary_folder() -> Iterator[str]:
    """Give a folder of this import's own; raises :class:`NoRoomError` when there is none."""
    try:
        holder = tempfile.TemporaryDirectory(prefix="import-")
    except OSError as error:
        raise _no_room(error) from error
    with holder as folder:
        yield folder


@contextmanager
def sorted_on_disk(folder: str) -> Iterator[sqlite3.Connection]:
    """Give an empty SQLite database in ``folder``, for nothing but sorting.

    Raises :class:`NoRoomError` for whatever goes wrong with it.
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
        raise _no_room(error) from error


def _no_room(error: Exception) -> NoRoomError:
    where = tempfile.tempdir or "any folder"
    return NoRoomError(
        f"temporary files cannot be written in {where} ({error}); make room there, or set TMPDIR "
        "to a folder that has more"
    )


@dataclass(frozen=True, slots=True)
class Member:
    """One thing in an archive, by its path; ``full`` and the root are the archive's."""

    path: bytes
    size: int = 0
    mtime_ns: int = 0
    place: Place | None = None
    problem: str = ""
    skip: bool = False


class Members:
    """Takes the members as they come and gives them sorted, the last of each name as the one.

    Whoever lists an archive sets :attr:`full`. :attr:`folder` is for whatever has to be put aside
    until the members have been read.
    """

    def __init__(self, folder: str, rows: sqlite3.Connection) -> None:
        self.folder = folder
        self.full = b""  # the file, or for git the repository, that the places are in
        self._rows = rows
        self._count = 0
        self.kept = 0
        self._data: IO[bytes] | None = None
        rows.execute(
            "CREATE TABLE m (path BLOB, n INTEGER, size, mtime_ns, kind, at, packed, method, mark,"
            " key, problem, skip, PRIMARY KEY (path, n)) WITHOUT ROWID"
        )
        rows.execute("BEGIN")

    @classmethod
    @contextmanager
    def collected(cls, folder: str) -> Iterator[Self]:
        """Give an empty collection, sorted and put aside in ``folder``."""
        with sorted_on_disk(folder) as rows:
            members = cls(folder, rows)
            try:
                yield members
            finally:
                members._close()

    def add(self, member: Member) -> None:
        """Take one more."""
        at = member.place
        place = (at.kind, at.offset, at.packed, at.method, at.check, at.key) if at else (None,) * 6
        self._rows.execute(
            "INSERT INTO m VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (member.path, self._count, member.size, member.mtime_ns, *place, member.problem,
             member.skip),
        )  # fmt: skip
        self._count += 1

    def clear(self) -> None:
        """Forget all that were taken."""
        self._rows.execute("DELETE FROM m")

    @property
    def data_path(self) -> bytes:
        """Return the file that :meth:`keep` writes to."""
        return os.fsencode(os.path.join(self.folder, "data"))

    def keep(self, data: bytes) -> None:
        """Put bytes aside in the file of :attr:`data_path`, after the :attr:`kept` before."""
        try:
            if self._data is None:
                self._data = open(self.data_path, "wb")  # noqa: SIM115 - closed with the rest
            self._data.write(data)
        except OSError as error:
            raise _no_room(error) from error
        self.kept += len(data)

    def _close(self) -> None:
        if self._data is not None:
            with suppress(OSError):  # what a full disk did not take is not wanted any more
                self._data.close()

    def in_order(self, root: str) -> Iterator[Found]:
        """Yield what was taken, by the bytes of the paths."""
        try:
            if self._data is not None:
                self._data.flush()
        except OSError as error:
            raise _no_room(error) from error
        last: Found | None = None
        for path, _, size, mtime_ns, *place, problem, skip in self._rows.execute(
            "SELECT * FROM m ORDER BY path, n"
        ):
            at = Place(Kind(place[0]), *place[1:]) if place[0] is not None else None
            found = Found(root, path, self.full, size, mtime_ns, 0, 0, problem, bool(skip), at)
            if last is not None:
                yield _earlier(last) if last.path == path else last
            last = found
        if last is not None:
            yield last


def _earlier(found: Found) -> Found:
    if found.problem:
        return found
    return Found(found.root, found.path, found.full, found.size, problem=_TWICE)
