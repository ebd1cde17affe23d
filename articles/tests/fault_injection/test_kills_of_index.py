"""The index killed at any point of an update or a rebuild: the next update sets all right."""

from __future__ import annotations

import pytest

from articles.models import Article, ArticleBody, SearchChange
from articles.publishing.publication_state import withdraw
from articles.tests.fault_injection.archives import ON_SQLITE, TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.kill_points import Fault
from articles.tests.fault_injection.test_kills import FEW_KILLS, archive_says, chosen, points_of

#: Between the commit of the index and that of the outbox; before and after a switch.
CRITICAL = ("DELETE", "os.rename", "ALTER TABLE", "after commit")


def change_some() -> None:
    """Change, withdraw and delete stories, each with a line in the outbox."""
    keys = list(Article.objects.order_by("code").values_list("pk", flat=True))
    ArticleBody.objects.filter(pk__in=keys[:5]).update(text="改过的话")
    SearchChange.note(keys[:5])
    for article in Article.objects.filter(pk__in=keys[5:8]):
        withdraw(article, "wrong")


def indexed(archive: TestArchive) -> TestArchive:
    """Return the archive with a whole index and with changes that it does not know."""
    done = archive.fork("update_index")
    assert done.code == 0, done.err
    archive_says(archive, change_some)
    return archive


def assert_update_sets_right(archive: TestArchive, told: str) -> None:
    done = archive.fork("update_index")
    assert done.code == 0, f"{told}: {done.err}"
    done = archive.fork("update_index", "--check")
    assert (done.code, done.out) == (0, "nothing found\n"), f"{told}: {done.out}{done.err}"


@pytest.mark.parametrize("command", ["update_index", "update_index --rebuild"])
def test_index_killed_at_any_point(archive_in_use: NewArchive, command: str) -> None:
    words = command.split()
    points = points_of(indexed(archive_in_use()), *words)
    critical = [at for at, point in enumerate(points, 1) if point.startswith(CRITICAL)]
    assert critical
    if "--rebuild" in words:
        switch = "os.rename" if ON_SQLITE else "ALTER TABLE search_index.document_new RENAME"
        assert any(point.startswith(switch) for point in points)
    for at in sorted({*critical[-4:], *chosen(points, FEW_KILLS, seed=len(points))}):
        told = f"{command}, point {at} of {len(points)}: {points[at - 1]}"
        archive = indexed(archive_in_use())
        done = archive.fork(*words, fault=Fault(at, below=str(archive.folder)))
        assert done.code == -9, f"{told}: {done.err}"
        assert_update_sets_right(archive, told)


def test_index_killed_while_it_is_made_the_first_time(archive_in_use: NewArchive) -> None:
    points = points_of(archive_in_use(), "update_index")
    for at in chosen(points, FEW_KILLS, seed=len(points)):
        archive = archive_in_use()
        done = archive.fork("update_index", fault=Fault(at, below=str(archive.folder)))
        assert done.code == -9, done.err
        assert_update_sets_right(archive, f"point {at} of {len(points)}: {points[at - 1]}")
