"""The whole benchmark of one size, from the index to the tables.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from benchmarks.percentiles import percentile
from benchmarks.report import markdown_table, print_progress, ratio
from benchmarks.search_runs import alternatives, index
from benchmarks.search_runs.concurrent_readers import time_beside_writer
from benchmarks.search_runs.documents import GeneratedArchive
from benchmarks.search_runs.queries import choose_queries
from benchmarks.search_runs.timing import STEPS, Times


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds (p50 and p99) of one kind of query and one step, by clock and by processor."""

    state: str  # cold, warm, beside a writer
    kind: str
    step: str
    count: int
    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float


@dataclass(frozen=True, slots=True)
class SizeResult:
    """All results of one size."""

    backend: str
    built: index.IndexBuild
    rows: list[Row]
    alternatives: list[alternatives.EngineResult]


def measure(
    archive: GeneratedArchive, folder: Path, *, seconds: float, with_others: bool
) -> SizeResult:
    """Build the archive's index in ``folder``, unless it exists, and measure it."""
    folder.mkdir(parents=True, exist_ok=True)
    index_path = str(folder / "search.sqlite3")
    os.environ["SEARCH_DATABASE"] = index_path  # for the processes of readers and writer
    with override_settings(SEARCH_DATABASE=index_path):
        built = _load_or_build(archive, folder)
        queries = choose_queries(archive)
        gc.collect()
        gc.freeze()  # as gunicorn.conf.py does
        rows: list[Row] = []
        if connection.vendor == "sqlite":
            print_progress("searching with a cold cache")
            rows += _rows("cold", index.time_cold(queries))
        print_progress("searching")
        rows += _rows("warm", index.time_warm(queries, seconds))
        compared = alternatives.compare(archive, queries, folder) if with_others else []
        print_progress("searching beside a writer")
        rows += _rows("beside a writer", time_beside_writer(archive, queries, seconds))
    return SizeResult(connection.vendor, built, rows, compared)


def _load_or_build(archive: GeneratedArchive, folder: Path) -> index.IndexBuild:
    figures_path = folder / "built.json"
    if figures_path.exists():
        return index.IndexBuild(**json.loads(figures_path.read_text()))
    print_progress(f"indexing {archive.size:,} articles")
    if connection.vendor == "postgresql":
        call_command("migrate", verbosity=0)
    built = index.build_index(archive)
    figures_path.write_text(json.dumps(asdict(built)))
    return built


def _rows(state: str, times: Times) -> list[Row]:
    return [
        Row(state, kind, step, len(wall), percentile(wall, 0.5), percentile(wall, 0.99),
            percentile(times.cpu[kind, step], 0.5), percentile(times.cpu[kind, step], 0.99))
        for (kind, step), wall in times.wall.items()
    ]  # fmt: skip


def tables(measured: SizeResult) -> Iterable[str]:
    """Yield the results as Markdown."""
    built = measured.built
    yield f"### {built.size:,} articles, {measured.backend}"
    yield markdown_table(
        ("articles", "text MB", "index / text", "seconds", "articles/s", "articles per CPU s"),
        [[f"{built.size:,}", f"{built.text_bytes / 1e6:,.0f}", f"{built.ratio:.2f}",
          f"{built.seconds:.1f}", f"{built.size / built.seconds:,.0f}",
          f"{built.size / built.cpu_seconds:,.0f}"]],
    )  # fmt: skip
    kinds = dict.fromkeys(row.kind for row in measured.rows)
    for state in dict.fromkeys(row.state for row in measured.rows):
        rows = {(row.kind, row.step): row for row in measured.rows if row.state == state}
        steps = [step for step in STEPS if any(key[1] == step for key in rows)]
        yield f"{state.capitalize()}: ms p50/p99, and of it the processor's time (p99)"
        yield markdown_table(
            ("query", *steps),
            [[kind, *(_cell(rows.get((kind, step))) for step in steps)] for kind in kinds],
        )
    if measured.alternatives:
        yield _alternatives_table(measured)


def _cell(row: Row | None) -> str:
    return f"{row.p50:.1f}/{row.p99:.1f} ({row.cpu_p99:.1f})" if row else "—"


def _alternatives_table(measured: SizeResult) -> str:
    """Return a row for each engine and kind, with the ratios of its times to the archive's."""
    ours = {row.kind: row for row in measured.rows
            if (row.state, row.step) == ("warm", "newest 20")}  # fmt: skip
    rows = []
    for other in measured.alternatives:
        for kind, (p50, p99) in other.newest.items():
            rows.append(
                [other.name, kind, f"{p50:.2f}/{p99:.2f}", ratio(p50, ours[kind].p50),
                 f"{other.found[kind]:.2f}", f"{other.index_bytes / measured.built.text_bytes:.2f}",
                 f"{measured.built.size / other.seconds:,.0f}"]
            )  # fmt: skip
    return markdown_table(
        ("instead", "query", "newest 20, ms p50/p99", "p50 / the archive's",
         "found / the archive's", "index / text", "articles/s"), rows,
    )  # fmt: skip
