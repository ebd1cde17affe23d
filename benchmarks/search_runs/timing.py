"""Times of searches, by kind of query and by step of a page.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from articles.searching.backend import Position, Reader
from benchmarks.search_runs.queries import Query

PAGE = 20
STEPS = ("newest 20", "page 50", "facets", "relevance", "count")
Key = tuple[str, str]  # the kind of query, the step


@dataclass(slots=True)
class Times:
    """Milliseconds of many searches, in wall time and in processor time."""

    wall: dict[Key, list[float]] = field(default_factory=dict)
    cpu: dict[Key, list[float]] = field(default_factory=dict)

    def time(self, key: Key, step: Callable[[], object]) -> None:
        """Run ``step`` and record its time."""
        wall, cpu = time.perf_counter(), time.thread_time()
        step()
        self.cpu.setdefault(key, []).append((time.thread_time() - cpu) * 1000)
        self.wall.setdefault(key, []).append((time.perf_counter() - wall) * 1000)

    def add(self, other: Times) -> None:
        """Add the times of another process."""
        for mine, theirs in ((self.wall, other.wall), (self.cpu, other.cpu)):
            for key, values in theirs.items():
                mine.setdefault(key, []).extend(values)


def steps(reader: Reader, query: Query, deep: Position | None) -> dict[str, Callable[[], object]]:
    """Return the steps of a page by name; page 50 begins after ``deep``."""
    condition = query.condition
    return {
        "newest 20": lambda: reader.newest(condition, None, PAGE + 1),
        "page 50": lambda: reader.newest(condition, deep, PAGE + 1),
        "facets": lambda: reader.facets(condition),
        "relevance": lambda: reader.most_relevant(condition),
        "count": lambda: reader.count(condition),
    }


def position_of_page_50(reader: Reader, query: Query) -> Position | None:
    """Return the hit after which page 50 begins; with fewer hits the middle one."""
    hits = reader.newest(query.condition, None, 49 * PAGE)
    return (hits[-1] if len(hits) == 49 * PAGE else hits[len(hits) // 2]) if hits else None
