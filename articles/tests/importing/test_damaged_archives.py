"""Archives and repositories cut off or damaged anywhere: an answer, never a fault of our own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.models import Original
from articles.tests.support.import_runs import forgotten, run_import
from articles.tests.support.packed_sources import git, good_posts, pack

pytestmark = pytest.mark.django_db
PLACES = 40  # of each kind; the places differ, but not from run to run


def damages(whole: bytes, seed: str) -> Iterator[bytes]:
    """Yield ``whole`` cut off, or with a byte changed, or a stretch of it gone or doubled."""
    chance = random.Random(seed)
    for _ in range(PLACES):
        at = chance.randrange(len(whole))
        length = chance.randrange(1, 600)
        match chance.randrange(5):
            case 0:
                yield whole[:at]
            case 1 | 2:
                yield whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
            case 3:
                yield whole[:at] + whole[at + length :]
            case _:
                yield whole[: at + length] + whole[at:]


def check(source: Path, sound: set[bytes], place: Path, *, checked: bool) -> None:
    """Import a damaged source and look for what must never be."""
    before = sorted(map(str, place.rglob("*")))
    with forgotten():
        answer = run_import(source, "--root=posts")
        assert answer.code in {0, 1, 2, 3}, answer
        assert "Traceback" not in answer.message
        assert "a fault of the archive's own reader" not in str(answer.files)
        assert all(line["reason"] for line in answer.files if line["outcome"] == "failed")
        stored = {original.content for original in Original.objects.all()}
    assert sorted(map(str, place.rglob("*"))) == before
    if checked:  # by checksums: what comes in is what was put in
        assert stored <= sound


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_damaged_archive(tmp_path: Path, kind: str) -> None:
    files = {**good_posts(3), **good_posts(2, "sub/")}
    source = pack(kind, files, tmp_path)
    for damaged in damages(source.read_bytes(), kind):
        source.write_bytes(damaged)
        check(source, set(files.values()), tmp_path, checked=kind != "tar")


@pytest.mark.parametrize("part", ["pack", "idx", "loose", "HEAD", "packed-refs"])
def test_damaged_repository(tmp_path: Path, part: str) -> None:
    files = {**good_posts(3), **good_posts(2, "sub/")}
    source = pack("bare", files, tmp_path)
    if part in {"pack", "idx", "packed-refs"}:
        git("gc", "--quiet", folder=source)
    names = {"loose": "objects/??/*", "HEAD": "HEAD", "packed-refs": "packed-refs"}
    for path in sorted(source.glob(names.get(part, f"objects/pack/*.{part}"))):
        path.chmod(0o644)
        whole = path.read_bytes()
        for damaged in list(damages(whole, part))[: 6 if part == "loose" else None]:
            path.write_bytes(damaged)
            check(source, set(files.values()), tmp_path, checked=True)
        path.write_bytes(whole)
