"""Cost of importing each hostile source: ``python -m benchmarks.hostile_imports [WORD...]``.

With words, only the cases whose names contain one of them. Each is imported by one worker into a
new archive. Processor time and memory are those above an import of two valid posts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from articles.tests.support.hostile_bodies import ACCEPTED_BODIES, REFUSED_BODIES, BodyFactory
from articles.tests.support.hostile_cases import Case
from articles.tests.support.hostile_repositories import OTHERS
from articles.tests.support.hostile_tars import TARS
from articles.tests.support.hostile_zips import ZIPS
from articles.tests.support.packed_sources import good_posts, pack
from articles.tests.support.post_files import STORY_URL, make_post
from benchmarks.process_measurement import measure

PROJECT = Path(__file__).resolve().parents[1]
MAX_SECONDS = 2.0
MAX_BYTES = 200_000_000


def hostile_cases() -> Iterator[Case]:
    """Yield every hostile source; add new ones here."""
    yield from ZIPS
    yield from TARS
    yield from OTHERS
    for name, body in (ACCEPTED_BODIES | REFUSED_BODIES).items():
        yield Case(f"body: {name}", partial(_folder_with_body, body), "", "")


def _folder_with_body(body: BodyFactory, folder: Path) -> Path:
    """Create a folder with two valid posts and one with this body; return its path."""
    post = make_post(body=body(), title="今日要闻", url=f"{STORY_URL}/hostile")
    return pack("folder", good_posts() | {"2021-01-14-hostile.md": post}, folder / "posts")


def measure_import(source: Path, empty: Path) -> tuple[float, int]:
    """Return the processor seconds and the peak bytes of an import of ``source``.

    ``empty`` is a migrated database without rows, which is copied.
    """
    with tempfile.TemporaryDirectory() as name:
        database = Path(name, "archive.sqlite3")
        shutil.copy(empty, database)
        measurement = measure(
            [sys.executable, "manage.py", "import_posts", str(source), "--workers=1"],
            folder=PROJECT,
            environment=_environment(database),
            log_folder=Path(name),
            accepted=frozenset({0, 3}),
        )
    return measurement.user_seconds + measurement.system_seconds, measurement.peak_bytes


def _environment(database: Path) -> dict[str, str]:
    settings = {"SECRET_KEY": "only-for-benchmarks", "DATABASE_URL": f"sqlite:///{database}"}
    return {**os.environ, **settings}


def main(words: list[str]) -> int:
    """Print a line for each case; return 1 when one exceeds MAX_SECONDS or MAX_BYTES."""
    with tempfile.TemporaryDirectory() as name:
        work_folder = Path(name)
        valid = pack("folder", good_posts(), work_folder / "sound")
        empty = work_folder / "empty.sqlite3"
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(command, cwd=PROJECT, env=_environment(empty), check=True)
        baseline = sorted(measure_import(valid, empty) for _ in range(3))[1]
        sys.stdout.write(
            f"two valid posts: {baseline[0]:.2f} s, {baseline[1] / 1e6:.0f} MB; above:\n"
        )
        over = 0
        for number, case in enumerate(hostile_cases()):
            if words and not any(word in case.name for word in words):
                continue
            folder = work_folder / str(number)
            folder.mkdir()
            source = case.build(folder)
            seconds, peak = measure_import(source, empty)
            seconds, peak = max(0.0, seconds - baseline[0]), max(0, peak - baseline[1])
            flag = " !" if seconds > MAX_SECONDS or peak > MAX_BYTES else ""
            over += bool(flag)
            sys.stdout.write(f"{seconds:6.2f} s {peak / 1e6:5.0f} MB  {case.name}{flag}\n")
            sys.stdout.flush()
        return min(over, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
