"""Measure the search in archives of several sizes: ``python benchmarks/search.py``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django

from benchmarks.archive_import import archive_environment
from benchmarks.report import describe_machine, machine_line, print_progress, print_report
from benchmarks.search_runs.sample_texts import generated_texts, texts_from_posts

SIZES = (10_000, 100_000, 1_000_000)


def _sizes(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, metavar="N,N", help="articles")
    parser.add_argument(
        "--corpus", type=Path, metavar="DIR", help="use sentences of the posts below DIR"
    )
    parser.add_argument("--seed", type=int, default=0, help="another seed, other articles")
    parser.add_argument("--seconds", type=float, default=60, help="duration of the searches (60)")
    parser.add_argument("--others", type=int, default=100_000, metavar="N",
                        help="largest size for other engines (100000)")  # fmt: skip
    parser.add_argument(
        "--folder", type=Path, help="keep indexes in this folder and reuse existing ones"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    arguments = parser.parse_args()
    if arguments.corpus is not None and not arguments.corpus.is_dir():
        parser.error(f"--corpus {arguments.corpus}: no such folder")
    return arguments


def _set_up(folder: Path) -> None:
    """Set up Django for an archive in ``folder`` or, with a PostgreSQL DATABASE_URL, in that."""
    environment = archive_environment(folder)
    if os.environ.get("DATABASE_URL", "").startswith(("postgres", "pgsql")):
        environment["DATABASE_URL"] = os.environ["DATABASE_URL"]
    os.environ.update(environment, DJANGO_SETTINGS_MODULE="archive_site.settings")
    django.setup()


def main() -> int:
    """Measure every size and return an exit code."""
    arguments = _arguments()
    figures: dict[str, Any] = {"machine": describe_machine(), "sizes": []}
    with TemporaryDirectory(prefix="archive-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _set_up(folder)
        # Models can only be imported once Django is set up.
        from benchmarks.search_runs.documents import GeneratedArchive
        from benchmarks.search_runs.run import measure, tables

        print_progress("reading sentences")
        texts = (
            texts_from_posts(arguments.corpus, arguments.seed)
            if arguments.corpus
            else generated_texts(arguments.seed)
        )
        for size in arguments.sizes:
            measured = measure(
                GeneratedArchive(texts, size, arguments.seed),
                folder / f"{size}",
                seconds=arguments.seconds,
                with_others=size <= arguments.others,
            )
            print_report(*tables(measured), "")
            figures["sizes"].append(asdict(measured))
            if arguments.json is not None:
                text = json.dumps(figures, ensure_ascii=False, indent=2, default=str)
                arguments.json.write_text(text + "\n")
    print_report(machine_line(figures["machine"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
