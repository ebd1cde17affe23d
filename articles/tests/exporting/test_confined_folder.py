"""``export_posts`` writes only into its folder, and overwrites nothing."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from articles.exporting import confined_folder
from articles.exporting.file_names import root_folder
from articles.tests.support.exports import export, read_tree, short_hash
from articles.tests.support.factories import make_capture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("existing", [b"", b"txet", b"text and more"])
def test_another_file_is_not_overwritten(tmp_path: Path, existing: bytes) -> None:
    make_capture(b"text", b"x.md")
    make_capture(b"other", b"y.md")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/x.md").write_bytes(existing)
    code, lines = export(tmp_path)
    assert code == 3
    assert lines[0]["kind"] == "blocked"
    assert read_tree(tmp_path) == {b"posts/x.md": existing, b"posts/y.md": b"other"}


@pytest.mark.parametrize("link", ["posts", "posts/a", "posts/a/x.md"])
@pytest.mark.parametrize("dangling", [True, False])
def test_no_link_is_followed(tmp_path: Path, link: str, dangling: bool) -> None:
    make_capture(b"text", b"a/x.md")
    outside = tmp_path / "outside"
    if not dangling and link.endswith(".md"):
        outside.write_bytes(b"text")
    elif not dangling:
        outside.mkdir()
    link_path = tmp_path / "out" / link
    link_path.parent.mkdir(parents=True)
    link_path.symlink_to(outside)
    code, lines = export(tmp_path / "out")
    assert code == 3
    assert lines[0]["kind"] == "blocked"
    assert "link" in lines[0]["text"]
    assert link_path.is_symlink()
    assert outside.exists() is not dangling
    assert not (outside.is_dir() and list(outside.iterdir()))


def test_a_pipe_or_a_folder_in_the_way_is_reported(tmp_path: Path) -> None:
    make_capture(b"one", b"pipe")
    make_capture(b"two", b"folder")
    make_capture(b"three", b"folder/inner")
    (tmp_path / "posts").mkdir()
    os.mkfifo(tmp_path / "posts/pipe")
    code, lines = export(tmp_path)
    assert code == 3
    assert [line["kind"] for line in lines[:-1]] == ["blocked", "blocked"]
    assert (tmp_path / "posts/folder").read_bytes() == b"two"


@pytest.mark.parametrize(
    "path",
    [b"../x", b"a/../../x", b"/x", b"", b".", b"a//x", b"a/", b"a\0b", b"./x", b"d/" * 2000 + b"x"],
)
def test_a_path_that_leads_out_is_refused(tmp_path: Path, path: bytes) -> None:
    make_capture(b"text", path)
    make_capture(b"other", b"y.md")
    code, lines = export(tmp_path / "out")
    assert code == 3
    assert lines[0]["kind"] == "unsafe path"
    assert read_tree(tmp_path) == {b"out/posts/y.md": b"other"}


@pytest.mark.parametrize(
    "label", ["../up", "/etc", "..", ".", "", "a/b", "_Quarantine", "長" * 255]
)
def test_a_label_that_is_not_a_file_name_gets_a_safe_one(tmp_path: Path, label: str) -> None:
    make_capture(b"text", b"x.md", root=label)
    code, lines = export(tmp_path / "out")
    assert code == 0
    assert lines[0]["kind"] == "renamed"
    assert read_tree(tmp_path) == {b"out/" + root_folder(label) + b"/x.md": b"text"}


def test_names_that_are_too_long_are_truncated_and_reported(tmp_path: Path) -> None:
    long = "報".encode() * 90
    for end in (b"1.md", b"2.md"):
        make_capture(long + end, long + end)
    code, lines = export(tmp_path)
    assert code == 0
    assert [line["kind"] for line in lines[:-1]] == ["renamed", "renamed"]
    names = sorted(read_tree(tmp_path))
    assert len(names) == 2
    assert all(name.decode().endswith(".md") and len(name) <= 6 + 255 for name in names)


def test_the_older_content_of_the_longest_name_is_exported(tmp_path: Path) -> None:
    path = b"x" * 252 + b".md"
    make_capture(b"old", path, epoch_ms=1)
    make_capture(b"new", path, epoch_ms=2)
    assert export(tmp_path)[0] == 0
    files = read_tree(tmp_path)
    assert files.pop(b"posts/" + path) == b"new"
    ((name, content),) = files.items()
    assert content == b"old"
    assert name.endswith(b"." + short_hash(b"old") + b".md")


@pytest.mark.parametrize(
    ("first", "second"), [("a/Story.md", "a/story.md"), ("caf\u00e9", "cafe\u0301"), ("ß", "SS")]
)
def test_paths_that_clash_without_case_are_listed_and_written(
    tmp_path: Path, first: str, second: str
) -> None:
    make_capture(b"one", first.encode())
    make_capture(b"two", second.encode())
    code, lines = export(tmp_path)
    assert code == 0
    (clash,) = lines[:-1]
    assert clash["kind"] == "clash"
    assert set(clash["about"]) == {f"posts/{first}", f"posts/{second}"}
    assert len(read_tree(tmp_path)) == 2


def test_a_full_disk_exits_with_1_and_leaves_no_partial_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_capture(b"one", b"x.md")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "rename", full)
    with pytest.raises(CommandError, match="No space left on device") as error:
        call_command("export_posts", tmp_path, stdout=io.StringIO())
    assert error.value.returncode == 1
    assert read_tree(tmp_path) == {}


def test_the_partial_file_of_a_killed_export_is_deleted(tmp_path: Path) -> None:
    (tmp_path / ".export-partial").write_bytes(b"half")
    make_capture(b"one", b"x.md")
    assert export(tmp_path)[0] == 0
    assert read_tree(tmp_path) == {b"posts/x.md": b"one"}


def test_two_exports_into_one_folder_exclude_each_other(tmp_path: Path) -> None:
    with confined_folder.ConfinedFolder(tmp_path):
        assert export(tmp_path)[0] == 4


def test_text_output_escapes_control_characters(tmp_path: Path) -> None:
    make_capture(b"text", b"../\x1b[2J\nx\xff")
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("export_posts", tmp_path, stdout=out)
    first = out.getvalue().splitlines()[0]
    assert first.startswith(r"unsafe path: posts/../\x1b[2J\nx\xff: ")
