"""The tables of an index file, and how an article's place in time becomes its row id.

``ft`` holds the tokens of titles and texts with their positions, ``ch`` the characters that an
article has, for queries of a single one; both without content, since the archive has the texts.
``doc`` says which article a row is, ``dead`` which rows count no more: a table without content
takes nothing back on SQLite 3.40, so a changed article gets a new row and its old one is passed
over, until the index is made anew. Articles that are not public have negative row ids. ``body``
is the first column of ``ft`` because FTS5 names all others at each of their entries: two bytes for
each of the many words of a text.

``facet`` has what is counted beside a search, in rows as narrow as can be, for ten thousand of them
are read at once: outlet, language and kind as the number of their ``combination``, of which there
are few.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

#: Raised when an older file cannot be read any more.
FORM = "4"
#: Rows of a day stand together, so that a day is a range of row ids; so many fit into one at
#: least. Wider ranges cost size: the distance between rows is written for every token.
DAY_BITS = 8
_SHELF = 2**62  # row ids
#: What FTS5 collects in memory before it writes it out, while an index is made: fewer and larger
#: parts, which are put together once, at the end.
_BUILD_BYTES = 64 * 1024 * 1024
_WRITE_BYTES = 1024 * 1024  # what FTS5 does by itself
_MANY = 1_999  # parts that may stand side by side; FTS5 bears 2,000
_AUTOMERGE, _CRISISMERGE = 4, 16  # what FTS5 does by itself

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

#: The words of ``ft``, of whoever reads; it takes no room.
VOCABULARY = "temp.words"


def create(path: Path, identity: UUID, day_bits: int) -> sqlite3.Connection:
    """Make an index file at ``path`` and return it open, in a mode that only a new file bears.

    Nobody reads it yet, and one that was not finished is thrown away: nothing waits for the disk.
    Threads may take turns with it.
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.executescript(
        "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
        "PRAGMA cache_size=-131072; PRAGMA temp_store=MEMORY;" + _TABLES
    )
    facts = {"form": FORM, "identity": str(identity), "day_bits": str(day_bits)}
    connection.executemany("INSERT INTO meta VALUES (?, ?)", facts.items())
    _configure(connection, hashsize=_BUILD_BYTES, automerge=0, crisismerge=_MANY)
    return connection


def finish(connection: sqlite3.Connection) -> None:
    """Put the parts of a new index together, and let it be written to as FTS5 does by itself."""
    for table in ("ft", "ch"):
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")
    _configure(connection, hashsize=_WRITE_BYTES, automerge=_AUTOMERGE, crisismerge=_CRISISMERGE)


def _configure(connection: sqlite3.Connection, **values: int) -> None:
    for table in ("ft", "ch"):
        for name, value in values.items():
            connection.execute(f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)", (name, value))


def facts_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Return what an index file says of itself."""
    return dict(connection.execute("SELECT name, value FROM meta"))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A range of row ids for each day, from ``lowest`` on: of public articles, or of the others."""

    lowest: int
    day_bits: int

    @property
    def highest(self) -> int:
        """Return the last row id."""
        return self.lowest + _SHELF - 1

    def first_of(self, day: int) -> int:
        """Return the smallest row id of a day's ordinal; the next day's is where its rows end."""
        return self.lowest + (day << self.day_bits)

    def last_of(self, day: int) -> int:
        """Return the largest row id of a day's ordinal."""
        return self.first_of(day + 1) - 1

    def day_of(self, docid: int) -> int:
        """Return the ordinal of the day that a row id belongs to."""
        return docid - self.lowest >> self.day_bits


def shelf(day_bits: int, *, is_public: bool) -> Shelf:
    """Return where an article stands. What readers are given begins at nought: none is hidden."""
    return Shelf(0 if is_public else -_SHELF, day_bits)
