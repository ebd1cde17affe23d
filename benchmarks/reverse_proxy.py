"""Time pages from gunicorn, nginx's cache and files: ``python benchmarks/reverse_proxy.py``."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.archive_import import PROJECT
from benchmarks.process_measurement import CommandError
from benchmarks.report import (
    MAX_GROWTH,
    describe_machine,
    machine_line,
    print_progress,
    print_report,
)
from benchmarks.reverse_proxy_runs.client import LoadLimits, ResponseError
from benchmarks.reverse_proxy_runs.config import ConfigError
from benchmarks.reverse_proxy_runs.databases import postgresql_url
from benchmarks.reverse_proxy_runs.measurements import Plan, measure
from benchmarks.reverse_proxy_runs.site import Site
from benchmarks.reverse_proxy_runs.tables import tables

SIZES = (10_000, 100_000)


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _names(text: str) -> list[str]:
    return text.split(",")


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="articles")
    parser.add_argument(
        "--kinds", type=_names, default=[], metavar="A,B", help="only these kinds of pages"
    )
    parser.add_argument("--starts", type=int, default=3, help="cold starts of each kind (3)")
    parser.add_argument("--turns", type=int, default=5, help="of the other ways (5)")
    parser.add_argument("--requests", type=int, default=400, help="of a turn, at the most (400)")
    parser.add_argument("--seconds", type=float, default=1, help="of a turn, at the most (1)")
    parser.add_argument("--connections", type=int, default=2, help="requests at once (2)")
    parser.add_argument("--folder", type=Path, help="keep the archives, and use those that are")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    return parser.parse_args(argv)


def _describe_setup() -> dict[str, str]:
    """Return the machine, nginx and the commit."""
    version = _output_of(["nginx", "-v"]).rpartition("/")[2]
    commit = _output_of(["git", "rev-parse", "--short", "HEAD"])
    # git status would otherwise take a lock, in the way of a commit at the same time.
    changed = _output_of(["git", "--no-optional-locks", "status", "--porcelain"])
    return describe_machine() | {
        "nginx": version,
        "commit": f"{commit or 'unknown'}{' and changes' * bool(changed)}",
    }


def _output_of(command: Sequence[str]) -> str:
    """Return a command's stdout and stderr; an empty string when it fails."""
    completed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return "" if completed.returncode else (completed.stdout + completed.stderr).strip()


def run(arguments: argparse.Namespace, folder: Path) -> int:
    """Measure, print and write the results; return 3 when a kind of page grew too much."""
    is_postgresql = postgresql_url() is not None
    limits = LoadLimits(arguments.requests, arguments.seconds, arguments.connections)
    with ExitStack() as stack:
        sites = [
            stack.enter_context(Site(n, folder / str(n), arguments.kinds)) for n in arguments.sizes
        ]
        rows, growth = measure(sites, Plan(arguments.starts, arguments.turns, limits))
    machine = _describe_setup() | ({"database": "PostgreSQL"} if is_postgresql else {})
    print_report(*tables(rows, growth), machine_line(machine))
    if arguments.json is not None:
        figures = {
            "machine": machine,
            "plan": asdict(limits) | {"starts": arguments.starts, "turns": arguments.turns},
            "rows": [asdict(row) for row in rows],
            "growth": [asdict(each) for each in growth],
        }
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    # The processor time of PostgreSQL's own processes is not counted here.
    grown = [each.kind for each in growth
             if (each.clock if is_postgresql else each.processor) > MAX_GROWTH]  # fmt: skip
    if grown:
        print_progress(
            f"more than {MAX_GROWTH} times slower in the largest archive: {', '.join(grown)}"
        )
    return 3 if grown else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and return an exit code: 1 for a failure, 3 when a kind of page grew too much."""
    arguments = _arguments(argv)
    if shutil.which("nginx") is None:
        print_progress("nginx is not installed (Debian: `apt install nginx`): nothing was measured")
        return 1
    # Turned into SystemExit, so that the servers are stopped and the folder is removed.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with TemporaryDirectory(prefix="archive-bench-") as temporary:
        try:
            return run(arguments, (arguments.folder or Path(temporary)).resolve())
        except (CommandError, ResponseError, ConfigError) as error:
            print_progress(str(error))
            return 1


if __name__ == "__main__":
    sys.exit(main())
