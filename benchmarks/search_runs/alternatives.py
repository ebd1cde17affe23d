"""Alternative search engines on the same articles: LIKE, trigrams, tantivy.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from django.db import connection

from articles.content.search_text.tokenization import plan_lookup
from articles.searching.backend import get_backend
from articles.searching.index_documents import Document
from articles.searching.limits import COUNT_LIMIT
from benchmarks.percentiles import percentile
from benchmarks.report import print_progress
from benchmarks.search_runs.documents import GeneratedArchive
from benchmarks.search_runs.index import IDENTITY, SECONDS
from benchmarks.search_runs.queries import Query
from benchmarks.search_runs.timing import PAGE

try:
    tantivy: Any = import_module("tantivy")
except ImportError:  # only for comparison; the archive does not need it
    tantivy = None

BATCH = 500
_ROUNDS = 2
_MAX_SECONDS = 2.0  # for one kind of query


@dataclass(slots=True)
class EngineResult:
    """The figures of an engine: seconds to build its index, bytes of the index, and by kind of
    query its times and hits.

    ``newest`` are p50 and p99 in ms; ``found`` is its number of hits divided by the archive's, both
    counted up to COUNT_LIMIT.
    """

    name: str
    seconds: float = 0.0
    index_bytes: int = 0
    newest: dict[str, tuple[float, float]] = field(default_factory=dict)
    found: dict[str, float] = field(default_factory=dict)


class Engine(Protocol):
    """An engine under comparison."""

    name: str

    def add(self, batch: Sequence[Document]) -> None:
        """Index articles, the oldest first."""

    def finish(self) -> int:
        """Finish the index; return its size in bytes."""

    def newest(self, needles: tuple[str, ...]) -> object:
        """Search for the newest 20 articles that contain all needles."""

    def count(self, needles: tuple[str, ...]) -> int:
        """Return the number of articles that contain all needles, up to COUNT_LIMIT + 1."""


def compare(
    archive: GeneratedArchive, queries: Sequence[Query], folder: Path
) -> list[EngineResult]:
    """Return the figures of the other engines, for the queries that they support."""
    folder_of_others = folder / "others"
    shutil.rmtree(folder_of_others, ignore_errors=True)
    folder_of_others.mkdir()
    engines: list[Engine] = [_Like(folder_of_others), _Trigrams(folder_of_others)]
    if connection.vendor == "postgresql":
        engines.append(_PgTrgm())
    if tantivy is None:
        print_progress("tantivy is not installed (pip install tantivy): left out")
    else:
        engines.append(_Tantivy(folder_of_others))
    try:
        return [_measure(engine, archive, queries) for engine in engines]
    finally:
        shutil.rmtree(folder_of_others)


def _measure(engine: Engine, archive: GeneratedArchive, queries: Sequence[Query]) -> EngineResult:
    print_progress(f"the same with {engine.name}")
    other = EngineResult(engine.name)
    documents = archive.documents()
    while batch := list(islice(documents, BATCH)):
        for document in batch:
            _ = (
                document.title_tokens,
                document.text_tokens,
            )  # cached, so that tokenizing is not timed
        started = time.perf_counter()
        engine.add(batch)
        other.seconds += time.perf_counter() - started
    started = time.perf_counter()
    other.index_bytes = engine.finish()
    other.seconds += time.perf_counter() - started
    by_kind: defaultdict[str, list[Query]] = defaultdict(list)
    for query in queries:
        if query.needles:
            by_kind[query.kind].append(query)
    for kind, kind_queries in by_kind.items():
        times = list(_times(engine, kind_queries))
        other.newest[kind] = percentile(times, 0.5), percentile(times, 0.99)
        other.found[kind] = _hit_ratio(engine, kind_queries[:5])
    return other


def _times(engine: Engine, queries: Sequence[Query]) -> Iterator[float]:
    until = time.monotonic() + _MAX_SECONDS
    for _ in range(_ROUNDS):
        for query in queries:
            started = time.perf_counter()
            engine.newest(query.needles)
            yield (time.perf_counter() - started) * 1000
            if time.monotonic() > until:
                return


def _hit_ratio(engine: Engine, queries: Sequence[Query]) -> float:
    with get_backend().reader(IDENTITY, SECONDS) as reader:
        ours = sum(min(COUNT_LIMIT, reader.count(query.condition)) for query in queries)
    theirs = sum(min(COUNT_LIMIT, engine.count(query.needles)) for query in queries)
    return theirs / ours if ours else float(not theirs)


class _Sqlite(ABC):
    """A SQLite file with a table of folded texts; subclasses search it in different ways."""

    name = ""
    tables = ""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{type(self).__name__}.sqlite3"
        self._connection = sqlite3.connect(self._path, isolation_level=None)
        self._connection.executescript(
            "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "PRAGMA cache_size=-131072;"
            "CREATE TABLE texts (id INTEGER PRIMARY KEY, title TEXT, body TEXT);" + self.tables
        )
        self._connection.execute("BEGIN")

    def add(self, batch: Sequence[Document]) -> None:
        self._connection.executemany(
            "INSERT INTO texts VALUES (?, ?, ?)",
            [(d.article_id, d.folded_title, d.folded_text) for d in batch],
        )

    def finish(self) -> int:
        self._connection.execute("COMMIT")
        return 0

    def newest(self, needles: tuple[str, ...]) -> object:
        return self._select("{} ORDER BY rowid DESC LIMIT ?", needles, PAGE + 1)

    def count(self, needles: tuple[str, ...]) -> int:
        rows = self._select("SELECT count(*) FROM ({} LIMIT ?)", needles, COUNT_LIMIT + 1)
        return int(rows[0][0])

    @abstractmethod
    def _select(self, around: str, needles: tuple[str, ...], limit: int) -> list[Any]:
        """Return the rows of the statement ``around`` with the query for the hits inserted."""


class _Like(_Sqlite):
    """LIKE on folded text: no index, so it costs only the table."""

    name = "SQL LIKE"

    def _select(self, around: str, needles: tuple[str, ...], limit: int) -> list[Any]:
        where = " AND ".join(["(title LIKE ? OR body LIKE ?)"] * len(needles))
        values = [f"%{needle}%" for needle in needles for _ in range(2)]
        statement = around.format(f"SELECT rowid FROM texts WHERE {where}")  # noqa: S608 - placeholders
        return self._connection.execute(statement, [*values, limit]).fetchall()


class _Trigrams(_Sqlite):
    """FTS5 with its trigram tokenizer and the table as external content."""

    name = "FTS5 trigram"
    tables = (
        "CREATE VIRTUAL TABLE grams USING fts5("
        "title, body, content='texts', content_rowid='id', tokenize='trigram');"
    )

    def add(self, batch: Sequence[Document]) -> None:
        super().add(batch)
        self._connection.executemany(
            "INSERT INTO grams (rowid, title, body) VALUES (?, ?, ?)",
            [(d.article_id, d.folded_title, d.folded_text) for d in batch],
        )

    def finish(self) -> int:
        self._connection.execute("INSERT INTO grams (grams) VALUES ('optimize')")
        super().finish()
        row = self._connection.execute("SELECT sum(length(block)) FROM grams_data").fetchone()
        return int(row[0])

    def _select(self, around: str, needles: tuple[str, ...], limit: int) -> list[Any]:
        expression = " AND ".join(f'"{needle}"' for needle in needles)
        statement = around.format("SELECT rowid FROM grams WHERE grams MATCH ?")
        return self._connection.execute(statement, [expression, limit]).fetchall()


class _PgTrgm:
    """LIKE on folded text in PostgreSQL, with a trigram index of pg_trgm."""

    name = "pg_trgm"

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            cursor.execute("DROP TABLE IF EXISTS texts")
            cursor.execute(
                "CREATE UNLOGGED TABLE texts (id bigint PRIMARY KEY, title text, body text)"
            )

    def add(self, batch: Sequence[Document]) -> None:
        with connection.cursor() as cursor, cursor.copy("COPY texts FROM STDIN") as copy:
            for d in batch:
                copy.write_row((d.article_id, d.folded_title, d.folded_text))

    def finish(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            cursor.execute(
                "CREATE INDEX texts_grams ON texts "
                "USING gin (title gin_trgm_ops, body gin_trgm_ops)"
            )
            cursor.execute("ANALYZE texts")
            cursor.execute("SELECT pg_relation_size('texts_grams')")
            return int(cursor.fetchone()[0])

    def newest(self, needles: tuple[str, ...]) -> object:
        return self._select("{} ORDER BY id DESC LIMIT %s", needles, PAGE + 1)

    def count(self, needles: tuple[str, ...]) -> int:
        return int(
            self._select("SELECT count(*) FROM ({} LIMIT %s) AS hit", needles, COUNT_LIMIT + 1)[0][
                0
            ]
        )

    def _select(self, around: str, needles: tuple[str, ...], limit: int) -> list[Any]:
        where = " AND ".join(["(title LIKE %s OR body LIKE %s)"] * len(needles))
        values = [f"%{needle}%" for needle in needles for _ in range(2)]
        statement = around.format(f"SELECT id FROM texts WHERE {where}")  # noqa: S608 - marks
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, limit])
            rows: list[Any] = cursor.fetchall()
        return rows


class _Tantivy:
    """tantivy with the archive's tokens, because its n-gram tokenizer breaks phrases."""

    name = "tantivy"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "tantivy"
        self._folder.mkdir()
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("moment", stored=True, fast=True)
        builder.add_text_field("title", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field("body", tokenizer_name="whitespace", index_option="position")
        builder.add_text_field("characters", tokenizer_name="whitespace", index_option="basic")
        self._index = tantivy.Index(builder.build(), path=str(self._folder))
        self._writer = self._index.writer(256_000_000, 1)

    def add(self, batch: Sequence[Document]) -> None:
        for document in batch:
            self._writer.add_document(
                tantivy.Document(
                    moment=document.moment,
                    title=" ".join(document.title_tokens.main),
                    body=" ".join(document.text_tokens.main),
                    characters=" ".join(
                        {*document.title_tokens.characters, *document.text_tokens.characters}
                    ),
                )
            )

    def finish(self) -> int:
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()
        return sum(path.stat().st_size for path in self._folder.iterdir())

    def newest(self, needles: tuple[str, ...]) -> object:
        found = self._searcher.search(
            self._query(needles), PAGE + 1, count=False, order_by_field="moment"
        )
        return found.hits

    def count(self, needles: tuple[str, ...]) -> int:
        return int(self._searcher.search(self._query(needles), 1, count=True).count)

    def _query(self, needles: tuple[str, ...]) -> Any:
        parts = []
        for needle in needles:
            lookup = plan_lookup(needle)
            if lookup.phrase:
                phrase = " ".join(lookup.phrase)
                parts.append(f'(title:"{phrase}" OR body:"{phrase}")')
            parts += [f'characters:"{each}"' for each in lookup.characters]
            # Boundary tokens are not indexed here: search for the token without its last character.
            parts += [f'body:"{each[:-1]}"' for each in lookup.boundary]
        return self._index.parse_query(" AND ".join(parts), ["title", "body"])
