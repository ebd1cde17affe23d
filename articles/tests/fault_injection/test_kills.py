"""Commands killed at any point: the archive is consistent, and the next run completes the work.

``ACCIDENT_KILLS`` is the number of points; ``make accidents`` uses a hundred.
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
from articles.tests.fault_injection.conftest import NewArchive, copy_factory
from articles.tests.fault_injection.kill_points import NO_FAULT, Effect, Fault
from articles.tests.support.archive_comparison import Dump, differences

KILLS = int(os.environ.get("ACCIDENT_KILLS", "6"))
FEW_KILLS = max(2, KILLS // 5)  # for commands with fewer points
#: A point of each phase: lock, row of the run, finding, reading, writing, end of the run.
PHASES = [
    "fcntl.flock" if ON_SQLITE else "SELECT pg_try_advisory_lock",
    "INSERT articles_importrun", "os.scandir", "read /", "INSERT articles_article",
    "INSERT articles_sighting", "before commit", "after commit", "UPDATE articles_importrun",
]  # fmt: skip


def list_points(archive: TestArchive, *arguments: object, below: Path | None = None) -> list[str]:
    """Run a command and return the labels of its points, in order."""
    log = new_log(archive)
    fault = Fault(log=str(log), below=str(below or archive.folder))
    result = archive.run_command(*arguments, fault=fault)
    assert result.code in {0, 3}, result.err
    return log.read_text().splitlines()


def list_function_points(archive: TestArchive, function: Callable[[], None]) -> list[str]:
    """Run a function on the archive and return the labels of its points, in order."""
    log = new_log(archive)
    call_on_archive(archive, function, Fault(log=str(log), below=str(archive.folder)))
    return log.read_text().splitlines()


def new_log(archive: TestArchive) -> Path:
    """Return the path of the archive's log of points; the file does not exist."""
    log = archive.folder / "points"
    log.unlink(missing_ok=True)
    return log


