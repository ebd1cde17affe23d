"""Folders that misbehave: odd names, files that change or vanish, what cannot be read."""

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
from articles.tests.support.import_runs import OwnArchive, ran, run_import
from articles.tests.support.packed_sources import good_posts, pack, reasons
from articles.tests.support.post_files import ADDRESS, make_post, write_post

pytestmark = pytest.mark.django_db
BAD = "2021-01-14-bad.md"
_POST = make_post(url=f"{ADDRESS}/bad")


def spied(act: Callable[[], object], times: int) -> Callable[[int, int], bytes]:
    """Return a reader of files that lets ``act`` happen after it has read, so many times."""
    honest, left = file_contents._up_to, times

    def read(handle: int, size: int) -> bytes:
        nonlocal left
        data = honest(handle, size)
        if b"/bad" in data and left:
            left -= 1
            act()
        return data

    return read


def test_name_of_every_byte_comes_in_and_goes_out(tmp_path: Path) -> None:
    folder = pack("folder", good_posts(), tmp_path)
    names = {b"2021-01-14-" + bytes([byte]) + b".md" for byte in range(1, 256) if byte != 0x2F}
    names |= {
        b"2021-01-14-" + b"x" * 241 + b".md",
        "2021-01-14-\u202egpj\u2069.md".encode(),
        "2021-01-14-e\u0301\ufeff\ufffe.md".encode(),
    }
    for number, name in enumerate(sorted(names)):
        (folder / os.fsdecode(name)).write_bytes(make_post(url=f"{ADDRESS}/{number}"))
    answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (0, 2 + len(names))
    told = {line["path"] for line in answer.files}
    assert {name.decode("utf-8", "backslashreplace") for name in names} <= told
    seen = {bytes(path) for path in Sighting.objects.values_list("path", flat=True)}
    assert names <= seen


def test_device_socket_and_pipe_are_passed_over(tmp_path: Path) -> None:
    folder = pack("folder", good_posts(), tmp_path)
    os.mkfifo(folder / "2021-01-14-pipe.md")
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # the address of a socket is short
    listening.bind("2021-01-14-socket.md")
    os.chdir(here)
    expected = {"2021-01-14-pipe.md", "2021-01-14-socket.md"}
    if os.geteuid() == 0:
        os.mknod(folder / "2021-01-14-zero.md", 0o20644, os.makedev(1, 5))
        expected.add("2021-01-14-zero.md")
    answer = run_import(folder)
    listening.close()
    told = reasons(answer)
    assert (answer.code, answer.summary["created"]) == (0, 2)
    assert {
        path for path, why in told.items() if why == ("skipped", "not a regular file")
    } == expected


def test_file_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    honest = file_contents.bytes_of

    def swapped(found: Any) -> Any:
        if found.path == BAD.encode():
            (folder / BAD).unlink()
            os.mkfifo(folder / BAD)
        return honest(found)

    with mock.patch.object(worker_pool, "bytes_of", swapped):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert "no regular file any more; import it again" in reasons(answer)[BAD][1]


def test_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    secret = write_post(tmp_path, "secret", make_post(url=f"{ADDRESS}/secret"))
    honest = file_contents.bytes_of

    def swapped(found: Any) -> Any:
        if found.path == BAD.encode():
            (folder / BAD).unlink()
            (folder / BAD).symlink_to(secret)
        return honest(found)

    with mock.patch.object(worker_pool, "bytes_of", swapped):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert not Article.objects.filter(url=f"{ADDRESS}/secret").exists()


def test_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), f"sub/{BAD}": _POST}, tmp_path)
    outside = pack("folder", {BAD: make_post(url=f"{ADDRESS}/secret")}, tmp_path / "outside")
    honest = folders._listed

    def swapped(path: bytes) -> list[bytes]:
        if path.endswith(b"/sub"):
            (folder / "sub").rename(tmp_path / "away")
            (folder / "sub").symlink_to(outside)
        return honest(path)

    with mock.patch.object(folders, "_listed", swapped):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert "the folder cannot be read" in reasons(answer)["sub"][1]


