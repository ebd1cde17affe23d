"""Posts are the same after import and export."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from articles.tests.backups.isolated_archive import Archive
from articles.tests.support.exports import read_tree


def test_exported_posts_equal_the_imported_files(
    new_archive: Callable[[], Archive], samples: Path, tmp_path: Path
) -> None:
    archive = new_archive()
    archive.run("migrate", "--verbosity=0")
    posts = tmp_path / "posts"
    shutil.copytree(samples, posts)
    story = next(posts.rglob("2025-02-19-*.md")).read_bytes()
    for name in (b"2025-02-19-line\nbreak.md", b"2025-02-19-\xff.md", b"2025-02-19-'quote\".md"):
        (posts / os.fsdecode(name)).write_bytes(story)
    (posts / "2025-02-19-broken.md").write_bytes(b"\xff\xfe")
    assert archive.run("import_posts", posts, "--no-progress").returncode == 3
    completed = archive.run("export_posts", tmp_path / "out")
    assert (completed.returncode, completed.stderr) == (0, "")
    (tmp_path / "out/_quarantine/posts/2025-02-19-broken.md").rename(
        tmp_path / "out/posts/2025-02-19-broken.md"
    )
    (posts / "README.md").unlink()  # no post
    assert read_tree(tmp_path / "out/posts") == read_tree(posts)
