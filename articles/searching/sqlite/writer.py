"""Writing to an index file: rows are added, and older ones of the same article struck off."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from articles.searching.conditions import facts_of
from articles.searching.index_documents import Document
from articles.searching.sqlite.query_plan import fact, title_character
from articles.searching.sqlite.schema import shelf

_PART = 500  # keys in one statement


class DayFullError(RuntimeError):
    """A day has no row id left; the index has to be made anew, with more for each day."""


class Writer:
    """Puts documents into the file that ``connection`` is open for; the caller commits."""

    def __init__(self, connection: sqlite3.Connection, day_bits: int) -> None:
        self._connection = connection
        self._bits = day_bits
        self._next: dict[int, int] = {}  # by day, the next row id
        self._combinations: dict[tuple[int, str, str], int] = {
            (source, language, kind): number
            for number, source, language, kind in connection.execute("SELECT * FROM combination")
        }

    def put(self, documents: Sequence[Document]) -> None:
        """Add the documents, each in the place of an older one of the same article.

        One that is there already, as it is, costs a look-up. Raises DayFullError.
        """
        known = self._known([document.article_id for document in documents])
        new = [d for d in documents if known.get(d.article_id, (0, -1))[1] != d.fingerprint]
        # FTS5 writes out what it has collected whenever a row comes before the last one.
        new.sort(key=lambda document: (document.is_public, document.day))
        self._strike([known[d.article_id][0] for d in new if d.article_id in known])
        docids = [self._take_row(document) for document in new]
        rows = list(zip(docids, new, strict=True))
        self._connection.executemany(
            "INSERT INTO doc VALUES (?, ?, ?, ?)",
            [(docid, d.article_id, d.moment, d.fingerprint) for docid, d in rows],
        )
        self._connection.executemany(
            "INSERT INTO facet VALUES (?, ?, ?)",
            [
                (docid, self._combination(d), " ".join(map(str, d.tags)) or None)
                for docid, d in rows
            ],
        )
        self._insert(
            "ft (rowid, body, title, body_edges, title_edges, facts)",
            [
                (docid, " ".join(d.cut_text.main), " ".join(d.cut_title.main),
                 " ".join(d.cut_text.boundary), " ".join(d.cut_title.boundary),
                 " ".join(_facts(d)))
                for docid, d in rows
            ],
        )  # fmt: skip
        self._insert(
            "ch (rowid, characters)",
            [(docid, " ".join([*_characters(d), *_facts(d)])) for docid, d in rows],
        )

    def _insert(self, table: str, rows: Sequence[tuple[int | str, ...]]) -> None:
        """Insert row by row: FTS5 writes out what it has collected at a statement of several rows.

        Every time that leaves a part of its own, and there may be 2,000.
        """
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def drop(self, article_ids: Collection[int]) -> None:
        """Take articles out; those that are not there are no mistake."""
        self._strike([docid for docid, _ in self._known(list(article_ids)).values()])

    def _known(self, article_ids: list[int]) -> dict[int, tuple[int, int]]:
        """Return row id and fingerprint of those articles that have a row."""
        found: dict[int, tuple[int, int]] = {}
        for start in range(0, len(article_ids), _PART):
            part = article_ids[start : start + _PART]
            marks = ",".join("?" * len(part))
            for article, docid, fingerprint in self._connection.execute(
                f"SELECT article, docid, fingerprint FROM doc WHERE article IN ({marks})",
                part,
            ):
                found[article] = docid, fingerprint
        return found

    def _combination(self, document: Document) -> int:
        """Return the number of the document's outlet, language and kind, a new one if need be."""
        key = document.source, document.language, document.kind
        if key not in self._combinations:
            cursor = self._connection.execute(
                "INSERT INTO combination (source, language, kind) VALUES (?, ?, ?)", key
            )
            assert cursor.lastrowid is not None
            self._combinations[key] = cursor.lastrowid
        return self._combinations[key]

    def _strike(self, docids: list[int]) -> None:
        rows = [(docid,) for docid in docids]
        self._connection.executemany("INSERT INTO dead VALUES (?)", rows)
        for table in ("doc", "facet"):
            self._connection.executemany(f"DELETE FROM {table} WHERE docid = ?", rows)

    def _take_row(self, document: Document) -> int:
        here = shelf(self._bits, is_public=document.is_public)
        start = here.first_of(document.day.toordinal())
        if start not in self._next:
            end = here.last_of(document.day.toordinal())
            (highest,) = self._connection.execute(
                "SELECT max(docid) FROM ("
                "SELECT max(docid) AS docid FROM doc WHERE docid BETWEEN ?1 AND ?2 UNION ALL "
                "SELECT max(docid) FROM dead WHERE docid BETWEEN ?1 AND ?2)",
                (start, end),
            ).fetchone()
            self._next[start] = start if highest is None else highest + 1
        docid = self._next[start]
        if docid - start >> self._bits:
            raise DayFullError(f"{document.day} has more than {1 << self._bits} rows")
        self._next[start] = docid + 1
        return docid


class WriterAhead:
    """Writes in a thread while the next documents are read and cut; one batch is on its way.

    To be closed, which waits for the last batch and raises what went wrong with it.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def put(self, documents: Sequence[Document]) -> None:
        """Cut the documents here, and have them added by the thread."""
        for document in documents:
            _ = document.cut_title, document.cut_text
        self._wait()
        self._last = self._thread.submit(self._writer.put, documents)

    def drop(self, article_ids: Collection[int]) -> None:
        """Take articles out, behind what was put before."""
        self._wait()
        self._writer.drop(article_ids)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.shutdown()
        if error[0] is None:
            self._wait()

    def _wait(self) -> None:
        if self._last is not None:
            self._last.result()


def _facts(document: Document) -> Iterable[str]:
    return (fact(name, value) for name, value in facts_of(document))


def _characters(document: Document) -> Iterable[str]:
    in_title = document.cut_title.characters
    yield from sorted({*in_title, *document.cut_text.characters})
    yield from map(title_character, in_title)
