"""The index as files: ``SEARCH_DATABASE`` is a link to the newest, which others take the place of.

A file that is replaced under its own name would meet the journal of the old one; so each has a name
of its own beside the link, which changes in one step. Whoever reads the old one goes on to read it.
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

from articles.searching.backend import IndexBusyError, IndexMissingError, TooSlowError
from articles.searching.sqlite.reader import Reader
from articles.searching.sqlite.schema import (
    DAY_BITS,
    FORM,
    VOCABULARY,
    create,
    facts_of,
    finish,
    shelf,
)
from articles.searching.sqlite.writer import DayFullError, Writer, WriterAhead

_BUSY_SECONDS = 20
_STEPS = 10_000  # of SQLite's machine, between two looks at the clock: well under a millisecond


@dataclass(slots=True)
class _Open:
    """A connection for reading, kept for the next request of the same thread."""

    file: str
    connection: sqlite3.Connection
    facts: dict[str, str]


_kept = threading.local()


class Backend:
    """The index beside a SQLite archive."""

    def __init__(self) -> None:
        self._link = Path(settings.SEARCH_DATABASE)

    @contextmanager
    def reader(self, identity: UUID, seconds: float) -> Iterator[Reader]:
        """Open the index to read for so long; raises IndexMissingError, TooSlowError."""
        with self._opened(identity) as opened:
            connection = opened.connection
            until = time.monotonic() + seconds
            connection.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
            connection.execute("BEGIN")
            try:
                yield Reader(connection, shelf(int(opened.facts["day_bits"]), is_public=True))
            except sqlite3.OperationalError as error:
                if "interrupted" not in str(error):
                    raise
                raise TooSlowError(f"the search took longer than {seconds:g} seconds") from error
            finally:
                connection.set_progress_handler(None, 0)
                connection.execute("ROLLBACK")

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[None]:
        """Be the only one that writes; raises IndexBusyError when another does and none waits."""
        path = self._link.with_name(f"{self._link.name}.lock")
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise IndexBusyError("another process writes to the search index") from error
            yield

    @contextmanager
    def writer(self, identity: UUID) -> Iterator[Writer]:
        """Open the index to write; what was put is durable after the block, or not there at all.

        Raises IndexMissingError. The caller holds the lock.
        """
        with self._opened(identity) as opened:
            file = opened.file
        connection = sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # FULL: what the outbox forgets after this commit must survive a power cut here.
            connection.executescript("PRAGMA synchronous=FULL; PRAGMA cache_size=-32768;")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Writer(connection, int(facts_of(connection)["day_bits"]))
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
    def builder(self, identity: UUID, busiest_day: int) -> Iterator[WriterAhead]:
        """Open a new index beside the old one; it takes its place after the block.

        ``busiest_day`` is how many articles a day has at the most. The caller holds the lock.
        """
        self._remove_others()
        new = self._link.with_name(f"{self._link.name}.{uuid4().hex[:12]}")
        raw = new.with_name(f"{new.name}.raw")
        day_bits = max(DAY_BITS, (2 * busiest_day).bit_length())
        try:
            with closing(create(raw, identity, day_bits)) as connection:
                connection.execute("BEGIN")
                with WriterAhead(Writer(connection, day_bits)) as writer:
                    yield writer
                finish(connection)
                connection.execute("COMMIT")
                # Merging has left up to half of the file empty, and the rest out of order.
                connection.execute("VACUUM INTO ?", [str(new)])
            raw.unlink()
            with closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
            _sync(new)
        except BaseException:
            raw.unlink(missing_ok=True)
            new.unlink(missing_ok=True)
            raise
        self._switch_to(new)

    def _switch_to(self, new: Path) -> None:
        link = new.with_name(f"{new.name}.link")
        link.symlink_to(new.name)
        link.replace(self._link)
        _sync(new.parent)
        self._remove_others()

    def _remove_others(self) -> None:
        """Remove the files of older indexes; who still reads one keeps it until it is closed."""
        current = Path(os.path.realpath(self._link)).name
        for path in self._link.parent.glob(f"{self._link.name}.*"):
            if not path.name.startswith(current) and path.name != f"{self._link.name}.lock":
                path.unlink(missing_ok=True)

    @contextmanager
    def _opened(self, identity: UUID) -> Iterator[_Open]:
        """Open the file that the link leads to; raises IndexMissingError unless it is ours.

        The connection that the thread keeps is taken meanwhile: what is opened within the block
        is another, which neither shares its transaction nor closes it.
        """
        file = os.path.realpath(self._link)
        kept: _Open | None = getattr(_kept, "opened", None)
        _kept.opened = None
        if kept is not None and (kept.file != file or not Path(file).exists()):
            kept.connection.close()
            kept = None
        opened = kept or _open(file)
        try:
            if opened.facts.get("identity") != str(identity) or opened.facts.get("form") != FORM:
                raise IndexMissingError(
                    "the search index belongs to another archive, or is an old one"
                )
            yield opened
        finally:
            if _kept.opened is None:
                _kept.opened = opened
            else:
                opened.connection.close()


def _open(file: str) -> _Open:
    try:
        connection = sqlite3.connect(
            f"{Path(file).as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
        )
        connection.executescript(
            f"CREATE VIRTUAL TABLE {VOCABULARY} USING fts5vocab(main, ft, row);"
            "PRAGMA query_only=ON; PRAGMA cache_size=-16384; PRAGMA mmap_size=1073741824;"
        )
        return _Open(file, connection, facts_of(connection))
    except sqlite3.Error as error:
        raise IndexMissingError(f"the search index cannot be opened: {error}") from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
