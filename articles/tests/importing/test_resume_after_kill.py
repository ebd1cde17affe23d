"""An import that is killed and run again gives the same archive as an undisturbed one.

Each test has its own SQLite files, whatever ``DATABASE_URL`` says, because the database has to
outlive the killed process. ``KILL_TEST_KILLS`` and ``KILL_TEST_POSTS`` make the test longer.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from articles.tests.support.archive_comparison import differences
from articles.tests.support.import_runs import ProcessArchive, parse_output
from articles.tests.support.post_files import BODY, STORY_URL, make_post, write_post
from benchmarks.generate_posts import generate_posts

KILLS = int(os.environ.get("KILL_TEST_KILLS", "3"))
POSTS = int(os.environ.get("KILL_TEST_POSTS", "300"))
#: manage.py with batches so small that a kill comes between some of them.
SMALL_BATCHES = """
import sys
import django
from django.core.management import execute_from_command_line
django.setup()
from articles.importing import batch
assert batch.BATCH_FILES > 20
batch.BATCH_FILES = 20
execute_from_command_line(["manage.py", "import_posts", *sys.argv[1:]])
"""


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of generated posts with edited headlines, copies and broken files."""
    folder = tmp_path_factory.mktemp("kill") / "posts"
    generate_posts(folder, POSTS, seed=20210114)
    for number in range(30):
        url = f"{STORY_URL}/{number % 10}"
        post = make_post(url=url, title=f"第{number}次改的标题", body=BODY + f"<p>{number}</p>")
        write_post(folder, f"{'zma'[number % 3]}/2021-01-14-{number}.md", post)
    write_post(folder, "2021-01-14-broken.md", b"---\nno end\n")
    return folder


def start_import(archive: ProcessArchive, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start an import in small batches."""
    command = [sys.executable, "-c", SMALL_BATCHES, str(folder), "--format=json", *options]
    return archive.start_command(command)


def descendants_of(pid: int) -> set[int]:
    """Return the processes that ``pid`` started and that those started."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child), *descendants_of(int(child))}
    return found


def is_alive(pid: int) -> bool:
    """Return whether a process runs and is not a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def test_killed_import_run_again_gives_the_same_archive_as_an_undisturbed_one(
    posts: Path, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    (tmp_path / "calm").mkdir()
    (tmp_path / "killed").mkdir()
    undisturbed, killed = ProcessArchive(tmp_path / "calm"), ProcessArchive(tmp_path / "killed")
    started = time.monotonic()
    process = start_import(undisturbed, posts, "--workers=0")
    out, err = process.communicate(timeout=300)
    took = time.monotonic() - started
    result = parse_output(process.returncode, out.decode(), err.decode())
    assert result.exit_code == 3, result.message
    assert result.summary["failed"] == 1
    interrupted = 0
    for _ in range(KILLS):
        process = start_import(killed, posts, f"--workers={rng.choice([0, 2])}")
        try:
            process.communicate(timeout=rng.uniform(0.2, 0.9) * took)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            interrupted += 1
    process = start_import(killed, posts, "--workers=2")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 3, err.decode()
    last = parse_output(3, out.decode(), err.decode()).summary
    assert last["files"] == last["created"] + last["versions"] + last["unchanged"] + last["failed"]
    assert last["files"] == result.summary["files"]
    context = f"seed {seed}, {interrupted} of {KILLS} runs killed"
    assert differences(undisturbed.dump(), killed.dump()) == "", context


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc of Linux")
def test_workers_die_with_their_parent(posts: Path, tmp_path: Path) -> None:
    process = start_import(ProcessArchive(tmp_path), posts, "--workers=2", "--force")
    workers: set[int] = set()
    deadline = time.monotonic() + 30
    while len(workers) < 2 and time.monotonic() < deadline and process.poll() is None:
        workers = descendants_of(process.pid)
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert len(workers) >= 2, "no workers were seen"
    deadline = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [pid for pid in workers if is_alive(pid)] == []
