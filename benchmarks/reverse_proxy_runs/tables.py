"""The results as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.report import markdown_table, ratio
from benchmarks.reverse_proxy_runs.measurements import WAYS, Growth, Row


def tables(rows: Sequence[Row], growth: Sequence[Growth]) -> Iterator[str]:
    """Yield tables for each size and, for several sizes, one of the growth."""
    sizes = list(dict.fromkeys(row.size for row in rows))
    for size in sizes:
        yield f"### {size:,} articles"
        rows_by_kind_and_way = {(row.kind, row.way): row for row in rows if row.size == size}
        yield _speeds(rows_by_kind_and_way)
        yield _against_files(rows_by_kind_and_way)
    if len(sizes) > 1:
        yield f"### Growth from {sizes[0]:,} to {sizes[-1]:,} articles"
        yield _growth(rows, growth, sizes[0], sizes[-1])


def _speeds(rows_by_kind_and_way: Mapping[tuple[str, str], Row]) -> str:
    """Return a row for each kind: requests per second, and p50/p99 in milliseconds."""
    lines = []
    for kind, row in _kinds(rows_by_kind_and_way):
        cells = [kind, str(row.addresses), f"{row.bytes_each / 1000:.1f}"]
        for way in WAYS:
            row = rows_by_kind_and_way[kind, way]
            cells += [f"{row.per_second:,.0f}", f"{row.p50:.1f}/{row.p99:.1f}"]
        lines.append(cells)
    columns = ["page", "addresses", "kB"]
    for way in WAYS:
        columns += [f"{way}, per s", "ms p50/p99"]
    return markdown_table(columns, lines)


def _against_files(rows_by_kind_and_way: Mapping[tuple[str, str], Row]) -> str:
    """Return a row for each kind: the servers' processor time, and ratios to plain files."""
    lines = []
    for kind, static in _kinds(rows_by_kind_and_way):
        warm, nginx = rows_by_kind_and_way[kind, "warm"], rows_by_kind_and_way[kind, "nginx"]
        lines.append(
            [
                kind,
                *(f"{rows_by_kind_and_way[kind, way].processor:.2f}" for way in WAYS),
                ratio(warm.per_second, static.per_second),
                ratio(nginx.per_second, static.per_second),
                ratio(nginx.p50, static.p50),
                ratio(nginx.p99, static.p99),
                ratio(nginx.processor, static.processor),
            ]
        )
    columns = ["page", *(f"{way}, CPU ms" for way in WAYS)]
    columns += ["warm / static, per s"]
    columns += [f"nginx / static, {what}" for what in ("per s", "p50", "p99", "CPU")]
    return markdown_table(columns, lines)


def _kinds(rows_by_kind_and_way: Mapping[tuple[str, str], Row]) -> Iterator[tuple[str, Row]]:
    """Yield each kind with its row for plain files."""
    return ((kind, row) for (kind, way), row in rows_by_kind_and_way.items() if way == "static")


def _growth(rows: Sequence[Row], growth: Sequence[Growth], small: int, large: int) -> str:
    warm = {(row.kind, row.size): row for row in rows if row.way == "warm"}
    return markdown_table(
        (
            "page",
            f"CPU ms at {small:,}",
            f"at {large:,}",
            "growth",
            f"p50 ms at {small:,}",
            f"at {large:,}",
            "growth",
        ),
        [
            [
                each.kind,
                f"{warm[each.kind, small].processor:.2f}",
                f"{warm[each.kind, large].processor:.2f}",
                f"{each.processor:.2f}",
                f"{warm[each.kind, small].p50:.1f}",
                f"{warm[each.kind, large].p50:.1f}",
                f"{each.clock:.2f}",
            ]
            for each in growth
        ],
    )
