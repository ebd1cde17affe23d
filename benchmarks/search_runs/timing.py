"""How long searches take: each kind of query, each thing that a page asks of it.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from articles.searching.backend import Place, Reader
from benchmarks.search_runs.queries import Query

PAGE = 20
STEPS = ("newest 20", "page 50", "facets", "relevance", "count")
Key = tuple[str, str]  # the kind of query, the step


@dataclass(slots=True)
class Times:
    """Milliseconds of many searches, by the clock and of the processor's time."""

    wall: dict[Key, list[float]] = field(default_factory=dict)
    cpu: dict[Key, list[float]] = field(default_factory=dict)

    def time(self, key: Key, step: Callable[[], object]) -> None:
        """Do ``step`` and note how long it took."""
        wall, cpu = time.perf_counter(), time.thread_time()
        step()
        self.cpu.setdefault(key, []).append((time.thread_time() - cpu) * 1000)
        self.wall.setdefault(key, []).append((time.perf_counter() - wall) * 1000)

    def add(self, other: Times) -> None:
        """Take in what another process has measured."""
        for mine, theirs in ((self.wall, other.wall), (self.cpu, other.cpu)):
            for key, values in theirs.items():
                mine.setdefault(key, []).extend(values)


def steps(reader: Reader, query: Query, deep: Place | None) -> dict[str, Callable[[], object]]:
    """Return what a page may ask; page 50 begins behind ``deep``."""
    condition = query.condition
    return {
        "newest 20": lambda: reader.newest(condition, None, PAGE + 1),
        "page 50": lambda: reader.newest(condition, deep, PAGE + 1),
        "facets": lambda: reader.facets(condition),
        "relevance": lambda: reader.best(condition),
        "count": lambda: reader.count(condition),
    }


def deep_place(reader: Reader, query: Query) -> Place | None:
    """Return the hit behind which page 50 begins; the middle one where there are fewer."""
    hits = reader.newest(query.condition, None, 49 * PAGE)
    return (hits[-1] if len(hits) == 49 * PAGE else hits[len(hits) // 2]) if hits else None
