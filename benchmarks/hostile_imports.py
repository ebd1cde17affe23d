"""Cost of importing each hostile source: ``python -m benchmarks.hostile_imports [WORD...]``.

With words only the cases whose names hold one of them. Each is imported by one worker into an
archive of its own. Processor time and memory are those above an import of two sound posts.
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

from articles.tests.support.hostile_bodies import BODIES, REFUSED, Maker
from articles.tests.support.hostile_cases import Case
from articles.tests.support.hostile_repositories import OTHERS
from articles.tests.support.hostile_tars import TARS
from articles.tests.support.hostile_zips import ZIPS
from articles.tests.support.packed_sources import good_posts, pack
from articles.tests.support.post_files import ADDRESS, make_post
from benchmarks.process_measurement import measure

PROJECT = Path(__file__).resolve().parents[1]
MAX_SECONDS = 2.0
MAX_BYTES = 200_000_000


def cases() -> Iterator[Case]:
    """Yield every source to try; whoever has more of them adds them here."""
    yield from ZIPS
    yield from TARS
    yield from OTHERS
    for name, body in (BODIES | REFUSED).items():
        yield Case(f"body: {name}", partial(_beside_sound_posts, body), "", "")


def _beside_sound_posts(body: Maker, place: Path) -> Path:
    """Make a folder of two sound posts and one with this body."""
    post = make_post(body=body(), title="今日要闻", url=f"{ADDRESS}/hostile")
    return pack("folder", good_posts() | {"2021-01-14-hostile.md": post}, place / "posts")


def cost_of(source: Path, empty: Path) -> tuple[float, int]:
    """Return the processor seconds and the peak bytes of importing ``source``.

    ``empty`` is a migrated database, which is copied.
    """
    with tempfile.TemporaryDirectory() as name:
        database = Path(name, "archive.sqlite3")
        shutil.copy(empty, database)
        taken = measure(
            [sys.executable, "manage.py", "import_posts", str(source), "--workers=1"],
            folder=PROJECT,
            environment=_environment(database),
            log_folder=Path(name),
            accepted=frozenset({0, 3}),
        )
    return taken.user_seconds + taken.system_seconds, taken.peak_bytes


def _environment(database: Path) -> dict[str, str]:
    settings = {"SECRET_KEY": "only-for-benchmarks", "DATABASE_URL": f"sqlite:///{database}"}
    return {**os.environ, **settings}


def main(words: list[str]) -> int:
    """Print a line for each case; return 1 when one takes more than it may."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        sound = pack("folder", good_posts(), place / "sound")
        empty = place / "empty.sqlite3"
        command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(command, cwd=PROJECT, env=_environment(empty), check=True)
        plain = sorted(cost_of(sound, empty) for _ in range(3))[1]
        sys.stdout.write(f"two sound posts: {plain[0]:.2f} s, {plain[1] / 1e6:.0f} MB; above:\n")
        over = 0
        for number, case in enumerate(cases()):
            if words and not any(word in case.name for word in words):
                continue
            folder = place / str(number)
            folder.mkdir()
            source = case.build(folder)
            seconds, peak = cost_of(source, empty)
            seconds, peak = max(0.0, seconds - plain[0]), max(0, peak - plain[1])
            mark = " !" if seconds > MAX_SECONDS or peak > MAX_BYTES else ""
            over += bool(mark)
            sys.stdout.write(f"{seconds:6.2f} s {peak / 1e6:5.0f} MB  {case.name}{mark}\n")
            sys.stdout.flush()
        return min(over, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
