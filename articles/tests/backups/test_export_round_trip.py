"""Posts that are imported and exported are what they were."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from articles.tests.backups.own_archive import Archive
from articles.tests.support.exports import tree


def test_posts_that_were_imported_and_exported_are_what_they_were(
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
    done = archive.run("export_posts", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / "out/_quarantine/posts/2025-02-19-broken.md").rename(
        tmp_path / "out/posts/2025-02-19-broken.md"
    )
    (posts / "README.md").unlink()  # no post
    assert tree(tmp_path / "out/posts") == tree(posts)
