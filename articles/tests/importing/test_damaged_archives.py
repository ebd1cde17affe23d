"""Archives and repositories, truncated or damaged anywhere, are reported and crash nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from articles.models import Original
from articles.tests.support.import_runs import rolled_back, run_import
from articles.tests.support.packed_sources import git, good_posts, pack

pytestmark = pytest.mark.django_db
SAMPLES = 40  # of each kind, at random positions from a fixed seed


def damaged_copies(original: bytes, seed: str) -> Iterator[bytes]:
    """Yield ``original`` truncated, with a bit flipped, or with a range removed or repeated."""
    rng = random.Random(seed)
    for _ in range(SAMPLES):
        at = rng.randrange(len(original))
        length = rng.randrange(1, 600)
        match rng.randrange(5):
            case 0:
                yield original[:at]
            case 1 | 2:
                yield (
                    original[:at]
                    + bytes([original[at] ^ 1 << rng.randrange(8)])
                    + original[at + 1 :]
                )
            case 3:
                yield original[:at] + original[at + length :]
            case _:
                yield original[: at + length] + original[at:]


def import_damaged(source: Path, intact: set[bytes], folder: Path, *, has_checksums: bool) -> None:
    """Import a damaged source and check what holds for all of them."""
    before = sorted(map(str, folder.rglob("*")))
    with rolled_back():
        result = run_import(source, "--root=posts")
        assert result.exit_code in {0, 1, 2, 3}, result
        assert "Traceback" not in result.message
        assert "a bug in the importer" not in str(result.files)
        assert all(line["reason"] for line in result.files if line["outcome"] == "failed")
        stored = {original.content for original in Original.objects.all()}
    assert sorted(map(str, folder.rglob("*"))) == before
    if has_checksums:  # the format has checksums: only the original contents are imported
        assert stored <= intact


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_damaged_archive(tmp_path: Path, kind: str) -> None:
    files = {**good_posts(3), **good_posts(2, "sub/")}
    source = pack(kind, files, tmp_path)
    for damaged in damaged_copies(source.read_bytes(), kind):
        source.write_bytes(damaged)
        import_damaged(source, set(files.values()), tmp_path, has_checksums=kind != "tar")


@pytest.mark.parametrize("part", ["pack", "idx", "loose", "HEAD", "packed-refs"])
def test_damaged_repository(tmp_path: Path, part: str) -> None:
    files = {**good_posts(3), **good_posts(2, "sub/")}
    source = pack("bare", files, tmp_path)
    if part in {"pack", "idx", "packed-refs"}:
        git("gc", "--quiet", folder=source)
    names = {"loose": "objects/??/*", "HEAD": "HEAD", "packed-refs": "packed-refs"}
    for path in sorted(source.glob(names.get(part, f"objects/pack/*.{part}"))):
        path.chmod(0o644)
        original = path.read_bytes()
        for damaged in list(damaged_copies(original, part))[: 6 if part == "loose" else None]:
            path.write_bytes(damaged)
            import_damaged(source, set(files.values()), tmp_path, has_checksums=True)
        path.write_bytes(original)
