"""Repositories that are bombs, and huge files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from articles.tests.support.hostile_cases import Case
from articles.tests.support.packed_sources import blob, commit_tree, good_posts, pack, tree
from articles.tests.support.post_files import STORY_URL, make_post

BAD = "2021-01-14-bad.md"
_POST = make_post(url=f"{STORY_URL}/bad")


def _trees(folder: Path) -> Path:
    """Create a repository of ten nested trees that list ten billion files."""
    source = pack("git", good_posts(), folder)
    key = tree(source, *[("100644", f"2021-01-14-{n}.md", blob(source, _POST)) for n in range(10)])
    for _ in range(9):
        key = tree(source, *[("40000", f"d{n}", key) for n in range(10)])
    commit_tree(source, key)
    return source


def _blobs(folder: Path) -> Path:
    """Create a repository that lists one post of 15 MB ninety times."""
    source = pack("git", good_posts(), folder)
    key = blob(source, bytes(15_000_000))
    names = [f"2021-01-14-{n:02}.md" for n in range(90)]
    commit_tree(source, tree(source, *[("100644", name, key) for name in names]))
    return source


def _deep(folder: Path) -> Path:
    """Create a repository of 300 nested trees."""
    source = pack("git", good_posts(), folder)
    key = tree(source, ("100644", BAD, blob(source, _POST)))
    for _ in range(300):
        key = tree(source, ("40000", "d", key))
    commit_tree(source, key)
    return source


def _file(size: int, byte: bytes) -> Callable[[Path], Path]:
    """Create a folder with a post of so many bytes; if they are zeros, it is a sparse file."""

    def build(folder: Path) -> Path:
        source = pack("folder", {**good_posts(), BAD: _POST}, folder)
        if byte == b"\0":
            os.truncate(source / BAD, size)
        else:
            (source / BAD).write_bytes(_POST + byte * (size - len(_POST)))
        return source

    return build


def _in_git(folder: Path) -> Path:
    return pack("git", {**good_posts(), BAD: _POST + b"x" * 15_000_000}, folder)


def _in_archive(kind: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        return pack(kind, {**good_posts(), BAD: os.urandom(2**20) * 15}, folder)

    return build


def _many_empty(folder: Path) -> Path:
    names = (f"empty/2021-01-14-{number}.md" for number in range(19_999))
    return pack("folder", good_posts() | dict.fromkeys((BAD, *names), b""), folder)


_LARGE = "larger than 16 MB; no post is that large, check the file"
OTHERS = [
    Case("git: bomb of trees", _trees, "posts", "more members than.*split it", inside=0),
    Case("git: bomb of blobs", _blobs, "posts", "more than 200 times.*unpack it", inside=0),
    Case("git: 300 trees deep", _deep, "d/" * 300 + BAD, "100 folders deep", "skipped", inside=0),
    Case("git: post of 15 MB", _in_git, BAD, "."),
    Case("file: sparse, of a terabyte", _file(2**40, b"\0"), BAD, _LARGE),
    Case("file: post of 100 MB", _file(100_000_000, b"x"), BAD, _LARGE),
    Case("file: post of 15 MB", _file(15_000_000, b"x"), BAD, "."),
    Case("folder: 20,000 empty files", _many_empty, BAD, "it is empty; restore"),
    Case("zip: post of 15 MB", _in_archive("zip"), BAD, "."),
    Case("tar: post of 15 MB", _in_archive("tar.gz"), BAD, "."),
]
