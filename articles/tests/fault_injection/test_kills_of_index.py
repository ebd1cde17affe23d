"""Index updates and rebuilds killed at any point: the next update repairs the index."""

from __future__ import annotations

import pytest

from articles.models import Article, ArticleBody, SearchChange
from articles.publishing.publication_state import withdraw
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Fault
from articles.tests.fault_injection.test_kills import (
    FEW_KILLS,
    call_on_archive,
    choose_points,
    list_points,
)

#: Between the commits of the index and of the outbox; before and after the new index is swapped in.
CRITICAL = ("DELETE", "os.rename", "ALTER TABLE", "after commit")


def change_some() -> None:
    """Change and withdraw stories, each with a row in the outbox."""
    keys = list(Article.objects.order_by("code").values_list("pk", flat=True))
    ArticleBody.objects.filter(pk__in=keys[:5]).update(text="改过的话")
    SearchChange.record(keys[:5])
    for article in Article.objects.filter(pk__in=keys[5:8]):
        withdraw(article, "wrong")


def with_outdated_index(archive: TestArchive) -> TestArchive:
    """Return the archive with a complete index and with changes that are not in it."""
    result = archive.run_command("update_index")
    assert result.code == 0, result.err
    call_on_archive(archive, change_some)
    return archive


def assert_update_repairs_index(archive: TestArchive, context: str) -> None:
    result = archive.run_command("update_index")
    assert result.code == 0, f"{context}: {result.err}"
    result = archive.run_command("update_index", "--check")
    assert (result.code, result.out) == (0, "nothing found\n"), (
        f"{context}: {result.out}{result.err}"
    )


@pytest.mark.parametrize("command", ["update_index", "update_index --rebuild"])
def test_index_killed_at_any_point(archive_in_use: NewArchive, command: str) -> None:
    arguments = command.split()
    points = list_points(with_outdated_index(archive_in_use()), *arguments)
    critical = [at for at, point in enumerate(points, 1) if point.startswith(CRITICAL)]
    assert critical
    if "--rebuild" in arguments:
        switch = "os.rename" if ON_SQLITE else "ALTER TABLE search_index.document_new RENAME"
        assert any(point.startswith(switch) for point in points)
    for at in sorted({*critical[-4:], *choose_points(points, FEW_KILLS, seed=len(points))}):
        context = f"{command}, point {at} of {len(points)}: {points[at - 1]}"
        archive = with_outdated_index(archive_in_use())
        result = archive.run_command(*arguments, fault=Fault(at, below=str(archive.folder)))
        assert result.code == -9, f"{context}: {result.err}"
        assert_update_repairs_index(archive, context)


def test_first_index_build_killed_at_any_point(archive_in_use: NewArchive) -> None:
    points = list_points(archive_in_use(), "update_index")
    for at in choose_points(points, FEW_KILLS, seed=len(points)):
        archive = archive_in_use()
        result = archive.run_command("update_index", fault=Fault(at, below=str(archive.folder)))
        assert result.code == -9, result.err
        assert_update_repairs_index(archive, f"point {at} of {len(points)}: {points[at - 1]}")
