"""Clock jumps: during an import, between runs, and in the times of the post files."""

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
from articles.tests.fault_injection.test_concurrency import assert_no_duplicates
from articles.tests.fault_injection.test_kills import call_on_archive
from articles.tests.support.archive_comparison import FILE_FACTS, Dump, differences
from articles.tests.support.import_runs import parse_output
from articles.tests.support.post_files import make_post, write_post

_JUMPS = cycle([dt.timedelta(days=-20_000), dt.timedelta(), dt.timedelta(days=20_000)])


class _DatetimeType(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _datetime)


_datetime = dt.datetime


class _JumpingDatetime(dt.datetime, metaclass=_DatetimeType):
    """A datetime class whose ``now`` jumps by decades at each call."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return _datetime.now(tz) + next(_JUMPS)


def test_import_while_the_clock_jumps(
    new_archive: NewArchive, posts: Path, expected_dump: Dump
) -> None:
    archive = new_archive()
    for _ in range(2):
        result = archive.run_import(posts, clock=_JumpingDatetime)
        assert result.code == 3, result.err
    assert parse_output(result.code, result.out, "").summary["created"] == 0
    archive.assert_consistent()
    assert differences(expected_dump, archive.dump()) == ""
    call_on_archive(archive, assert_runs_are_in_order)
    call_on_archive(archive, assert_no_duplicates)


def assert_runs_are_in_order() -> None:
    runs = list(ImportRun.objects.order_by("pk"))
    assert [run.state for run in runs] == ["finished", "finished"]
    assert [run.created > 0 for run in runs] == [True, False]


def test_import_of_files_with_times_that_are_decades_off(
    new_archive: NewArchive, full_archive: TestArchive, posts: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(posts, tmp_path / "posts"))
    file_times = cycle([-(10**9), 0, 10**9, 8 * 10**9])  # seconds since 1970
    for path in copy.rglob("*.md"):
        file_time = next(file_times)
        os.utime(path, (file_time, file_time))
    archive = new_archive()
    for _ in range(2):
        result = archive.run_import(copy)
        assert result.code == 3, result.err
    assert result.summary["created"] == result.summary["versions"] == 0
    without = sorted(FILE_FACTS)
    assert differences(full_archive.dump(without), archive.dump(without)) == ""


def test_changed_file_with_unchanged_size_and_time_is_a_new_version(
    new_archive: NewArchive, tmp_path: Path
) -> None:
    archive = new_archive()
    path = write_post(tmp_path / "p", "2021-01-14-a.md", make_post(title="甲"))
    status = path.stat()
    assert archive.run_import(tmp_path / "p").summary["created"] == 1
    path.write_bytes(make_post(title="乙"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert archive.run_import(tmp_path / "p").summary["versions"] == 1
