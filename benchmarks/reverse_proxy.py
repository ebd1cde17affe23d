"""Pages by gunicorn, by nginx's cache and as files: ``python benchmarks/reverse_proxy.py``."""

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
from benchmarks.proxying.client import AnswerError, Bounds
from benchmarks.proxying.config import ConfigError
from benchmarks.proxying.databases import given_postgresql
from benchmarks.proxying.measuring import Plan, measure
from benchmarks.proxying.site import Site
from benchmarks.proxying.tables import tables
from benchmarks.report import MAX_GROWTH, machine, machine_line, say, show

SIZES = (10_000, 100_000)


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split(",")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="articles")
    parser.add_argument(
        "--kinds", type=_words, default=[], metavar="A,B", help="only these kinds of pages"
    )
    parser.add_argument("--starts", type=int, default=3, help="cold starts of each kind (3)")
    parser.add_argument("--turns", type=int, default=5, help="of the other ways (5)")
    parser.add_argument("--requests", type=int, default=400, help="of a turn, at the most (400)")
    parser.add_argument("--seconds", type=float, default=1, help="of a turn, at the most (1)")
    parser.add_argument("--connections", type=int, default=2, help="requests at once (2)")
    parser.add_argument("--folder", type=Path, help="keep the archives, and use those that are")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    return parser.parse_args(given)


def _described() -> dict[str, str]:
    """Return the machine, nginx and the commit."""
    version = _told(["nginx", "-v"]).rpartition("/")[2]
    commit = _told(["git", "rev-parse", "--short", "HEAD"])
    # Without the optional lock a look at the tree would hinder who commits meanwhile.
    changed = _told(["git", "--no-optional-locks", "status", "--porcelain"])
    return machine() | {
        "nginx": version,
        "commit": f"{commit or 'unknown'}{' and changes' * bool(changed)}",
    }


def _told(command: Sequence[str]) -> str:
    """Return what a command says, whichever way; nothing when it fails."""
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return "" if done.returncode else (done.stdout + done.stderr).strip()


def run(arguments: argparse.Namespace, folder: Path) -> int:
    """Measure, print and write what was found; return 3 when a kind of page grew too much."""
    is_postgresql = given_postgresql() is not None
    bounds = Bounds(arguments.requests, arguments.seconds, arguments.connections)
    with ExitStack() as stack:
        sites = [
            stack.enter_context(Site(n, folder / str(n), arguments.kinds)) for n in arguments.sizes
        ]
        rows, growth = measure(sites, Plan(arguments.starts, arguments.turns, bounds))
    described = _described() | ({"database": "PostgreSQL"} if is_postgresql else {})
    show(*tables(rows, growth), machine_line(described))
    if arguments.json is not None:
        figures = {
            "machine": described,
            "plan": asdict(bounds) | {"starts": arguments.starts, "turns": arguments.turns},
            "rows": [asdict(row) for row in rows],
            "growth": [asdict(each) for each in growth],
        }
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")
    # PostgreSQL works in processes of its own, whose time is not counted here.
    grown = [each.kind for each in growth
             if (each.clock if is_postgresql else each.processor) > MAX_GROWTH]  # fmt: skip
    if grown:
        say(f"more than {MAX_GROWTH} times slower in the largest archive: {', '.join(grown)}")
    return 3 if grown else 0


def main(given: Sequence[str] | None = None) -> int:
    """Measure and return an exit code: 1 when that failed, 3 when a kind of page grew too much."""
    arguments = _arguments(given)
    if shutil.which("nginx") is None:
        say("nginx is not installed (Debian: `apt install nginx`): nothing was measured")
        return 1
    # Turned into an exit, so that the servers are ended and the folder is removed on the way out.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with TemporaryDirectory(prefix="archive-bench-") as temporary:
        try:
            return run(arguments, (arguments.folder or Path(temporary)).resolve())
        except (CommandError, AnswerError, ConfigError) as error:
            say(str(error))
            return 1


if __name__ == "__main__":
    sys.exit(main())
