"""The same tree of files as a folder, an archive or a git repository, for tests."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from articles.tests.support.post_files import STORY_URL, make_post

if TYPE_CHECKING:
    from articles.tests.support.import_runs import ImportOutput

KINDS = ("folder", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "git", "bare")
_TAR_MODES = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}


def good_posts(count: int = 2, prefix: str = "") -> dict[str, bytes]:
    """Return valid posts of different URLs by their paths."""
    return {
        f"{prefix}2021-01-14-good{n}.md": make_post(url=f"{STORY_URL}/good/{prefix}{n}")
        for n in range(count)
    }


def pack(kind: str, files: Mapping[str, bytes], folder: Path) -> Path:
    """Create a source of this kind from ``files`` below ``folder``, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "zip":
        return make_zip(files, folder / "posts.zip")
    if kind in _TAR_MODES:
        return make_tar(files, folder / f"posts.{kind}", _TAR_MODES[kind])
    if kind == "bare":
        checkout = pack("git", files, folder / "checkout")
        git("clone", "--quiet", "--bare", str(checkout), str(folder / "posts.git"), folder=folder)
        return folder / "posts.git"
    folder = folder / "posts"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if kind == "git":
        git("init", "--quiet", folder=folder)
        commit(folder)
    return folder


def make_zip(files: Mapping[str, bytes], path: Path) -> Path:
    """Write a zip of these members and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def make_tar(files: Mapping[str, bytes], path: Path, mode: str = "w") -> Path:
    """Write a tar of these members and return its path."""
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            add_to_tar(archive, name, content)
    return path


def add_to_tar(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a regular file of this name, valid or not."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mtime = 1_610_000_000
    archive.addfile(member, io.BytesIO(content))


def git(*arguments: str, folder: Path, stdin: bytes | None = None) -> str:
    """Run git in ``folder`` and return its output."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    names = {
        f"GIT_{who}_{what}": f"tester{'@herald.example' * (what == 'EMAIL')}"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    isolation = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**inherited, **names, **isolation},
        input=stdin,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return os.fsdecode(done.stdout).strip()


def commit(folder: Path) -> str:
    """Commit everything in a checkout and return the commit's id."""
    git("add", "--all", "--force", folder=folder)
    git("commit", "--quiet", "--no-verify", "--message", "posts", folder=folder)
    return git("rev-parse", "HEAD", folder=folder)


def blob(folder: Path, content: bytes) -> str:
    """Write an object and return its id."""
    return git("hash-object", "-w", "--stdin", folder=folder, stdin=content)


def tree(folder: Path, *entries: tuple[str, str, str]) -> str:
    """Write a tree of (mode, name, id), valid or not, and return its id."""
    raw = b"".join(
        f"{mode} ".encode() + os.fsencode(name) + b"\0" + bytes.fromhex(key)
        for mode, name, key in entries
    )
    return git(
        "hash-object", "-t", "tree", "--literally", "-w", "--stdin", folder=folder, stdin=raw
    )


def commit_tree(folder: Path, key: str) -> str:
    """Make a tree the HEAD of the repository, and return the commit's id."""
    head = git("commit-tree", key, "-m", "odd", folder=folder)
    (folder / ".git" / "HEAD").write_text(head + "\n")
    return head


def reasons(result: ImportOutput) -> dict[str, tuple[str, str]]:
    """Return outcome and reason of each file by its path."""
    return {line["path"]: (line["outcome"], line["reason"]) for line in result.files}
