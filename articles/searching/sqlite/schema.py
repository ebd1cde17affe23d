"""The tables of an index file, and the mapping of an article's day to its row id.

``ft`` has the tokens of titles and texts with their positions, ``ch`` the characters of an article,
for queries of a single character. Both are contentless, since the archive has the texts. ``doc``
maps row ids to articles. ``dead`` has the row ids that are deleted: a contentless table cannot
delete on SQLite 3.40, so a changed article gets a new row and its old one is skipped until the
index is rebuilt. Articles that are not public have negative row ids. ``body`` is the first column
of ``ft`` because FTS5 stores the number of any other column with each entry: two bytes for each of
the many words of a text.

``facet`` has the values that facets count, in rows as narrow as possible, because ten thousand of
them are read at once: source, language and kind as the id of their ``combination``, of which there
are few.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from articles.private_files import create_private_file

#: Version of the format; increase it when older files can no longer be read.
FORM = "4"
#: A day is a range of row ids, of at least this many bits. Wider ranges make the file larger: the
#: distance between rows is stored for every token.
DAY_BITS = 8
_RANGE_SIZE = 2**62  # row ids
#: Memory in which FTS5 collects entries before it flushes them, during a build: fewer and larger
#: segments, which are merged once, at the end.
_BUILD_HASH_BYTES = 64 * 1024 * 1024
_WRITE_HASH_BYTES = 1024 * 1024  # the default of FTS5
_MAX_SEGMENTS = 1_999  # before a crisis merge; FTS5 supports 2,000
_AUTOMERGE, _CRISISMERGE = 4, 16  # the defaults of FTS5

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE doc (
    docid INTEGER PRIMARY KEY, article INTEGER NOT NULL UNIQUE, moment INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL
);
CREATE TABLE facet (docid INTEGER PRIMARY KEY, combination INTEGER NOT NULL, tags TEXT);
CREATE TABLE combination (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, language TEXT NOT NULL, kind TEXT NOT NULL
);
CREATE TABLE dead (docid INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE ft USING fts5(
    body, title, body_edges, title_edges, facts, content='', tokenize='ascii'
);
CREATE VIRTUAL TABLE ch USING fts5(
    characters, content='', columnsize=0, detail='none', tokenize='ascii'
);
"""

#: The vocabulary of ``ft``, a virtual table in each reader's temp schema; it takes no space.
VOCABULARY = "temp.words"


def create_index_file(path: Path, identity: UUID, day_bits: int) -> sqlite3.Connection:
    """Create an index file at ``path`` and return a connection without journal and syncs.

    That is safe for a new file only: nobody reads it yet, and an unfinished one is deleted. Threads
    may use the connection in turns.
    """
    create_private_file(path)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "PRAGMA cache_size=-131072; PRAGMA temp_store=MEMORY;" + _TABLES
    )
    facts = {"form": FORM, "identity": str(identity), "day_bits": str(day_bits)}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    _configure(connection, hashsize=_BUILD_HASH_BYTES, automerge=0, crisismerge=_MAX_SEGMENTS)
    return connection


def finish_build(connection: sqlite3.Connection) -> None:
    """Merge the segments of a new index, and restore the default settings of FTS5."""
    for table in ("ft", "ch"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    _configure(
        connection, hashsize=_WRITE_HASH_BYTES, automerge=_AUTOMERGE, crisismerge=_CRISISMERGE
    )


def _configure(connection: sqlite3.Connection, **values: int) -> None:
    for table in ("ft", "ch"):
        for name, value in values.items():
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (name, value))


def read_metadata(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the metadata of an index file: format, identity, bits per day."""
    return dict(connection.execute("SELECT name, value FROM meta"))


@dataclass(frozen=True, slots=True)
class RowIdRange:
    """The row ids of public articles, or of the others: a range per day, from ``lowest`` on."""

    lowest: int
    day_bits: int

    @property
    def highest(self) -> int:
        """Return the last row id."""
        return self.lowest + _RANGE_SIZE - 1

    def first_of(self, day: int) -> int:
        """Return the smallest row id of a day, given as its ordinal."""
        return self.lowest + (day << self.day_bits)

    def last_of(self, day: int) -> int:
        """Return the largest row id of a day, given as its ordinal."""
        return self.first_of(day + 1) - 1

    def day_of(self, docid: int) -> int:
        """Return the ordinal of the day of a row id."""
        return docid - self.lowest >> self.day_bits


def row_id_range(day_bits: int, *, is_public: bool) -> RowIdRange:
    """Return the row ids of public articles, which start at 0, or of the others, below 0."""
    return RowIdRange(0 if is_public else -_RANGE_SIZE, day_bits)
