"""What was measured as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.proxying.measuring import WAYS, Growth, Row
from benchmarks.report import markdown_table, ratio


def tables(rows: Sequence[Row], growth: Sequence[Growth]) -> Iterator[str]:
    """Yield a table for each size, and one of the growth where there are several sizes."""
    sizes = list(dict.fromkeys(row.size for row in rows))
    for size in sizes:
        yield f"### {size:,} articles"
        found = {(row.kind, row.way): row for row in rows if row.size == size}
        yield _speeds(found)
        yield _against_files(found)
    if len(sizes) > 1:
        yield f"### Growth from {sizes[0]:,} to {sizes[-1]:,} articles"
        yield _growth(rows, growth, sizes[0], sizes[-1])


def _speeds(found: Mapping[tuple[str, str], Row]) -> str:
    """Return a line for each kind: requests a second, and milliseconds p50/p99."""
    lines = []
    for kind, row in _kinds(found):
        cells = [kind, str(row.addresses), f"{row.bytes_each / 1000:.1f}"]
        for way in WAYS:
            asked = found[kind, way]
            cells += [f"{asked.per_second:,.0f}", f"{asked.p50:.1f}/{asked.p99:.1f}"]
        lines.append(cells)
    columns = ["page", "addresses", "kB"]
    for way in WAYS:
        columns += [f"{way}, per s", "ms p50/p99"]
    return markdown_table(columns, lines)


def _against_files(found: Mapping[tuple[str, str], Row]) -> str:
    """Return a line for each kind: the servers' time, and ratios to plain files."""
    lines = []
    for kind, static in _kinds(found):
        warm, nginx = found[kind, "warm"], found[kind, "nginx"]
        lines.append(
            [
                kind,
                *(f"{found[kind, way].processor:.2f}" for way in WAYS),
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


def _kinds(found: Mapping[tuple[str, str], Row]) -> Iterator[tuple[str, Row]]:
    """Yield each kind with the row of its plain files."""
    return ((kind, row) for (kind, way), row in found.items() if way == "static")


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
