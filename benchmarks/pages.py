"""List and article pages of a small and a ten times larger archive: ``benchmarks/pages.py``."""

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
from benchmarks.report import MAX_GROWTH, machine, machine_line, markdown_table, say, show

SIZES = (10_000, 100_000)
ROUNDS = 21  # of five requests for each page
_NO_LIMITS = dict.fromkeys(("COSTLY_RATE", "SEARCH_RATE"), "off")


@dataclass(frozen=True, slots=True)
class PageTimes:
    """One kind of page in the archives of all sizes; times are medians in milliseconds.

    ``growth`` is how many times longer the page takes in the last archive than in the first: the
    median of the ratios of neighbouring measurements, which other work on the machine hits alike.
    """

    page: str
    queries: tuple[int, ...]
    milliseconds: tuple[float, ...]
    growth: float


def measure_pages(sizes: Sequence[int] = SIZES) -> list[PageTimes]:
    """Make an archive of each size and return the times of its pages.

    Raises CommandError when a page does not answer with 200.
    """
    with ExitStack() as stack:
        archives = [stack.enter_context(_Archive(size)) for size in sizes]
        queries = [archive.answer() for archive in archives]
        rounds: list[dict[str, list[float]]] = [
            {page: _in_turns(archives, page, reverse=bool(number % 2)) for page in queries[0]}
            for number in range(ROUNDS)
        ]
    return [
        PageTimes(
            page,
            tuple(asked[page] for asked in queries),
            tuple(median(times) for times in zip(*(each[page] for each in rounds), strict=True)),
            median(each[page][-1] / each[page][0] for each in rounds),
        )
        for page in queries[0]
    ]


def _in_turns(archives: Sequence[_Archive], page: str, *, reverse: bool) -> list[float]:
    """Return the milliseconds of ``page`` in each archive, asked one right after the other."""
    times = {archive: archive.time(page) for archive in (archives[::-1] if reverse else archives)}
    return [times[archive] for archive in archives]


class _Archive(ExitStack):
    """An archive in a temporary folder, and the process that serves its pages."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __enter__(self) -> Self:
        folder = Path(self.enter_context(TemporaryDirectory(prefix="archive-pages-")))
        environment = archive_environment(folder) | _NO_LIMITS
        say(f"writing {self._size:,} articles")
        migrate(folder, environment)
        self._errors = folder / "errors"
        # Opened and closed here; the process has its own hold on the file.
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(PROJECT / "benchmarks" / "page_times.py"), str(self._size)],
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
        """Return the milliseconds that ``page`` takes."""
        if self._process.stdin is None:
            raise RuntimeError("the process was started without a way to ask it")
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()
        return float(self.answer())

    def answer(self) -> Any:
        """Return what the process says next."""
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
        say(str(error))
        return 1
    described = machine()
    show(table(measured, arguments.sizes), machine_line(described))
    if arguments.json is not None:
        figures = {"machine": described, "pages": [asdict(page) for page in measured]}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    slow = [page.page for page in measured if page.growth > MAX_GROWTH]
    if slow:
        say(f"over {MAX_GROWTH} times slower in the largest archive: {', '.join(slow)}")
    return 3 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
