"""The archive's own index: time to build it, its size, and the times of searches.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from articles.searching.backend import Position, get_backend
from articles.searching.index_updates import BATCH_SIZE
from benchmarks.report import print_progress
from benchmarks.search_runs.documents import BUSIEST_DAY, GeneratedArchive, text_bytes
from benchmarks.search_runs.queries import Query
from benchmarks.search_runs.timing import Times, position_of_page_50, steps

IDENTITY = UUID("5eb3c1c0-0000-4000-8000-000000000000")
SECONDS = 60.0  # deadline of a search: long, so that slow searches are measured, not cut off
COLD_QUERIES = 5  # of a kind


@dataclass(frozen=True, slots=True)
class IndexBuild:
    """The cost of building an index, without the generation of the texts."""

    size: int
    seconds: float
    cpu_seconds: float
    text_bytes: int
    index_bytes: int

    @property
    def ratio(self) -> float:
        """Return the size of the index divided by that of the text."""
        return self.index_bytes / self.text_bytes


def build_index(archive: GeneratedArchive) -> IndexBuild:
    """Build the index of ``archive``, as ``update_index --rebuild`` does."""
    total = 0
    generated = generated_cpu = 0.0
    started, started_cpu = time.perf_counter(), time.process_time()
    documents = archive.documents()
    index = get_backend()
    with index.lock(wait=True), index.builder(IDENTITY, BUSIEST_DAY) as writer:
        for number in range(0, archive.size, BATCH_SIZE):
            if number % 50_000 == 0:
                print_progress(f"  {number:,} articles, {time.perf_counter() - started:.0f} s")
            before, before_cpu = time.perf_counter(), time.thread_time()
            batch = list(islice(documents, BATCH_SIZE))
            total += sum(map(text_bytes, batch))
            generated += time.perf_counter() - before
            generated_cpu += time.thread_time() - before_cpu
            writer.upsert(batch)
    return IndexBuild(
        archive.size,
        time.perf_counter() - started - generated,
        time.process_time() - started_cpu - generated_cpu,
        total,
        index_bytes(),
    )


def index_bytes() -> int:
    """Return the size of the index in bytes; on PostgreSQL that of the whole database."""
    if connection.vendor == "sqlite":
        return Path(settings.SEARCH_DATABASE).resolve().stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return int(size)


def time_cold(queries: Sequence[Query]) -> Times:
    """Time some queries with the index out of the page cache, each on a new connection."""
    times = Times()
    for query in _first_of_each_kind(queries, COLD_QUERIES):
        _evict_index()
        thread = threading.Thread(target=_time_cold_query, args=(query, times))
        thread.start()
        thread.join()
    return times


def _time_cold_query(query: Query, times: Times) -> None:
    with get_backend().reader(IDENTITY, SECONDS) as reader:
        # In the order of a page: facets find in memory what the hits have loaded.
        actions = steps(reader, query, None)
        for step in ("newest 20", "facets", "count"):
            times.time((query.kind, step), actions[step])


def _evict_index() -> None:
    path = Path(settings.SEARCH_DATABASE).resolve()
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _first_of_each_kind(queries: Sequence[Query], count: int) -> Iterator[Query]:
    seen: dict[str, int] = {}
    for query in queries:
        seen[query.kind] = seen.get(query.kind, 0) + 1
        if seen[query.kind] <= count:
            yield query


def time_warm(queries: Sequence[Query], seconds: float) -> Times:
    """Time queries in random order for ``seconds``; the first time of each does not count."""
    times = Times()
    rng = random.Random(0)  # noqa: S311 - chance, no secret
    deep: dict[Query, Position | None] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until or not times.wall:
        for query in rng.sample(queries, len(queries)):
            with get_backend().reader(IDENTITY, SECONDS) as reader:
                is_first = query not in deep
                if is_first:
                    deep[query] = position_of_page_50(reader, query)
                for name, step in steps(reader, query, deep[query]).items():
                    if is_first:
                        step()
                    else:
                        times.time((query.kind, name), step)
    return times
