"""What is measured: each kind of page, each way to it, in archives of several sizes in turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.percentiles import percentile
from benchmarks.proxying.client import Bounds, Load, load
from benchmarks.proxying.site import Site
from benchmarks.report import say

WAYS = ("cold", "warm", "nginx", "static")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of page, one way to it, in one archive.

    ``p50`` and ``p99`` are milliseconds as the client saw them, ``processor`` is the mean of what
    the servers' processors spent on a request, in milliseconds too.
    """

    size: int
    kind: str
    way: str
    addresses: int
    requests: int
    per_second: float
    p50: float
    p99: float
    processor: float
    bytes_each: int

    @classmethod
    def of(cls, site: Site, kind: str, way: str, done: Load) -> Row:
        """Return what ``done`` says."""
        times = done.milliseconds
        return cls(
            site.size,
            kind,
            way,
            len(site.addresses[kind]),
            len(times),
            len(times) / done.seconds,
            percentile(times, 0.5),
            percentile(times, 0.99),
            _processor(done),
            done.bytes // len(times),
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """How many times longer a warm page takes in the last archive than in the first.

    ``processor`` is that of the servers, ``clock`` the p50 that the client sees.
    """

    kind: str
    processor: float
    clock: float

    @classmethod
    def of(cls, kind: str, turns: Sequence[tuple[Load, Load]]) -> Growth:
        """Return the medians of the ratios within the turns, each of the first and the last."""
        return cls(
            kind,
            median(_processor(last) / _processor(first) for first, last in turns),
            median(_p50(last) / _p50(first) for first, last in turns),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How often: cold starts, turns of the other ways, and the bounds of one turn."""

    starts: int
    turns: int
    bounds: Bounds


def measure(sites: Sequence[Site], plan: Plan) -> tuple[list[Row], list[Growth]]:
    """Return a row for each size, kind and way, and the growth of each kind.

    The sites take turns, so that what else the machine does falls on all of them alike.
    """
    rows: list[Row] = []
    growth: list[Growth] = []
    for kind in sites[0].addresses:
        say(kind)
        rows += (Row.of(site, kind, "cold", _cold(site, kind, plan)) for site in sites)
        loads = {(site.size, way): Load() for site in sites for way in WAYS[1:]}
        turns = []
        for number in range(plan.turns):
            warm = {}
            for site in sites[:: -1 if number % 2 else 1]:
                for way, done in _ways(site, kind, plan.bounds):
                    loads[site.size, way].add(done)
                    if way == "warm":
                        warm[site.size] = done
            turns.append((warm[sites[0].size], warm[sites[-1].size]))
        rows += (
            Row.of(site, kind, way, loads[site.size, way]) for site in sites for way in WAYS[1:]
        )
        growth.append(Growth.of(kind, turns))
    return rows, growth


def _cold(site: Site, kind: str, plan: Plan) -> Load:
    """Ask for each address once, right after a start; several starts where pages are few."""
    paths = site.addresses[kind]
    once = Bounds(len(paths), 60 * plan.bounds.seconds, plan.bounds.connections)
    done = Load()
    for _ in range(plan.starts):
        site.restart()
        done.add(_asked(site, site.server, paths, once, keep=False))
    return done


def _ways(site: Site, kind: str, bounds: Bounds) -> Iterator[tuple[str, Load]]:
    """Yield one turn of each way but the cold one."""
    paths = site.addresses[kind]
    # A connection for each request: one that is kept would tie the client to one worker.
    yield "warm", _asked(site, site.server, paths, bounds, keep=False)
    site.prime(kind)
    yield "nginx", _asked(site, site.proxy, paths, bounds, keep=True)
    yield "static", _asked(site, site.plain, site.files[kind], bounds, keep=True)


def _asked(site: Site, port: int, paths: Sequence[str], bounds: Bounds, *, keep: bool) -> Load:
    before = site.processor_seconds()
    done = load(port, paths, bounds, keep=keep)
    done.processor_seconds = site.processor_seconds() - before
    return done


def _processor(done: Load) -> float:
    return done.processor_seconds * 1000 / len(done.milliseconds)


def _p50(done: Load) -> float:
    return percentile(done.milliseconds, 0.5)
