"""The measurements: each kind of page, served each way, in archives of several sizes in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.percentiles import percentile
from benchmarks.report import print_progress
from benchmarks.reverse_proxy_runs.client import Load, LoadLimits, run_load
from benchmarks.reverse_proxy_runs.site import Site

WAYS = ("cold", "warm", "nginx", "static")


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of page, served one way, in one archive.

    ``p50`` and ``p99`` are milliseconds measured by the client; ``processor`` is the servers' mean
    processor time of a request, in milliseconds, too.
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
    def of(cls, site: Site, kind: str, way: str, result: Load) -> Row:
        """Return the row with the figures of ``result``."""
        times = result.milliseconds
        return cls(
            site.size,
            kind,
            way,
            len(site.paths[kind]),
            len(times),
            len(times) / result.seconds,
            percentile(times, 0.5),
            percentile(times, 0.99),
            _processor_ms(result),
            result.bytes // len(times),
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """The time of a warm page in the last archive, divided by that in the first.

    ``processor`` compares the servers' processor time, ``clock`` the client's p50.
    """

    kind: str
    processor: float
    clock: float

    @classmethod
    def of(cls, kind: str, turns: Sequence[tuple[Load, Load]]) -> Growth:
        """Return the medians of the ratios; each turn is a pair of the first and last archive."""
        return cls(
            kind,
            median(_processor_ms(last) / _processor_ms(first) for first, last in turns),
            median(_p50(last) / _p50(first) for first, last in turns),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of cold starts, the number of turns of the other ways, the limits of one turn."""

    starts: int
    turns: int
    limits: LoadLimits


def measure(sites: Sequence[Site], plan: Plan) -> tuple[list[Row], list[Growth]]:
    """Return a row for each size, kind and way, and the growth of each kind.

    The sites take turns, so that other work on the machine affects all of them alike.
    """
    rows: list[Row] = []
    growth: list[Growth] = []
    for kind in sites[0].paths:
        print_progress(kind)
        rows += (Row.of(site, kind, "cold", _measure_cold(site, kind, plan)) for site in sites)
        loads = {(site.size, way): Load() for site in sites for way in WAYS[1:]}
        turns = []
        for number in range(plan.turns):
            warm = {}
            for site in sites[:: -1 if number % 2 else 1]:
                for way, result in _measure_warm_ways(site, kind, plan.limits):
                    loads[site.size, way].add(result)
                    if way == "warm":
                        warm[site.size] = result
            turns.append((warm[sites[0].size], warm[sites[-1].size]))
        rows += (
            Row.of(site, kind, way, loads[site.size, way]) for site in sites for way in WAYS[1:]
        )
        growth.append(Growth.of(kind, turns))
    return rows, growth


def _measure_cold(site: Site, kind: str, plan: Plan) -> Load:
    """Request each path once after a start of the server, and add up ``plan.starts`` of these."""
    paths = site.paths[kind]
    once = LoadLimits(len(paths), 60 * plan.limits.seconds, plan.limits.connections)
    result = Load()
    for _ in range(plan.starts):
        site.restart()
        result.add(_measure_load(site, site.server_port, paths, once, keep_alive=False))
    return result


def _measure_warm_ways(site: Site, kind: str, limits: LoadLimits) -> Iterator[tuple[str, Load]]:
    """Yield one turn of each way except the cold one."""
    paths = site.paths[kind]
    # A connection for each request: a persistent one would tie the client to one worker.
    yield "warm", _measure_load(site, site.server_port, paths, limits, keep_alive=False)
    site.fill_proxy_cache(kind)
    yield "nginx", _measure_load(site, site.proxy_port, paths, limits, keep_alive=True)
    yield "static", _measure_load(site, site.file_port, site.files[kind], limits, keep_alive=True)


def _measure_load(
    site: Site, port: int, paths: Sequence[str], limits: LoadLimits, *, keep_alive: bool
) -> Load:
    before = site.processor_seconds()
    result = run_load(port, paths, limits, keep_alive=keep_alive)
    result.processor_seconds = site.processor_seconds() - before
    return result


def _processor_ms(result: Load) -> float:
    return result.processor_seconds * 1000 / len(result.milliseconds)


def _p50(result: Load) -> float:
    return percentile(result.milliseconds, 0.5)