def choose_points(points: list[str], count: int, seed: int) -> list[int]:
    """Return ``count`` point numbers (from 1): a random one from each of ``count`` equal parts."""
    rng = random.Random(seed)
    edges = [len(points) * part // count for part in range(count + 1)]
    return [rng.randint(low + 1, high) for low, high in pairwise(edges) if high > low]


@pytest.fixture(scope="module")
def seed() -> int:
    """Return the seed that chooses the points; failures report it."""
    return random.randrange(10**6)


@pytest.fixture(scope="module")
def import_points(new_archive: NewArchive, posts: Path) -> list[str]:
    """Return the labels of the points of an import of the posts."""
    return list_points(new_archive(), "import_posts", posts, "--workers=0", below=posts)


def test_import_has_every_phase_among_its_points(import_points: list[str]) -> None:
    for phase in PHASES:
        assert any(point.replace('"', "").startswith(phase) for point in import_points), phase


def test_import_killed_at_any_point(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, import_points: list[str], seed: int
) -> None:
    for at in choose_points(import_points, KILLS, seed):
        context = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        result = archive.run_import(posts, fault=Fault(at, below=str(posts)))
        assert result.code == -9, context
        archive.assert_consistent()
        result = archive.run_import(posts)
        assert result.code == 3, f"{context}: {result.err}"
        assert differences(expected_dump, archive.dump()) == "", context


@pytest.mark.parametrize("effect", [Effect.STOP, Effect.INTERRUPT])
def test_import_asked_to_stop_at_any_point(
    new_archive: NewArchive,
    posts: Path,
    expected_dump: Dump,
    import_points: list[str],
    seed: int,
    effect: Effect,
) -> None:
    for at in choose_points(import_points, FEW_KILLS, seed):
        context = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        result = archive.run_import(posts, fault=Fault(at, effect, below=str(posts)))
        assert result.code == 130, f"{context}: {result.err}"
        assert "run the command again to go on" in result.err
        archive.assert_consistent()
        if result.summary["run"]:
            call_on_archive(archive, assert_no_run_is_running)
        result = archive.run_import(posts)
        assert result.code == 3, f"{context}: {result.err}"
        assert differences(expected_dump, archive.dump()) == "", context


@pytest.mark.skipif(ON_SQLITE, reason="SQLite has no server to lose")
def test_import_whose_session_ends_at_any_point(
    new_archive: NewArchive, posts: Path, expected_dump: Dump, import_points: list[str], seed: int
) -> None:
    for at in choose_points(import_points, FEW_KILLS, seed):
        context = f"seed {seed}, point {at} of {len(import_points)}: {import_points[at - 1]}"
        archive = new_archive()
        result = archive.run_import(posts, fault=Fault(at, Effect.CUT, below=str(posts)))
        assert result.code in {1, 3}, f"{context}: {result.err}"
        assert "Traceback" not in result.err, context
        archive.assert_consistent()
        result = archive.run_import(posts)
        assert result.code == 3, f"{context}: {result.err}"
        assert differences(expected_dump, archive.dump()) == "", context


@pytest.fixture(scope="module")
def damaged(archive_in_use: NewArchive, empty_archive: NewArchive) -> NewArchive:
    """Return a function that makes archives with wrong derived rows."""
    archive = archive_in_use()
    call_on_archive(archive, damage_rows)
    return copy_factory(archive, empty_archive)


@pytest.mark.parametrize("command", ["rebuild_articles", "verify_archive --fix"])
def test_repair_killed_at_any_point(
    damaged: NewArchive, expected_dump: Dump, seed: int, command: str
) -> None:
    arguments = command.split()
    points = list_points(damaged(), *arguments)
    for at in choose_points(points, FEW_KILLS, seed):
        context = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = damaged()
        result = archive.run_command(*arguments, fault=Fault(at, below=str(archive.folder)))
        assert result.code == -9, f"{context}: {result.err}"
        result = archive.run_command(*arguments)
        assert result.code in {0, 3}, f"{context}: {result.err}"
        archive.run_command("verify_archive", "--fix")  # rebuild_articles leaves the counts alone
        archive.assert_consistent()
        assert differences(expected_dump, archive.dump()) == "", context


def test_erasure_killed_at_any_point(archive_in_use: NewArchive, seed: int) -> None:
    archive = archive_in_use()
    points, erased = list_function_points(archive, erase_one), archive.dump()
    for at in choose_points(points, FEW_KILLS, seed):
        context = f"seed {seed}, point {at} of {len(points)}: {points[at - 1]}"
        archive = archive_in_use()
        result = archive.call_function(erase_one, fault=Fault(at, below=str(archive.folder)))
        assert result.code == -9, context
        archive.assert_consistent()
        result = archive.call_function(erase_one)
        assert result.code == 0, f"{context}: {result.err}"
        left = {key: rows for key, rows in archive.dump().items() if key != "blockedidentity"}
        assert differences(left, erased | {"blockedidentity": []}) == "", context


def call_on_archive(
    archive: TestArchive, function: Callable[[], None], fault: Fault = NO_FAULT
) -> None:
    """Call a function on the archive; assert that it succeeds."""
    result = archive.call_function(function, fault=fault)
    assert result.code == 0, result.err


def assert_no_run_is_running() -> None:
    assert not ImportRun.objects.filter(state="running").exists()


def damage_rows() -> None:
    Article.objects.update(title="wrong", character_count=F("character_count") + 1)
    keys = list(Article.objects.order_by("pk").values_list("pk", flat=True))
    ArticleBody.objects.filter(pk__in=keys[::3]).update(text="wrong")
    TaggedArticle.objects.filter(content_object__in=keys[:20]).delete()
    DayCount.objects.update(story_count=F("story_count") + 2)


def erase_one() -> None:
    if not BlockedIdentity.objects.exists():
        erase(Article.objects.order_by("code")[5], Editor(None, "court order"))
