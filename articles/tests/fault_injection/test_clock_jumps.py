"""A clock that jumps: while an import runs, between runs, and on the disk of the posts."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from itertools import cycle
from pathlib import Path
from typing import Any

from articles.models import ImportRun
from articles.tests.fault_injection.archives import TestArchive
from articles.tests.fault_injection.conftest import NewArchive
from articles.tests.fault_injection.test_concurrency import assert_nothing_is_doubled
from articles.tests.fault_injection.test_kills import archive_says
from articles.tests.support.archive_comparison import FILE_FACTS, Dump, differences
from articles.tests.support.import_runs import ran
from articles.tests.support.post_files import make_post, write_post

_JUMPS = cycle([dt.timedelta(days=-20_000), dt.timedelta(), dt.timedelta(days=20_000)])


class _Sundial(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _moment)


_moment = dt.datetime


class _JumpingMoment(dt.datetime, metaclass=_Sundial):
    """The clock of a process, decades away at each look."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return _moment.now(tz) + next(_JUMPS)


def test_clock_that_jumps_while_an_import_runs(
    new_archive: NewArchive, posts: Path, calm: Dump
) -> None:
    archive = new_archive()
    for _ in range(2):
        done = archive.importing(posts, clock=_JumpingMoment)
        assert done.code == 3, done.err
    assert ran(done.code, done.out, "").summary["created"] == 0
    archive.assert_sound()
    assert differences(calm, archive.dump()) == ""
    archive_says(archive, assert_runs_are_in_order)
    archive_says(archive, assert_nothing_is_doubled)


def assert_runs_are_in_order() -> None:
    runs = list(ImportRun.objects.order_by("pk"))
    assert [run.state for run in runs] == ["finished", "finished"]
    assert [run.created > 0 for run in runs] == [True, False]


def test_clock_of_the_disk_that_is_centuries_off(
    new_archive: NewArchive, full_archive: TestArchive, posts: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(posts, tmp_path / "posts"))
    moments = cycle([-(10**9), 0, 10**9, 8 * 10**9])
    for path in copy.rglob("*.md"):
        moment = next(moments)
        os.utime(path, (moment, moment))
    archive = new_archive()
    for _ in range(2):
        done = archive.importing(copy)
        assert done.code == 3, done.err
    assert done.summary["created"] == done.summary["versions"] == 0
    without = sorted(FILE_FACTS)
    assert differences(full_archive.dump(without), archive.dump(without)) == ""


def test_file_that_changes_while_its_clock_goes_back(
    new_archive: NewArchive, tmp_path: Path
) -> None:
    archive = new_archive()
    path = write_post(tmp_path / "p", "2021-01-14-a.md", make_post(title="甲"))
    status = path.stat()
    assert archive.importing(tmp_path / "p").summary["created"] == 1
    path.write_bytes(make_post(title="乙"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert archive.importing(tmp_path / "p").summary["versions"] == 1