def test_file_that_vanishes_is_told(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    honest = file_contents.bytes_of

    def gone(found: Any) -> Any:
        (folder / BAD).unlink(missing_ok=True)
        return honest(found)

    with mock.patch.object(worker_pool, "bytes_of", gone):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert "check that it is there" in reasons(answer)[BAD][1]


def test_file_that_changes_once_is_read_again_whole(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    newer = _POST.replace("九天".encode(), "十天".encode())  # of the same length
    with mock.patch.object(
        file_contents, "_up_to", spied(lambda: (folder / BAD).write_bytes(newer), 1)
    ):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (0, 3)
    assert {original.content for original in Original.objects.all()} == {
        newer, *good_posts().values(),
    }  # fmt: skip
    assert run_import(folder).summary["unchanged"] == 3


@pytest.mark.parametrize("content", [_POST + b"more\n", _POST[:-9], _POST[:-1] + b"\t"])
def test_file_that_does_not_stop_changing_is_told_and_never_stored(
    tmp_path: Path, content: bytes
) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    turns = [content, _POST] * 9
    change = mock.Mock(side_effect=lambda: (folder / BAD).write_bytes(turns.pop()))
    with mock.patch.object(file_contents, "_up_to", spied(change, 99)):
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert "changed while it was read; import it again" in reasons(answer)[BAD][1]
    assert Original.objects.count() == 2
    assert run_import(folder).summary["created"] == 1


def test_holes_of_a_terabyte_are_refused_without_reading(tmp_path: Path) -> None:
    folder = pack("folder", {**good_posts(), BAD: _POST}, tmp_path)
    os.truncate(folder / BAD, 2**40)
    with mock.patch.object(file_contents, "_up_to", wraps=file_contents._up_to) as read:
        answer = run_import(folder)
    assert (answer.code, answer.summary["created"]) == (3, 2)
    assert "larger than 16 MB; no post is that large, look into it" in reasons(answer)[BAD][1]
    assert read.call_count == 2


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_may_not_be_read_is_told(tmp_path: Path, what: str) -> None:
    folder = pack("folder", {**good_posts(), f"sub/{BAD}": _POST}, tmp_path)
    barred = folder / "sub" if what == "folder" else folder / "sub" / BAD
    archive = OwnArchive(tmp_path)
    command = [sys.executable, "manage.py", "import_posts", str(folder), "--format=json"]
    if os.geteuid() == 0:  # root reads everything, unless that power is taken away
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed")
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    barred.chmod(0)
    process = archive.start_command(command)
    out, err = process.communicate(timeout=120)
    barred.chmod(0o755)
    answer = ran(process.returncode, out.decode(), err.decode())
    assert (answer.code, answer.summary["created"]) == (3, 2), answer
    reason = reasons(answer)["sub" if what == "folder" else f"sub/{BAD}"][1]
    assert "cannot be read (Permission denied); check" in reason


def test_one_folder_of_very_many_files_is_sorted_by_bytes(tmp_path: Path) -> None:
    names = ["b", "a.md", "a-", "a/2021-01-14-x.md", "a0.md", "ab.md"]
    pack("folder", dict.fromkeys(names, _POST), tmp_path)
    listed = [found.path for found in folders.walk("p", os.fsencode(tmp_path / "posts"))]
    assert listed == sorted(listed) == sorted(name.encode() for name in names)


def test_issue_of_an_archive_names_it(tmp_path: Path) -> None:
    (tmp_path / "posts.zip").write_bytes(b"PK")
    assert run_import(tmp_path / "posts.zip").code == 3
    issue = ImportIssue.objects.get()
    assert (issue.root, bytes(issue.path)) == ("posts.zip", b"posts.zip")
