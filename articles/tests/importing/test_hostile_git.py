"""Hostile git repositories: wrong, incomplete, pointing elsewhere, or bombs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from articles.tests.support.import_runs import run_import
from articles.tests.support.packed_sources import (
    blob,
    commit_tree,
    git,
    good_posts,
    pack,
    reasons,
    tree,
)
from articles.tests.support.post_files import STORY_URL, make_post

pytestmark = pytest.mark.django_db
_POST = make_post(url=f"{STORY_URL}/other")


def test_links_submodules_and_odd_names_are_reported(tmp_path: Path) -> None:
    source = pack("git", good_posts(), tmp_path)
    good = [
        ("100644", name, git("rev-parse", f"HEAD:{name}", folder=source)) for name in good_posts()
    ]
    bad = blob(source, _POST)
    inner = tree(source, ("100644", "2021-01-14-inner.md", bad))
    huge = blob(source, bytes(70_000_000))
    odd = tree(
        source,
        ("100644", "..", bad),
        ("40000", "...", inner),
        ("100644", "../2021-01-14-x.md", bad),
        ("100644", "/2021-01-14-abs.md", bad),
        ("120000", "2021-01-14-link.md", blob(source, b"/etc/passwd")),
        ("160000", "2021-01-14-module.md", "1" * 40),
        ("100644", "2021-01-14-huge.md", huge),
        ("100644", "2021-01-14-missing.md", "2" * 40),
        ("100644", "2021-01-14-tree.md", inner),
        ("100644", "2021-01-14-twice.md", bad),
        ("100644", "2021-01-14-twice.md", blob(source, make_post(url=f"{STORY_URL}/last"))),
        ("100755", "2021-01-14-\udcff\n.md", blob(source, make_post(url=f"{STORY_URL}/bytes"))),
        *good,
        ("40000", ".git", inner),
    )
    commit_tree(source, odd)
    result = run_import(source)
    reported = reasons(result)
    assert result.exit_code == 3
    assert "leads out" in reported["../2021-01-14-x.md"][1]
    assert "absolute" in reported["/2021-01-14-abs.md"][1]
    assert reported["2021-01-14-link.md"] == ("skipped", "a link; links are not followed")
    assert reported["2021-01-14-module.md"][0] == "skipped"
    assert "by its own path" in reported["2021-01-14-module.md"][1]
    assert "larger than 16 MB" in reported["2021-01-14-huge.md"][1]
    assert "content of this file is missing" in reported["2021-01-14-missing.md"][1]
    assert reported["2021-01-14-tree.md"][0] == "failed"
    assert [line["outcome"] for line in result.files if "twice" in line["path"]] == [
        "failed", "created",
    ]  # fmt: skip
    assert reported["2021-01-14-\\xff\n.md"][0] == "created"
    assert not any(path.startswith(".git/") for path in reported)
    assert result.summary["created"] == 4


def damage(path: Path, at: int) -> None:
    path.chmod(0o644)
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0xFF
    path.write_bytes(raw)


def test_damaged_object_is_reported_and_the_others_are_imported(tmp_path: Path) -> None:
    source = pack("git", good_posts(3), tmp_path)
    key = git("rev-parse", f"HEAD:{list(good_posts())[1]}", folder=source)
    damage(source / ".git" / "objects" / key[:2] / key[2:], 60)
    result = run_import(source)
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 2, 1)
    assert "damaged; clone it again" in reasons(result)[list(good_posts())[1]][1]


def test_object_with_the_content_of_another_is_refused(tmp_path: Path) -> None:
    source = pack("git", good_posts(2), tmp_path)
    key = git("rev-parse", f"HEAD:{next(iter(good_posts()))}", folder=source)
    other = blob(source, _POST[: len(_POST) - 1] + b" ")
    store = source / ".git" / "objects"
    path = store / key[:2] / key[2:]
    path.chmod(0o644)
    path.write_bytes((store / other[:2] / other[2:]).read_bytes())
    result = run_import(source)
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 1, 1)


def test_missing_tree_is_reported_and_files_before_it_are_imported(tmp_path: Path) -> None:
    source = pack("git", {**good_posts(2, "a/"), **good_posts(1, "b/")}, tmp_path)
    key = git("rev-parse", "HEAD:b", folder=source)
    (source / ".git" / "objects" / key[:2] / key[2:]).unlink()
    result = run_import(source)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "git fsck" in reasons(result)["posts"][1]


def test_missing_git_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = pack("git", good_posts(), tmp_path / "r")
    beside = pack("folder", good_posts(2, "beside"), tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run_import(source, beside)
    assert (result.exit_code, result.summary["created"]) == (3, 2)
    assert "requires git, which is not installed" in reasons(result)["posts"][1]


def _alternates(source: Path) -> None:
    info = source / ".git" / "objects" / "info"
    info.mkdir(exist_ok=True)
    (info / "alternates").write_text("/elsewhere/objects\n")


def _move_away(source: Path) -> Path:
    away = source.parent / "away"
    (source / ".git").rename(away)
    return away


def _linked(source: Path) -> None:
    (source / ".git").symlink_to(_move_away(source))


def _pointed(source: Path) -> None:
    (source / ".git").write_text(f"gitdir: {_move_away(source)}\n")


def _fake_worktree(source: Path) -> None:
    """Point to a worktree of a repository that has no such worktree."""
    away = _move_away(source)
    (away / "worktrees" / "other").mkdir(parents=True)
    (away / "worktrees" / "other" / "gitdir").write_text("/elsewhere/.git\n")
    (source / ".git").write_text(f"gitdir: {away}/worktrees/other\n")


def _linked_store(source: Path) -> None:
    (source / ".git" / "objects").rename(source.parent / "objects")
    (source / ".git" / "objects").symlink_to(source.parent / "objects")


def _head(text: str) -> Callable[[Path], None]:
    def change(source: Path) -> None:
        (source / ".git" / "HEAD").write_text(text)

    return change


def _pipe_for_head(source: Path) -> None:
    (source / ".git" / "HEAD").unlink()
    os.mkfifo(source / ".git" / "HEAD")


def _no_commit(source: Path) -> None:
    shutil.rmtree(source / ".git")
    git("init", "--quiet", folder=source)


@pytest.mark.parametrize(
    ("change", "pattern"),
    [
        (_alternates, "git clone --dissociate"),
        (_linked, "import that repository by its own path"),
        (_pointed, "import that repository by its own path"),
        (_fake_worktree, "import that repository by its own path"),
        (_linked_store, "clone it and import that"),
        (_no_commit, "no commit on refs/heads/.* yet; commit the posts"),
        (_head("ref: refs/../../../../etc/passwd\n"), "git fsck"),
        (_head("ref: refs/heads/none\n"), "no commit on refs/heads/none yet"),
        (_head("ref: refs/heads/.invalid\n"), "clone --ref-format=files"),
        (_head("1" * 40 + "\n"), "cannot be read to its end.*git fsck"),
        (_head("--output=/tmp/x\n"), "git fsck"),
        (_head(""), "git fsck"),
        (_pipe_for_head, "clone it again"),
    ],
)
def test_unreadable_repository_is_reported_with_a_hint(
    tmp_path: Path, change: Callable[[Path], object], pattern: str
) -> None:
    source = pack("git", good_posts(), tmp_path / "r")
    change(source)
    beside = pack("folder", good_posts(2, "beside"), tmp_path)
    result = run_import(source, beside)
    assert (result.exit_code, result.summary["created"], result.summary["failed"]) == (3, 2, 1)
    assert re.search(pattern, reasons(result)["posts"][1]), result.files
