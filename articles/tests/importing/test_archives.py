"""The same posts as a folder, an archive or a repository: the same archive, and no work twice."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path
from unittest import mock

import pytest

from articles.importing import change_detection, worker_pool
from articles.importing.readers import file_contents
from articles.importing.readers.archives import disk_sort
from articles.models import Original, Sighting
from articles.tests.support.archive_comparison import (
    FILE_FACTS,
    differences,
    dump_archive,
    raw_rows,
)
from articles.tests.support.import_runs import OwnArchive, forgotten, run_import
from articles.tests.support.packed_sources import KINDS, good_posts, make_tar, make_zip, pack
from articles.tests.support.post_files import ADDRESS, BODY, make_post

pytestmark = pytest.mark.django_db

TREE = {
    **good_posts(3, "2021/"),
    "2021/sub/2021-01-15-again.md": make_post(url=f"{ADDRESS}/good/2021/0", body=f"{BODY}新"),
    "2021.d/2021-01-14-sorts-before-the-slash.md": make_post(url=f"{ADDRESS}/dot"),
    "2021-01-14-“引号” \\ 名.md": make_post(url=f"{ADDRESS}/name"),
    "2021-01-14-" + "长" * 79 + "ab.html": make_post(url=f"{ADDRESS}/long"),
    "2021-01-16-broken.md": b"---\ntitle: no end\n",
    "README.md": b"no post\n",
    "pictures/a.jpg": b"\xff\xd8",
    ".hidden/2021-01-14-a.md": make_post(url=f"{ADDRESS}/hidden"),
}


@pytest.mark.parametrize("kind", KINDS[1:])
def test_every_kind_of_source_gives_what_the_folder_gives(tmp_path: Path, kind: str) -> None:
    with forgotten():
        expected = run_import(pack("folder", TREE, tmp_path / "a"), "--root=posts")
        dump = dump_archive(without=FILE_FACTS)
    answer = run_import(pack(kind, TREE, tmp_path / "b"), "--root=posts")
    assert (answer.code, answer.summary["created"], answer.summary["failed"]) == (3, 6, 1)
    assert answer.outcomes() == expected.outcomes()
    assert [line["path"] for line in answer.files] == [line["path"] for line in expected.files]
    assert not differences(dump, dump_archive(without=FILE_FACTS))


@pytest.mark.parametrize("kind", KINDS)
def test_second_run_reads_no_post_and_writes_no_row(tmp_path: Path, kind: str) -> None:
    source = pack(kind, good_posts(5), tmp_path)
    assert run_import(source).summary["created"] == 5
    before = raw_rows()
    with (
        mock.patch.object(worker_pool, "bytes_of", side_effect=AssertionError("it was read")),
        mock.patch.object(
            change_detection, "bytes_of", side_effect=AssertionError("it was hashed")
        ),
    ):
        answer = run_import(source)
    assert (answer.code, answer.summary["unchanged"]) == (0, 5)
    assert all(line["article"] and line["sha256"] for line in answer.files)
    assert raw_rows() == before


def test_runs_over_one_root_from_different_sources_come_to_rest(tmp_path: Path) -> None:
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
    answer = run_import(pack(kind, files, tmp_path / "b"), "--root=posts")
    assert answer.outcomes()[name] == "version"
    assert answer.summary["unchanged"] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_archive_made_anew_of_the_same_files_is_unchanged(tmp_path: Path, kind: str) -> None:
    run_import(pack(kind, good_posts(3), tmp_path / "a"), "--root=posts")
    source = pack(kind, {**good_posts(3), **good_posts(1, "new/")}, tmp_path / "b")
    for path in source.rglob("*.md"):
        os.utime(path, (1, 1))
    answer = run_import(source, "--root=posts")
    assert (answer.summary["unchanged"], answer.summary["created"]) == (3, 1)


@pytest.mark.parametrize(("kind", "label"), [("zip", "posts.zip"), ("tar.xz", "posts.tar.xz")])
def test_root_is_the_name_of_the_archive(tmp_path: Path, kind: str, label: str) -> None:
    run_import(pack(kind, good_posts(1), tmp_path))
    assert Sighting.objects.get().root == label


@pytest.mark.parametrize("kind", ["zip", "tar.xz", "git"])
def test_workers_read_members(tmp_path: Path, kind: str) -> None:
    source = pack(kind, good_posts(250), tmp_path)
    archive = OwnArchive(tmp_path)
    answer = archive.run_import(source, "--workers=2")
    assert (answer.code, answer.summary["created"]) == (0, 250), answer.message
    assert [line["path"] for line in answer.files] == sorted(good_posts(250))


def test_several_sources_go_on_one_after_the_other(tmp_path: Path) -> None:
    sources = [pack(kind, good_posts(2, kind), tmp_path / kind) for kind in KINDS]
    assert run_import(*sources).summary["created"] == 2 * len(KINDS)


def test_names_of_any_bytes_come_in_as_they_stand(tmp_path: Path) -> None:
    gbk = "2021-01-14-港口.md".encode("gbk").decode("utf-8", "surrogateescape")
    raw = make_zip({"2021-01-14-XXXX.md": make_post()}, tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(raw.replace(b"XXXX", "港口".encode("gbk")))
    make_tar({gbk: make_post(), "2021-01-15-\n\x01\x7f.md": make_post()}, tmp_path / "a.tar")
    assert run_import(tmp_path / "a.zip", tmp_path / "a.tar", "--root=r").code == 0
    assert {bytes(path) for path in Sighting.objects.values_list("path", flat=True)} == {
        os.fsencode(gbk), b"2021-01-15-\n\x01\x7f.md",
    }  # fmt: skip


def test_zip_from_windows_parts_its_names_by_backslashes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for system, name in [(0, "2021\\2021-01-14-a.md"), (3, "2021-01-14-b\\b.md")]:
            member = zipfile.ZipInfo(name)
            member.filename, member.create_system = name, system
            archive.writestr(member, make_post(url=f"{ADDRESS}/{system}"))
    assert run_import(tmp_path / "a.zip").code == 0
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
                file.write(make_post(url=f"{ADDRESS}/{number}"))
    assert run_import(tmp_path / "a.zip").summary["created"] == 3


def test_tar_in_several_packed_streams_is_one(tmp_path: Path) -> None:
    for packing in ("gz", "xz", "bz2"):
        whole = make_tar(good_posts(4, packing), tmp_path / f"a.tar.{packing}", f"w:{packing}")
        parts = [tmp_path / f"{n}.{packing}" for n in range(2)]
        plain = make_tar(good_posts(4, packing), tmp_path / "plain.tar").read_bytes()
        module = {"gz": "gzip", "xz": "lzma", "bz2": "bz2"}[packing]
        pack_bytes = getattr(__import__(module), "compress")  # noqa: B009 - of three modules
        for part, data in zip(parts, (plain[:3000], plain[3000:]), strict=True):
            part.write_bytes(pack_bytes(data))
        whole.write_bytes(parts[0].read_bytes() + parts[1].read_bytes())
        assert run_import(whole).summary["created"] == 4


def test_dry_run_of_an_archive_writes_nothing(tmp_path: Path) -> None:
    answer = run_import(pack("tar.xz", good_posts(3), tmp_path), "--dry-run")
    assert (answer.code, answer.summary["created"]) == (0, 3)
    assert not Original.objects.exists()


def test_temporary_files_are_gone_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "tmp"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    run_import(*[pack(kind, good_posts(2, kind), tmp_path / kind) for kind in KINDS])
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("kind", ["zip", "tar.gz", "git"])
def test_temporary_folder_that_is_missing_is_named_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    source = pack(kind, good_posts(2), tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    answer = run_import(source)
    assert answer.code == 1
    assert "set TMPDIR" in answer.message
    assert "Traceback" not in answer.message


def test_temporary_folder_that_is_full_is_named_with_the_cure(tmp_path: Path) -> None:
    source = pack("tar.gz", good_posts(2), tmp_path)
    full = OSError(28, "No space left on device")
    with mock.patch.object(disk_sort, "open", side_effect=full, create=True):
        answer = run_import(source)
    assert answer.code == 1
    assert "set TMPDIR" in answer.message
    assert run_import(source).summary["created"] == 2


def test_archive_that_is_removed_while_it_is_read_costs_only_itself(tmp_path: Path) -> None:
    source = pack("zip", good_posts(3), tmp_path / "a")
    honest = file_contents.bytes_of

    def gone(found: object) -> object:
        shutil.rmtree(source.parent, ignore_errors=True)
        return honest(found)  # type: ignore[arg-type]

    with mock.patch.object(worker_pool, "bytes_of", gone):
        answer = run_import(source, pack("folder", good_posts(2, "b"), tmp_path / "b"))
    assert (answer.code, answer.summary["failed"], answer.summary["created"]) == (3, 3, 2)
    assert "check that it is there" in answer.files[0]["reason"]
