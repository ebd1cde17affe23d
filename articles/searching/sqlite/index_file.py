"""The backend: index files, and ``SEARCH_DATABASE`` as a symbolic link to the current one.

A file replaced under the same name would be opened with the journal of the old one. So each file
has a name of its own beside the link, which is replaced atomically. Readers of the old file finish
with it.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from articles.private_files import create_private_file
from articles.searching.backend import IndexBusyError, IndexMissingError, SearchTimeoutError
from articles.searching.sqlite.reader import Reader
from articles.searching.sqlite.schema import (
    DAY_BITS,
    FORM,
    VOCABULARY,
    create_index_file,
    finish_build,
    read_metadata,
    row_id_range,
)
from articles.searching.sqlite.writer import BackgroundWriter, DayFullError, Writer

_BUSY_SECONDS = 20
#: Steps of SQLite's virtual machine between two deadline checks: well under a millisecond.
_PROGRESS_STEPS = 10_000


@dataclass(slots=True)
class _OpenFile:
    """A read-only connection, cached for the next request of the same thread."""

    file: str
    connection: sqlite3.Connection
    metadata: dict[str, str]


_cache = threading.local()


class Backend:
    """The search index of an archive in SQLite."""

    def __init__(self) -> None:
        self._link = Path(settings.SEARCH_DATABASE)

    @contextmanager
    def reader(self, identity: UUID, seconds: float) -> Iterator[Reader]:
        """Open the index for reading, with a time limit in seconds.

        Raises IndexMissingError, SearchTimeoutError.
        """
        with self._open_cached(identity) as opened:
            connection = opened.connection
            deadline = time.monotonic() + seconds
            connection.set_progress_handler(lambda: time.monotonic() > deadline, _PROGRESS_STEPS)
            connection.execute("BEGIN")
            try:
                yield Reader(
                    connection, row_id_range(int(opened.metadata["day_bits"]), is_public=True)
                )
            except sqlite3.OperationalError as error:
                if "interrupted" not in str(error):
                    raise
                raise SearchTimeoutError(
                    f"the search took longer than {seconds:g} seconds"
                ) from error
            finally:
                connection.set_progress_handler(None, 0)
                connection.execute("ROLLBACK")

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[None]:
        """Hold the write lock; raises IndexBusyError when it is taken and ``wait`` is false."""
        path = self._link.with_name(f"{self._link.name}.lock")
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise IndexBusyError("another process writes to the search index") from error
            yield

    @contextmanager
    def writer(self, identity: UUID) -> Iterator[Writer]:
        """Open the index for writing; writes are durable after the block, or rolled back.

        Raises IndexMissingError. The caller holds the lock.
        """
        with self._open_cached(identity) as opened:
            file = opened.file
        connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # FULL: the outbox deletes its rows after this commit, so it must survive a power cut.
            connection.executescript("PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Writer(connection, int(read_metadata(connection)["day_bits"]))
                connection.execute("COMMIT")
            except DayFullError as error:
                connection.execute("ROLLBACK")
                raise IndexMissingError(str(error)) from error
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
        finally:
            connection.close()

    @contextmanager
    def builder(self, identity: UUID, busiest_day: int) -> Iterator[BackgroundWriter]:
        """Open a new index beside the old one; it replaces the old one after the block.

        ``busiest_day`` is the largest number of articles on one day. The caller holds the lock.
        """
        self._remove_others()
        new = self._link.with_name(f"{self._link.name}.{uuid4().hex[:12]}")
        raw = new.with_name(f"{new.name}.raw")
        day_bits = max(DAY_BITS, (2 * busiest_day).bit_length())
        try:
            with closing(create_index_file(raw, identity, day_bits)) as connection:
                connection.execute("BEGIN")
                with BackgroundWriter(Writer(connection, day_bits)) as writer:
                    yield writer
                finish_build(connection)
                connection.execute("COMMIT")
                # The segment merge leaves up to half of the file empty, and the rest fragmented.
                create_private_file(new)
                connection.execute("VACUUM INTO ?", [str(new)])
            raw.unlink()
            with closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            _fsync(new)
        except BaseException:
            raw.unlink(missing_ok=True)
            new.unlink(missing_ok=True)
            raise
        self._switch_to(new)

    def _switch_to(self, new: Path) -> None:
        link = new.with_name(f"{new.name}.link")
        link.symlink_to(new.name)
        link.replace(self._link)
        _fsync(new.parent)
        self._remove_others()

    def _remove_others(self) -> None:
        """Delete the files of older indexes; processes that have one open can still read it."""
        current = Path(os.path.realpath(self._link)).name
        for path in self._link.parent.glob(f"{self._link.name}.*"):
            if not path.name.startswith(current) and path.name != f"{self._link.name}.lock":
                path.unlink(missing_ok=True)

    @contextmanager
    def _open_cached(self, identity: UUID) -> Iterator[_OpenFile]:
        """Open the file that the link points to; raises IndexMissingError unless it is ours.

        The thread's cached connection is in use during the block: a nested call opens another,
        which neither shares its transaction nor closes it.
        """
        file = os.path.realpath(self._link)
        cached: _OpenFile | None = getattr(_cache, "opened", None)
        _cache.opened = None
        if cached is not None and (cached.file != file or not Path(file).exists()):
            cached.connection.close()
            cached = None
        opened = cached or _open_file(file)
        try:
            if (
                opened.metadata.get("identity") != str(identity)
                or opened.metadata.get("form") != FORM
            ):
                raise IndexMissingError(
                    "the search index belongs to another archive or has an old format"
                )
            yield opened
        finally:
            if _cache.opened is None:
                _cache.opened = opened
            else:
                opened.connection.close()


def _open_file(file: str) -> _OpenFile:
    try:
        connection = sqlite3.connect(
            f"{Path(file).as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        connection.executescript(
            f"CREATE VIRTUAL TABLE {VOCABULARY} USING fts5vocab(main, ft, row);"
            "PRAGMA query_only=ON; PRAGMA cache_size=-16384; PRAGMA mmap_size=1073741824;"
        )
        return _OpenFile(file, connection, read_metadata(connection))
    except sqlite3.Error as error:
        raise IndexMissingError(f"the search index cannot be opened: {error}") from error


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
