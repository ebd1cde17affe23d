"""Commands killed at any point: nothing is half, and the next run ends as an undisturbed one.

``ACCIDENT_KILLS`` says at how many points; ``make accidents`` takes a hundred.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from django.db.models import F

from articles.models import (
    Article,
    ArticleBody,
    BlockedIdentity,
    DayCount,
    ImportRun,
    TaggedArticle,
)
from articles.publishing.editing import Editor
from articles.publishing.erasure import erase
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive, copier
from articles.tests.fault_injection.kill_points import NO_FAULT, Fault, Harm
from articles.tests.support.archive_comparison import Dump, differences

KILLS = int(os.environ.get("ACCIDENT_KILLS", "6"))
FEW_KILLS = max(2, KILLS // 5)  # of commands with a shorter way
#: Points of each phase: the lock, the run's row, finding, reading, writing, and the run's end.
PHASES = [
    "fcntl.flock" if ON_SQLITE else "SELECT pg_try_advisory_lock",
    "INSERT articles_importrun", "os.scandir", "read /", "INSERT articles_article",
    "INSERT articles_sighting", "before commit", "after commit", "UPDATE articles_importrun",
]  # fmt: skip


def points_of(archive: TestArchive, *arguments: object, below: Path | None = None) -> list[str]:
    """Return what each point is that a command passes, after running it to its end."""
    log = new_log(archive)
    fault = Fault(log=str(log), below=str(below or archive.folder))
    done = archive.fork(*arguments, fault=fault)
    assert done.code in {0, 3}, done.err
    return log.read_text().splitlines()


def points_of_call(archive: TestArchive, function: Callable[[], None]) -> list[str]:
    """Return what each point is that a function passes."""
    log = new_log(archive)
    archive_says(archive, function, Fault(log=str(log), below=str(archive.folder)))
    return log.read_text().splitlines()


def new_log(archive: TestArchive) -> Path:
    """Return a file of the archive's for the points, which is not there yet."""
    log = archive.folder / "points"
    log.unlink(missing_ok=True)
    return log


def chosen(points: list[str], count: int, seed: int) -> list[int]:
    """Return ``count`` of the points' numbers: one at random of each of so many equal parts."""
    chance = random.Random(seed)
    edges = [len(points) * part // count for part in range(count + 1)]
    return [chance.randint(low + 1, high) for low, high in pairwise(edges) if high > low]


@pytest.fixture(scope="module")
def seed() -> int:
    """Return the seed of the points; a failure names it."""
    return random.randrange(10**6)


@pytest.fixture(scope="module")
def import_points(new_archive: NewArchive, posts: Path) -> list[str]:
    """Return the points of an import of the posts."""
    return points_of(new_archive(), "import_posts", posts, "--workers=0", below=posts)


def test_import_has_every_phase_among_its_points(import_points: list[str]) -> None:
    for phase in PHASES:
        assert any(point.replace('"', "").startswith(phase) for point in import_points), phase


def test_import_killed_at_any_point(
    new_archive: NewArchive, posts: Path, calm: Dump, import_points: list[str], seed: int
) -> None:
    for at in chosen(import_points, KILLS, seed):
        told = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        done = archive.importing(posts, fault=Fault(at, below=str(posts)))
        assert done.code == -9, told
        archive.assert_sound()
        done = archive.importing(posts)
        assert done.code == 3, f"{told}: {done.err}"
        assert differences(calm, archive.dump()) == "", told


@pytest.mark.parametrize("harm", [Harm.STOP, Harm.INTERRUPT])
def test_import_asked_to_stop_at_any_point(
    new_archive: NewArchive,
    posts: Path,
    calm: Dump,
    import_points: list[str],
    seed: int,
    harm: Harm,
) -> None:
    for at in chosen(import_points, FEW_KILLS, seed):
        told = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        done = archive.importing(posts, fault=Fault(at, harm, below=str(posts)))
        assert done.code == 130, f"{told}: {done.err}"
        assert "run the command again to go on" in done.err
        archive.assert_sound()
        if done.summary["run"]:
            archive_says(archive, assert_no_run_is_running)
        done = archive.importing(posts)
        assert done.code == 3, f"{told}: {done.err}"
        assert differences(calm, archive.dump()) == "", told


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no server to lose")
def test_import_whose_session_ends_at_any_point(
    new_archive: NewArchive, posts: Path, calm: Dump, import_points: list[str], seed: int
) -> None:
    for at in chosen(import_points, FEW_KILLS, seed):
        told = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        done = archive.importing(posts, fault=Fault(at, Harm.CUT, below=str(posts)))
        assert done.code in {1, 3}, f"{told}: {done.err}"
        assert "Traceback" not in done.err, told
        archive.assert_sound()
        done = archive.importing(posts)
        assert done.code == 3, f"{told}: {done.err}"
        assert differences(calm, archive.dump()) == "", told


@pytest.fixture(scope="module")
def damaged(archive_in_use: NewArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that gives archives whose derived rows are wrong."""
    archive = archive_in_use()
    archive_says(archive, do_damage)
    return copier(archive, empty_archive)


@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix"])
def test_mending_killed_at_any_point(
    damaged: NewArchive, calm: Dump, seed: int, command: str
) -> None:
    words = command.split()
    points = points_of(damaged(), *words)
    for at in chosen(points, FEW_KILLS, seed):
        told = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = damaged()
        done = archive.fork(*words, fault=Fault(at, below=str(archive.folder)))
        assert done.code == -9, f"{told}: {done.err}"
        done = archive.fork(*words)
        assert done.code in {0, 3}, f"{told}: {done.err}"
        archive.fork("verify_archive", "--fix")  # the counts, which no rebuild counts
        archive.assert_sound()
        assert differences(calm, archive.dump()) == "", told


def test_erasure_killed_at_any_point(archive_in_use: NewArchive, seed: int) -> None:
    archive = archive_in_use()
    points, erased = points_of_call(archive, erase_one), archive.dump()
    for at in chosen(points, FEW_KILLS, seed):
        told = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = archive_in_use()
        done = archive.call(erase_one, fault=Fault(at, below=str(archive.folder)))
        assert done.code == -9, told
        archive.assert_sound()
        done = archive.call(erase_one)
        assert done.code == 0, f"{told}: {done.err}"
        left = {key: rows for key, rows in archive.dump().items() if key != "blockedidentity"}
        assert differences(left, erased | {"blockedidentity": []}) == "", told


def archive_says(
    archive: TestArchive, function: Callable[[], None], fault: Fault = NO_FAULT
) -> None:
    """Call a function on the archive; it has to end well."""
    done = archive.call(function, fault=fault)
    assert done.code == 0, done.err


def assert_no_run_is_running() -> None:
    assert not ImportRun.objects.filter(state="running").exists()


def do_damage() -> None:
    Article.objects.update(title="wrong", character_count=F("character_count") + 1)
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    ArticleBody.objects.filter(pk__in=keys[::3]).update(text="wrong")
    TaggedArticle.objects.filter(content_object__in=keys[:20]).delete()
    DayCount.objects.update(story_count=F("story_count") + 2)


def erase_one() -> None:
    if not BlockedIdentity.objects.exists():
        erase(Article.objects.order_by("code")[5], Editor(None, "court order"))
