"""Hostile folders: odd names, files that change or vanish, files without permission."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from articles.importing import worker_pool
from articles.importing.readers import file_contents, folders
from articles.models import Article, ImportIssue, Original, Sighting
from articles.tests.support.import_runs import ProcessArchive, parse_output, run_import
from articles.tests.support.packed_sources import good_posts, pack, reasons
from articles.tests.support.post_files import STORY_URL, make_post, write_post

pytestmark = pytest.mark.django_db
BAD = "2021-01-14-bad.md"
_POST = make_post(url=f"{STORY_URL}/bad")


def reader_with_side_effect(act: Callable[[], object], times: int) -> Callable[[int, int], bytes]:
    """Return a replacement of ``_read_up_to`` that calls ``act`` after reading, ``times`` times."""
    original, left = file_contents._read_up_to, times

    def read(handle: int, size: int) -> bytes:
        nonlocal left
        data = original(handle, size)
        if b"/bad" in data and left:
            left -= 1
            act()
        return data

    return read


def test_file_names_of_every_byte_are_imported_and_reported(tmp_path: Path) -> None:
    folder = pack("folder", good_posts(), tmp_path)
    names = {b"2021-01-14-" + bytes([byte]) + b".md" for byte in range(1, 256) if byte != 0x2F}
    names |= {
        b"2021-01-14-" + b"x" * 241 + b".md",
        "2021-01-14-\u202egpj\u2069.md".encode(),
        "2021-01-14-e\u0301\ufeff\ufffe.md".encode(),
    }
    for number, name in enumerate(sorted(names)):
        (folder / os.fsdecode(name)).write_bytes(make_post(url=f"{STORY_URL}/{number}"))
    result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (0, 2 + len(names))
    reported = {line["path"] for line in result.files}
    assert {name.decode("utf-8", "backslashreplace") for name in names} <= reported
    seen = {bytes(path) for path in Sighting.objects.values_list("path", flat=True)}
    assert names <= seen


def test_device_socket_and_pipe_are_skipped(tmp_path: Path) -> None:
    folder = pack("folder", good_posts(), tmp_path)
    os.mkfifo(folder / "2021-01-14-pipe.md")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket has to be short
    listening.bind("2021-01-14-socket.md")
    os.chdir(here)
    expected = {"2021-01-14-pipe.md", "2021-01-14-socket.md"}
    if os.geteuid() == 0:
        os.mknod(folder / "2021-01-14-zero.md", 0o20644, os.makedev(1, 5))
        expected.add("2021-01-14-zero.md")
    result = run_import(folder)
    listening.close()
    reported = reasons(result)
    assert (result.exit_code, result.summary["created"]) == (0, 2)
    assert {
        path
        for path, outcome_and_reason in reported.items()
        if outcome_and_reason == ("skipped", "not a regular file")
    } == expected


def test_file_that_becomes_a_pipe_does_not_block(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    original = file_contents.read_bytes

    def swapped(file: Any) -> Any:
        if file.path == BAD.encode():
            (folder / BAD).unlink()
            os.mkfifo(folder / BAD)
        return original(file)

    with mock.patch.object(worker_pool, "read_bytes", swapped):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "it is no longer a regular file; import it again" in reasons(result)[BAD][1]


def test_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    secret = write_post(tmp_path, "secret", make_post(url=f"{STORY_URL}/secret"))
    original = file_contents.read_bytes

    def swapped(file: Any) -> Any:
        if file.path == BAD.encode():
            (folder / BAD).unlink()
            (folder / BAD).symlink_to(secret)
        return original(file)

    with mock.patch.object(worker_pool, "read_bytes", swapped):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert not Article.objects.filter(url=f"{STORY_URL}/secret").exists()


def test_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), f"sub/{BAD}": _POST}, tmp_path)
    outside = pack("folder", {BAD: make_post(url=f"{STORY_URL}/secret")}, tmp_path / "outside")
    original = folders._sorted_names

    def swapped(path: bytes) -> list[bytes]:
        if path.endswith(b"/sub"):
            (folder / "sub").rename(tmp_path / "away")
            (folder / "sub").symlink_to(outside)
        return original(path)

    with mock.patch.object(folders, "_sorted_names", swapped):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "the folder cannot be read" in reasons(result)["sub"][1]


def test_file_that_vanishes_is_reported(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    original = file_contents.read_bytes

    def gone(file: Any) -> Any:
        (folder / BAD).unlink(missing_ok=True)
        return original(file)

    with mock.patch.object(worker_pool, "read_bytes", gone):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "check that it is there" in reasons(result)[BAD][1]


def test_file_that_changes_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    newer = _POST.replace("九天".encode(), "十天".encode())  # of the same length
    with mock.patch.object(
        file_contents,
        "_read_up_to",
        reader_with_side_effect(lambda: (folder / BAD).write_bytes(newer), 1),
    ):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (0, 3)
    assert {original.content for original in Original.objects.all()} == {
        newer, *good_posts().values(),
    }  # fmt: skip
    assert run_import(folder).summary["unchanged"] == 3


@pytest.mark.parametrize("content", [_POST + b"more\n", _POST[:-9], _POST[:-1] + b"\t"])
def test_file_that_keeps_changing_is_reported_and_not_stored(
    tmp_path: Path, content: bytes
) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    turns = [content, _POST] * 9
    change = mock.Mock(side_effect=lambda: (folder / BAD).write_bytes(turns.pop()))
    with mock.patch.object(file_contents, "_read_up_to", reader_with_side_effect(change, 99)):
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "changed while it was read; import it again" in reasons(result)[BAD][1]
    assert Original.objects.count() == 2
    assert run_import(folder).summary["created"] == 1


def test_sparse_file_of_a_terabyte_is_refused_without_reading(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    os.truncate(folder / BAD, 2**40)
    with mock.patch.object(file_contents, "_read_up_to", wraps=file_contents._read_up_to) as read:
        result = run_import(folder)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "larger than 16 MB; no post is that large, check the file" in reasons(result)[BAD][1]
    assert read.call_count == 2


@pytest.mark.parametrize("what", ["folder", "file"])
def test_file_or_folder_without_read_permission_is_reported(tmp_path: Path, what: str) -> None:
    folder = pack("folder", {**good_posts(), f"sub/{BAD}": _POST}, tmp_path)
    barred = folder / "sub" if what == "folder" else folder / "sub" / BAD
    archive = ProcessArchive(tmp_path)
    command = [sys.executable, "manage.py", "import_posts", str(folder), "--format=json"]
    if os.geteuid() == 0:  # root reads everything, unless that power is taken away
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    barred.chmod(0)
    process = archive.start_command(command)
    out, err = process.communicate(timeout=120)
    barred.chmod(0o755)
    result = parse_output(process.returncode, out.decode(), err.decode())
    assert (result.exit_code, result.summary["created"]) == (3, 2), result
    reason = reasons(result)["sub" if what == "folder" else f"sub/{BAD}"][1]
    assert "cannot be read (Permission denied); check" in reason


def test_folder_is_walked_in_order_of_the_path_bytes(tmp_path: Path) -> None:
    names = ["b", "a.md", "a-", "a/2021-01-14-x.md", "a0.md", "ab.md"]
    pack("folder", dict.fromkeys(names, _POST), tmp_path)
    paths = [file.path for file in folders.walk_folder("p", os.fsencode(tmp_path / "posts"))]
    assert paths == sorted(paths) == sorted(name.encode() for name in names)


def test_issue_of_an_archive_has_its_path(tmp_path: Path) -> None:
    (tmp_path / "posts.zip").write_bytes(b"PK")
    assert run_import(tmp_path / "posts.zip").exit_code == 3
    issue = ImportIssue.objects.get()
    assert (issue.root, bytes(issue.path)) == ("posts.zip", b"posts.zip")
