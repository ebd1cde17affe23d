"""Compare the import with Hugo's build of the same posts: ``python benchmarks/run.py``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import archive_import, hugo, pages
from benchmarks.generate_posts import generate_posts
from benchmarks.process_measurement import CommandError, Measurement
from benchmarks.report import (
    MEBIBYTE,
    describe_machine,
    machine_line,
    markdown_table,
    print_progress,
    print_report,
    ratio,
)

COLUMNS = (
    "step",
    "posts",
    "seconds",
    "posts/s",
    "CPU s",
    "of it system",
    "posts per CPU s",
    "peak MiB",
)
RATIOS = ("time / Hugo", "CPU / Hugo")
OUTCOMES = ("files", "created", "versions", "unchanged", "failed", "skipped")
REIMPORT = "import again, unchanged"
NO_INDEX = "import without the search index"
MAX_FAILED = (
    0.01  # share of the files; a failure is quick, so more of them make the time meaningless
)
HUGO_STEP = "Hugo: pages, tags, days, feed"


@dataclass(frozen=True, slots=True)
class Step:
    """One measured step and its number of posts."""

    name: str
    posts: int
    seconds: float
    user_seconds: float
    system_seconds: float
    peak_bytes: int

    @property
    def cpu_seconds(self) -> float:
        """Return the processor time, user and system together."""
        return self.user_seconds + self.system_seconds

    @classmethod
    def from_measurement(cls, name: str, posts: int, measured: Measurement) -> Step:
        """Return the step with the figures of ``measured``."""
        return cls(
            name,
            posts,
            measured.seconds,
            measured.user_seconds,
            measured.system_seconds,
            measured.peak_bytes,
        )

    def row(self, base: Step | None) -> list[str]:
        """Return the cells of the table; ratios are relative to ``base``."""
        cells = [
            self.name,
            f"{self.posts:,}",
            f"{self.seconds:.2f}",
            f"{self.posts / self.seconds:,.0f}",
            f"{self.cpu_seconds:.2f}",
            f"{self.system_seconds:.2f}",
            f"{self.posts / self.cpu_seconds:,.0f}",
            f"{self.peak_bytes / MEBIBYTE:.0f}",
        ]
        if base is None:
            return [*cells, "—", "—"]
        # Per post, because posts that Hugo can't parse are left out of its build.
        return [
            *cells,
            ratio(self.seconds / self.posts, base.seconds / base.posts),
            ratio(self.cpu_seconds / self.posts, base.cpu_seconds / base.posts),
        ]


@dataclass(slots=True)
class Comparison:
    """All steps of one run, and the notes under its table."""

    steps: list[Step]
    notes: list[str]

    def table(self) -> str:
        """Return the steps as a Markdown table, with ratios relative to Hugo if it ran."""
        base = next((step for step in self.steps if step.name == HUGO_STEP), None)
        return markdown_table((*COLUMNS, *RATIOS), [step.row(base) for step in self.steps])


def compare(posts: Path, folder: Path) -> Comparison:
    """Import the posts below ``posts``, import them again unchanged, and build them with Hugo.

    Hugo builds before, between and after the imports, and its fastest build counts: other work
    on the machine can only slow it down, and a slow baseline would flatter the import.
    """
    files = sum(1 for _ in posts.rglob("*.md"))
    result = Comparison([], [])
    print_progress(f"reading {files:,} files")
    result.steps.append(
        Step.from_measurement("read and hash", files, archive_import.copy_bytes(posts, folder))
    )
    baseline = _Baseline(posts, folder)
    environment = archive_import.archive_environment(folder)
    archive_import.migrate(folder, environment)
    baseline.build()
    bare = folder / "bare"
    bare.mkdir()
    archive_import.migrate(bare, archive_import.archive_environment(bare))
    for name in ("import", REIMPORT, NO_INDEX):
        print_progress(name)
        run = (
            archive_import.import_posts(
                posts, bare, archive_import.archive_environment(bare), "--no-index"
            )
            if name == NO_INDEX
            else archive_import.import_posts(posts, folder, environment)
        )
        result.steps.append(Step.from_measurement(name, run.count("files"), run.measurement))
        counts = ", ".join(f"{run.count(outcome):,} {outcome}" for outcome in OUTCOMES)
        result.notes.append(f"{name}: {counts}.")
        result.notes += [f"Failed, {n}: {why}." for why, n in run.failures.most_common(5)]
        _check_import(name, run)
        baseline.build()
    baseline.add_step(result)
    return result


def _check_import(name: str, run: archive_import.ImportResult) -> None:
    """Raise CommandError when too many files failed or a reimport found new ones."""
    if run.count("failed") > run.count("files") * MAX_FAILED:
        reasons = "; ".join(f"{n} times {why}" for why, n in run.failures.most_common(3))
        raise CommandError(f"{name}: {run.count('failed')} files failed ({reasons})")
    if name == REIMPORT and (run.count("created") or run.count("versions")):
        new = run.count("created") + run.count("versions")
        raise CommandError(f"{name}: {new} files were imported as new, though none had changed")


class _Baseline:
    """Hugo's builds of the same posts; does nothing if Hugo is not installed."""

    def __init__(self, posts: Path, folder: Path) -> None:
        self._version = hugo.hugo_version()
        self._folder = folder
        self._builds: list[Measurement] = []
        if self._version:
            self._site = hugo.write_site(posts, folder / "hugo")

    def build(self) -> None:
        if self._version:
            print_progress(f"Hugo {self._version}")
            self._builds.append(hugo.build(self._site, self._folder))

    def add_step(self, result: Comparison) -> None:
        if not self._version:
            result.notes.append("Hugo is not installed (Debian: `apt install hugo`): left out.")
            return
        fastest = min(self._builds, key=lambda build: build.seconds)
        step = Step.from_measurement(HUGO_STEP, self._site.posts, fastest)
        result.steps.append(step)
        seconds = ", ".join(f"{build.seconds:.2f}" for build in self._builds)
        user = ", ".join(f"{build.user_seconds:.2f}" for build in self._builds)
        system = ", ".join(f"{build.system_seconds:.2f}" for build in self._builds)
        result.notes.append(
            f"Hugo {self._version}: {step.posts:,} posts; builds of {seconds} s "
            f"({user} s user, {system} s system)."
        )
        if fastest.system_seconds > fastest.user_seconds:
            result.notes.append(
                "Hugo spent most of its time in the file system, which flatters the import. "
                "Run again with TMPDIR in memory: `TMPDIR=/dev/shm make bench`."
            )
        result.notes += [f"Left out of Hugo's input: {why}." for why in self._site.skipped]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--count", type=int, default=10_000, help="posts to generate (10000)")
    source.add_argument("--corpus", type=Path, metavar="DIR", help="use the posts below DIR")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other posts")
    parser.add_argument("--pages", action="store_true", help="measure the pages as well")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    arguments = parser.parse_args()
    if arguments.corpus is not None and not arguments.corpus.is_dir():
        parser.error(f"--corpus {arguments.corpus}: no such folder")
    return arguments


def main() -> int:
    """Run the comparison and return an exit code."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="archive-bench-") as name:
        folder = Path(name)
        posts = arguments.corpus
        if posts is None:
            posts = folder / "posts"
            print_progress(f"generating {arguments.count:,} posts")
            generate_posts(posts, arguments.count, arguments.seed)
        try:
            result = compare(posts.resolve(), folder)
        except CommandError as error:
            print_progress(str(error))
            return 1
    machine = describe_machine()
    print_report(result.table(), *result.notes, machine_line(machine))
    figures: dict[str, object] = {
        "machine": machine,
        "steps": [asdict(step) for step in result.steps],
        "notes": result.notes,
    }
    if arguments.pages:
        try:
            measured = pages.measure_pages()
        except CommandError as error:
            print_progress(str(error))
            return 1
        print_report("", pages.table(measured))
        figures["pages"] = [asdict(page) for page in measured]
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
