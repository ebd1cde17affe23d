"""The writer of an index file: adds rows, and marks older ones of the same article as dead."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from articles.searching.conditions import document_facts
from articles.searching.index_documents import Document
from articles.searching.sqlite.query_compiler import fact_token, title_character_token
from articles.searching.sqlite.schema import row_id_range

_KEYS_PER_STATEMENT = 500  # in an IN list


class DayFullError(RuntimeError):
    """A day has no row id left; the index has to be rebuilt with more row ids per day."""


class Writer:
    """Writes documents to an index file; the caller commits ``connection``."""

    def __init__(self, connection: sqlite3.Connection, day_bits: int) -> None:
        self._connection = connection
        self._day_bits = day_bits
        self._next_docids: dict[int, int] = {}  # by the first row id of the day
        self._combinations: dict[tuple[int, str, str], int] = {
            (source, language, kind): number
            for number, source, language, kind in connection.execute("SELECT * FROM combination")
        }

    def upsert(self, documents: Sequence[Document]) -> None:
        """Add the documents; each replaces an older one of the same article.

        An unchanged document costs only a lookup. Raises DayFullError.
        """
        existing = self._find_rows([document.article_id for document in documents])
        new = [d for d in documents if existing.get(d.article_id, (0, -1))[1] != d.fingerprint]
        # FTS5 flushes its memory whenever a row id is smaller than the one before.
        new.sort(key=lambda document: (document.is_public, document.day))
        self._mark_dead([existing[d.article_id][0] for d in new if d.article_id in existing])
        docids = [self._allocate_docid(document) for document in new]
        rows = list(zip(docids, new, strict=True))
        self._connection.executemany(
            "INSERT INTO doc VALUES (?, ?, ?, ?)",
            [(docid, d.article_id, d.moment, d.fingerprint) for docid, d in rows],
        )
        self._connection.executemany(
            "INSERT INTO facet VALUES (?, ?, ?)",
            [
                (docid, self._combination_id(d), " ".join(map(str, d.tags)) or None)
                for docid, d in rows
            ],
        )
        self._insert(
            "ft (rowid, body, title, body_edges, title_edges, facts)",
            [
                (docid, " ".join(d.text_tokens.main), " ".join(d.title_tokens.main),
                 " ".join(d.text_tokens.boundary), " ".join(d.title_tokens.boundary),
                 " ".join(_fact_tokens(d)))
                for docid, d in rows
            ],
        )  # fmt: skip
        self._insert(
            "ch (rowid, characters)",
            [(docid, " ".join([*_character_tokens(d), *_fact_tokens(d)])) for docid, d in rows],
        )

    def _insert(self, table: str, rows: Sequence[tuple[int | str, ...]]) -> None:
        """Insert row by row: FTS5 flushes its memory at a statement with several rows.

        Each flush leaves a segment, and 2,000 are the maximum.
        """
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def delete(self, article_ids: Collection[int]) -> None:
        """Delete articles by primary key; missing ones are ignored."""
        self._mark_dead([docid for docid, _ in self._find_rows(list(article_ids)).values()])

    def _find_rows(self, article_ids: list[int]) -> dict[int, tuple[int, int]]:
        """Return row id and fingerprint of the articles that have a row."""
        found: dict[int, tuple[int, int]] = {}
        for start in range(0, len(article_ids), _KEYS_PER_STATEMENT):
            part = article_ids[start : start + _KEYS_PER_STATEMENT]
            marks = ",".join("?" * len(part))
            for article, docid, fingerprint in self._connection.execute(
                f"SELECT article, docid, fingerprint FROM doc WHERE article IN ({marks})",
                part,
            ):
                found[article] = docid, fingerprint
        return found

    def _combination_id(self, document: Document) -> int:
        """Return the id of the document's source, language and kind; insert it if it is new."""
        key = document.source, document.language, document.kind
        if key not in self._combinations:
            cursor = self._connection.execute(
                "INSERT INTO combination (source, language, kind) VALUES (?, ?, ?)", key
            )
            assert cursor.lastrowid is not None
            self._combinations[key] = cursor.lastrowid
        return self._combinations[key]

    def _mark_dead(self, docids: list[int]) -> None:
        rows = [(docid,) for docid in docids]
        self._connection.executemany("INSERT INTO dead VALUES (?)", rows)
        for table in ("doc", "facet"):
            self._connection.executemany(f"DELETE FROM {table} WHERE docid = ?", rows)

    def _allocate_docid(self, document: Document) -> int:
        row_ids = row_id_range(self._day_bits, is_public=document.is_public)
        start = row_ids.first_of(document.day.toordinal())
        if start not in self._next_docids:
            end = row_ids.last_of(document.day.toordinal())
            (highest,) = self._connection.execute(
                "SELECT max(docid) FROM ("
                "SELECT max(docid) AS docid FROM doc WHERE docid BETWEEN ?1 AND ?2 UNION ALL "
                "SELECT max(docid) FROM dead WHERE docid BETWEEN ?1 AND ?2)",
                (start, end),
            ).fetchone()
            self._next_docids[start] = start if highest is None else highest + 1
        docid = self._next_docids[start]
        if docid - start >> self._day_bits:
            raise DayFullError(f"{document.day} has more than {1 << self._day_bits} rows")
        self._next_docids[start] = docid + 1
        return docid


class BackgroundWriter:
    """Writes in a thread while the next documents are loaded and tokenized; one batch at a time.

    A context manager: its exit waits for the last batch and raises its error.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._thread = ThreadPoolExecutor(1)
        self._pending: Future[None] | None = None

    def upsert(self, documents: Sequence[Document]) -> None:
        """Tokenize the documents in this thread, and add them in the other."""
        for document in documents:
            _ = document.title_tokens, document.text_tokens
        self._wait_for_batch()
        self._pending = self._thread.submit(self._writer.upsert, documents)

    def delete(self, article_ids: Collection[int]) -> None:
        """Delete articles, after the pending batch."""
        self._wait_for_batch()
        self._writer.delete(article_ids)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._thread.shutdown()
        if error[0] is None:
            self._wait_for_batch()

    def _wait_for_batch(self) -> None:
        if self._pending is not None:
            self._pending.result()


def _fact_tokens(document: Document) -> Iterable[str]:
    return (fact_token(name, value) for name, value in document_facts(document))


def _character_tokens(document: Document) -> Iterable[str]:
    in_title = document.title_tokens.characters
    yield from sorted({*in_title, *document.text_tokens.characters})
    yield from map(title_character_token, in_title)
