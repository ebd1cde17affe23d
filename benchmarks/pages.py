"""Compare pages of a small and a ten times larger archive: ``python benchmarks/pages.py``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Self

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.archive_import import PROJECT, archive_environment, migrate
from benchmarks.process_measurement import CommandError
from benchmarks.report import (
    MAX_GROWTH,
    describe_machine,
    machine_line,
    markdown_table,
    print_progress,
    print_report,
)

SIZES = (10_000, 100_000)
ROUNDS = 21  # each of five requests for every page
_NO_LIMITS = dict.fromkeys(("COSTLY_RATE", "SEARCH_RATE"), "off")


@dataclass(frozen=True, slots=True)
class PageTimes:
    """One kind of page in the archives of all sizes; times are medians in milliseconds.

    ``growth`` is the time in the last archive divided by that in the first: the median of the
    ratios of adjacent measurements, which other work on the machine affects alike.
    """

    page: str
    queries: tuple[int, ...]
    milliseconds: tuple[float, ...]
    growth: float


def measure_pages(sizes: Sequence[int] = SIZES) -> list[PageTimes]:
    """Create an archive of each size and return the times of its pages.

    Raises CommandError when a page does not return 200.
    """
    with ExitStack() as stack:
        archives = [stack.enter_context(_ArchiveProcess(size)) for size in sizes]
        queries = [archive.read_json() for archive in archives]
        rounds: list[dict[str, list[float]]] = [
            {page: _time_in_each(archives, page, reverse=bool(number % 2)) for page in queries[0]}
            for number in range(ROUNDS)
        ]
    return [
        PageTimes(
            page,
            tuple(counts[page] for counts in queries),
            tuple(median(times) for times in zip(*(each[page] for each in rounds), strict=True)),
            median(each[page][-1] / each[page][0] for each in rounds),
        )
        for page in queries[0]
    ]


def _time_in_each(archives: Sequence[_ArchiveProcess], page: str, *, reverse: bool) -> list[float]:
    """Return the milliseconds of ``page`` in each archive, measured directly one after another."""
    times = {archive: archive.time(page) for archive in (archives[::-1] if reverse else archives)}
    return [times[archive] for archive in archives]


class _ArchiveProcess(ExitStack):
    """An archive in a temporary folder, and the process that times its pages."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __enter__(self) -> Self:
        folder = Path(self.enter_context(TemporaryDirectory(prefix="archive-pages-")))
        environment = archive_environment(folder) | _NO_LIMITS
        print_progress(f"writing {self._size:,} articles")
        migrate(folder, environment)
        self._errors = folder / "errors"
        # The process inherits the file, so it can be closed here.
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(PROJECT / "benchmarks" / "page_timing.py"), str(self._size)],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self.enter_context(self._process)
        self.callback(self._process.kill)
        return self

    def time(self, page: str) -> float:
        """Return the time of ``page`` in milliseconds."""
        if self._process.stdin is None:
            raise RuntimeError("the process was started without a pipe to its stdin")
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()
        return float(self.read_json())

    def read_json(self) -> Any:
        """Return the next line of the process's output, parsed from JSON."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise CommandError(
                f"timing the pages of {self._size:,} articles failed:\n"
                f"{self._errors.read_text(errors='replace')[-2000:]}"
            )
        return json.loads(line)


def table(measured: Sequence[PageTimes], sizes: Sequence[int] = SIZES) -> str:
    """Return a Markdown table of the pages, with the growth from the first size to the last."""
    columns = ["page"]
    for size in sizes:
        columns += [f"queries at {size:,}", f"ms at {size:,}"]
    rows = []
    for page in measured:
        cells = [page.page]
        for queries, milliseconds in zip(page.queries, page.milliseconds, strict=True):
            cells += [str(queries), f"{milliseconds:.1f}"]
        rows.append([*cells, f"{page.growth:.2f}"])
    return markdown_table([*columns, "growth"], rows)


def main() -> int:
    """Measure and return an exit code: 3 when a page grew by more than MAX_GROWTH."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    arguments = parser.parse_args()
    try:
        measured = measure_pages(arguments.sizes)
    except CommandError as error:
        print_progress(str(error))
        return 1
    machine = describe_machine()
    print_report(table(measured, arguments.sizes), machine_line(machine))
    if arguments.json is not None:
        figures = {"machine": machine, "pages": [asdict(page) for page in measured]}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    slow = [page.page for page in measured if page.growth > MAX_GROWTH]
    if slow:
        print_progress(f"over {MAX_GROWTH} times slower in the largest archive: {', '.join(slow)}")
    return 3 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
