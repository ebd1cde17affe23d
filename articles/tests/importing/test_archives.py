"""Posts in a folder, an archive or a repository: the same result, and unchanged ones unread."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from unittest import mock

import pytest

from articles.importing import change_detection, worker_pool
from articles.importing.readers import file_contents
from articles.importing.readers.archives import sorted_members
from articles.models import Original, Sighting
from articles.tests.support.archive_comparison import (
    FILE_FACTS,
    differences,
    dump_archive,
    raw_rows,
)
from articles.tests.support.import_runs import ProcessArchive, rolled_back, run_import
from articles.tests.support.packed_sources import KINDS, good_posts, make_tar, make_zip, pack
from articles.tests.support.post_files import BODY, STORY_URL, make_post

pytestmark = pytest.mark.django_db

TREE = {
    **good_posts(3, "2021/"),
    "2021/sub/2021-01-15-again.md": make_post(url=f"{STORY_URL}/good/2021/0", body=f"{BODY}新"),
    "2021.d/2021-01-14-sorts-before-the-slash.md": make_post(url=f"{STORY_URL}/dot"),
    "2021-01-14-“引号” \\ 名.md": make_post(url=f"{STORY_URL}/name"),
    "2021-01-14-" + "长" * 79 + "ab.html": make_post(url=f"{STORY_URL}/long"),
    "2021-01-16-broken.md": b"---\ntitle: no end\n",
    "README.md": b"no post\n",
    "pictures/a.jpg": b"\xff\xd8",
    ".hidden/2021-01-14-a.md": make_post(url=f"{STORY_URL}/hidden"),
}


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_kind_of_source_gives_the_same_archive_as_the_folder(
    tmp_path: Path, kind: str
) -> None:
    with rolled_back():
        expected = run_import(pack("folder", TREE, tmp_path / "a"), "--root=posts")
        dump = dump_archive(without=FILE_FACTS)
    result = run_import(pack(kind, TREE, tmp_path / "b"), "--root=posts")
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 6, 1)
    assert result.outcomes() == expected.outcomes()
    assert [line["path"] for line in result.files] == [line["path"] for line in expected.files]
    assert not differences(dump, dump_archive(without=FILE_FACTS))


@pytest.mark.parametrize("kind", KINDS)
def test_second_run_reads_no_post_and_writes_no_row(tmp_path: Path, kind: str) -> None:
    source = pack(kind, good_posts(5), tmp_path)
    assert run_import(source).summary["created"] == 5
    before = raw_rows()
    with (
        mock.patch.object(worker_pool, "read_bytes", side_effect=AssertionError("it was read")),
        mock.patch.object(
            change_detection, "read_bytes", side_effect=AssertionError("it was hashed")
        ),
    ):
        result = run_import(source)
    assert (result.exit_code, result.summary["unchanged"]) == (0, 5)
    assert all(line["article"] and line["sha256"] for line in result.files)
    assert raw_rows() == before


def test_runs_over_one_root_from_different_sources_stop_writing_rows(tmp_path: Path) -> None:
    sources = [pack(kind, good_posts(3), tmp_path / kind) for kind in KINDS]
    for source in sources + sources:
        run_import(source, "--root=posts")
    before = raw_rows()
    for source in sources:
        assert run_import(source, "--root=posts").summary["unchanged"] == 3
        assert raw_rows() == before, source


@pytest.mark.parametrize("kind", KINDS)
def test_changed_member_is_read(tmp_path: Path, kind: str) -> None:
    files = good_posts(3)
    run_import(pack(kind, files, tmp_path / "a"), "--root=posts")
    name = next(iter(files))
    files[name] = files[name].replace("九天".encode(), "十天".encode())  # of the same length
    result = run_import(pack(kind, files, tmp_path / "b"), "--root=posts")
    assert result.outcomes()[name] == "version"
    assert result.summary["unchanged"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_rebuilt_archive_of_the_same_files_is_unchanged(tmp_path: Path, kind: str) -> None:
    run_import(pack(kind, good_posts(3), tmp_path / "a"), "--root=posts")
    source = pack(kind, {**good_posts(3), **good_posts(1, "new/")}, tmp_path / "b")
    for path in source.rglob("*.md"):
        os.utime(path, (1, 1))
    result = run_import(source, "--root=posts")
    assert (result.summary["unchanged"], result.summary["created"]) == (3, 1)


@pytest.mark.parametrize(("kind", "label"), [("zip", "posts.zip"), ("tar.xz", "posts.tar.xz")])
def test_root_is_the_name_of_the_archive(tmp_path: Path, kind: str, label: str) -> None:
    run_import(pack(kind, good_posts(1), tmp_path))
    assert Sighting.objects.get().root == label


@pytest.mark.parametrize("kind", ["zip", "tar.xz", "git"])
def test_workers_read_members(tmp_path: Path, kind: str) -> None:
    source = pack(kind, good_posts(250), tmp_path)
    archive = ProcessArchive(tmp_path)
    result = archive.run_import(source, "--workers=2")
    assert (result.exit_code, result.summary["created"]) == (0, 250), result.message
    assert [line["path"] for line in result.files] == sorted(good_posts(250))


def test_several_sources_are_imported_in_turn(tmp_path: Path) -> None:
    sources = [pack(kind, good_posts(2, kind), tmp_path / kind) for kind in KINDS]
    assert run_import(*sources).summary["created"] == 2 * len(KINDS)


def test_member_names_of_any_bytes_are_imported_unchanged(tmp_path: Path) -> None:
    gbk = "2021-01-14-港口.md".encode("gbk").decode("utf-8", "surrogateescape")
    raw = make_zip({"2021-01-14-XXXX.md": make_post()}, tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace(b"XXXX", "港口".encode("gbk")))
    make_tar({gbk: make_post(), "2021-01-15-\n\x01\x7f.md": make_post()}, tmp_path / "a.tar")
    assert run_import(tmp_path / "a.zip", tmp_path / "a.tar", "--root=r").exit_code == 0
    assert {bytes(path) for path in Sighting.objects.values_list("path", flat=True)} == {
        os.fsencode(gbk), b"2021-01-15-\n\x01\x7f.md",
    }  # fmt: skip


def test_zip_from_windows_separates_paths_with_backslashes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for system, name in [(0, "2021\\2021-01-14-a.md"), (3, "2021-01-14-b\\b.md")]:
            member = zipfile.ZipInfo(name)
            member.filename, member.create_system = name, system
            archive.writestr(member, make_post(url=f"{STORY_URL}/{system}"))
    assert run_import(tmp_path / "a.zip").exit_code == 0
    assert {bytes(path) for path in Sighting.objects.values_list("path", flat=True)} == {
        b"2021/2021-01-14-a.md", b"2021-01-14-b\\b.md",
    }  # fmt: skip


def test_zip_with_64_bit_sizes_and_other_methods(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]
        for number, method in enumerate(methods):
            member = zipfile.ZipInfo(f"2021-01-14-{number}.md")
            member.compress_type = method
            with archive.open(member, "w", force_zip64=True) as file:
                file.write(make_post(url=f"{STORY_URL}/{number}"))
    assert run_import(tmp_path / "a.zip").summary["created"] == 3


def test_tar_of_several_compressed_streams_is_read_as_one(tmp_path: Path) -> None:
    for packing in ("gz", "xz", "bz2"):
        archive_path = make_tar(
            good_posts(4, packing), tmp_path / f"a.tar.{packing}", f"w:{packing}"
        )
        parts = [tmp_path / f"{n}.{packing}" for n in range(2)]
        plain = make_tar(good_posts(4, packing), tmp_path / "plain.tar").read_bytes()
        module = {"gz": "gzip", "xz": "lzma", "bz2": "bz2"}[packing]
        pack_bytes = getattr(__import__(module), "compress")  # noqa: B009 - of three modules
        for part, data in zip(parts, (plain[:3000], plain[3000:]), strict=True):
            part.write_bytes(pack_bytes(data))
        archive_path.write_bytes(parts[0].read_bytes() + parts[1].read_bytes())
        assert run_import(archive_path).summary["created"] == 4


def test_dry_run_of_an_archive_writes_nothing(tmp_path: Path) -> None:
    result = run_import(pack("tar.xz", good_posts(3), tmp_path), "--dry-run")
    assert (result.exit_code, result.summary["created"]) == (0, 3)
    assert not Original.objects.exists()


def test_temporary_files_are_deleted_after_the_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary_folder = tmp_path / "tmp"
    temporary_folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary_folder))
    run_import(*[pack(kind, good_posts(2, kind), tmp_path / kind) for kind in KINDS])
    assert list(temporary_folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "git"])
def test_missing_temporary_folder_is_reported_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    source = pack(kind, good_posts(2), tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    result = run_import(source)
    assert result.exit_code == 1
    assert "set TMPDIR" in result.message
    assert "Traceback" not in result.message


def test_full_temporary_folder_is_reported_with_a_hint(tmp_path: Path) -> None:
    source = pack("tar.gz", good_posts(2), tmp_path)
    full = OSError(28, "No space left on device")
    with mock.patch.object(sorted_members, "open", side_effect=full, create=True):
        result = run_import(source)
    assert result.exit_code == 1
    assert "set TMPDIR" in result.message
    assert run_import(source).summary["created"] == 2


def test_archive_removed_while_it_is_read_does_not_stop_the_others(tmp_path: Path) -> None:
    source = pack("zip", good_posts(3), tmp_path / "a")
    original = file_contents.read_bytes

    def read_after_removal(file: object) -> object:
        shutil.rmtree(source.parent, ignore_errors=True)
        return original(file)  # type: ignore[arg-type]

    with mock.patch.object(worker_pool, "read_bytes", read_after_removal):
        result = run_import(source, pack("folder", good_posts(2, "b"), tmp_path / "b"))
    assert (result.exit_code, result.summary["failed"], result.summary["created"]) == (3, 3, 2)
    assert "check that it is there" in result.files[0]["reason"]
