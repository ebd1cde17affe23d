"""The archive's own index: how quickly it is made, how large it is, how quickly it answers.

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

from articles.searching.backend import Place, backend
from articles.searching.index_updates import BATCH
from benchmarks.report import say
from benchmarks.search_runs.documents import BUSIEST_DAY, Archive, text_bytes
from benchmarks.search_runs.queries import Query
from benchmarks.search_runs.timing import Times, deep_place, steps

IDENTITY = UUID("5eb3c1c0-0000-4000-8000-000000000000")
SECONDS = 60.0  # given to a search: what takes longer than it may is to be seen, not cut off
COLD_QUERIES = 5  # of a kind


@dataclass(frozen=True, slots=True)
class Built:
    """What making an index took. Writing the invented texts is no part of it."""

    size: int
    seconds: float
    cpu_seconds: float
    text_bytes: int
    index_bytes: int

    @property
    def ratio(self) -> float:
        """Return how large the index is against the text."""
        return self.index_bytes / self.text_bytes


def build(archive: Archive) -> Built:
    """Make the index of ``archive``, as ``update_index --rebuild`` does."""
    total = 0
    invented = invented_cpu = 0.0
    started, started_cpu = time.perf_counter(), time.process_time()
    documents = archive.every()
    index = backend()
    with index.lock(wait=True), index.builder(IDENTITY, BUSIEST_DAY) as writer:
        for number in range(0, archive.size, BATCH):
            if number % 50_000 == 0:
                say(f"  {number:,} articles, {time.perf_counter() - started:.0f} s")
            before, before_cpu = time.perf_counter(), time.thread_time()
            batch = list(islice(documents, BATCH))
            total += sum(map(text_bytes, batch))
            invented += time.perf_counter() - before
            invented_cpu += time.thread_time() - before_cpu
            writer.put(batch)
    return Built(
        archive.size,
        time.perf_counter() - started - invented,
        time.process_time() - started_cpu - invented_cpu,
        total,
        index_bytes(),
    )


def index_bytes() -> int:
    """Return how much room the index takes."""
    if connection.vendor == "sqlite":
        return Path(settings.SEARCH_DATABASE).resolve().stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone()
    return int(size)


def cold(queries: Sequence[Query]) -> Times:
    """Time some queries with nothing of the index in memory, each over a new connection."""
    times = Times()
    for query in _some(queries, COLD_QUERIES):
        _forget_pages()
        thread = threading.Thread(target=_cold, args=(query, times))
        thread.start()
        thread.join()
    return times


def _cold(query: Query, times: Times) -> None:
    with backend().reader(IDENTITY, SECONDS) as reader:
        # One after the other, as a page asks: facets find in memory what the hits needed.
        asked = steps(reader, query, None)
        for step in ("newest 20", "facets", "count"):
            times.time((query.kind, step), asked[step])


def _forget_pages() -> None:
    path = Path(settings.SEARCH_DATABASE).resolve()
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _some(queries: Sequence[Query], count: int) -> Iterator[Query]:
    seen: dict[str, int] = {}
    for query in queries:
        seen[query.kind] = seen.get(query.kind, 0) + 1
        if seen[query.kind] <= count:
            yield query


def warm(queries: Sequence[Query], seconds: float) -> Times:
    """Time queries in any order for so long; the first time of each does not count."""
    times = Times()
    rng = random.Random(0)  # noqa: S311 - chance, no secret
    deep: dict[Query, Place | None] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until or not times.wall:
        for query in rng.sample(queries, len(queries)):
            with backend().reader(IDENTITY, SECONDS) as reader:
                is_first = query not in deep
                if is_first:
                    deep[query] = deep_place(reader, query)
                for name, step in steps(reader, query, deep[query]).items():
                    if is_first:
                        step()
                    else:
                        times.time((query.kind, name), step)
    return times
