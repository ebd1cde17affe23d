"""One size from the first article to the last table.

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
from benchmarks.report import markdown_table, ratio, say
from benchmarks.search_runs import alternatives, index
from benchmarks.search_runs.concurrent_readers import beside_a_writer
from benchmarks.search_runs.documents import Archive
from benchmarks.search_runs.queries import choose
from benchmarks.search_runs.timing import STEPS, Times


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds of a kind of query and what was asked: in the middle, and 99 of 100."""

    state: str  # cold, warm, beside a writer
    kind: str
    step: str
    count: int
    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything about one size."""

    backend: str
    built: index.Built
    rows: list[Row]
    alternatives: list[alternatives.Other]


def measure(archive: Archive, folder: Path, *, seconds: float, with_others: bool) -> Measured:
    """Build the archive's index in ``folder``, unless it is there, and measure it."""
    folder.mkdir(parents=True, exist_ok=True)
    place = str(folder / "search.sqlite3")
    os.environ["SEARCH_DATABASE"] = place  # for the processes that read beside the writer
    with override_settings(SEARCH_DATABASE=place):
        built = _built(archive, folder)
        queries = choose(archive)
        gc.collect()
        gc.freeze()  # as gunicorn.conf.py does
        rows: list[Row] = []
        if connection.vendor == "sqlite":
            say("searching with nothing in memory")
            rows += _rows("cold", index.cold(queries))
        say("searching")
        rows += _rows("warm", index.warm(queries, seconds))
        compared = alternatives.compare(archive, queries, folder) if with_others else []
        say("searching beside a writer")
        rows += _rows("beside a writer", beside_a_writer(archive, queries, seconds))
    return Measured(connection.vendor, built, rows, compared)


def _built(archive: Archive, folder: Path) -> index.Built:
    told = folder / "built.json"
    if told.exists():
        return index.Built(**json.loads(told.read_text()))
    say(f"indexing {archive.size:,} articles")
    if connection.vendor == "postgresql":
        call_command("migrate", verbosity=0)
    built = index.build(archive)
    told.write_text(json.dumps(asdict(built)))
    return built


def _rows(state: str, times: Times) -> list[Row]:
    return [
        Row(state, kind, step, len(wall), percentile(wall, 0.5), percentile(wall, 0.99),
            percentile(times.cpu[kind, step], 0.5), percentile(times.cpu[kind, step], 0.99))
        for (kind, step), wall in times.wall.items()
    ]  # fmt: skip


def tables(measured: Measured) -> Iterable[str]:
    """Yield what was measured as Markdown."""
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
        asked = [step for step in STEPS if any(key[1] == step for key in rows)]
        yield f"{state.capitalize()}: ms p50/p99, and of it the processor's time (p99)"
        yield markdown_table(
            ("query", *asked),
            [[kind, *(_cell(rows.get((kind, step))) for step in asked)] for kind in kinds],
        )
    if measured.alternatives:
        yield _table_of_others(measured)


def _cell(row: Row | None) -> str:
    return f"{row.p50:.1f}/{row.p99:.1f} ({row.cpu_p99:.1f})" if row else "—"


def _table_of_others(measured: Measured) -> str:
    """Return a row for each engine and kind, the ratio of its newest 20 against the archive's."""
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
