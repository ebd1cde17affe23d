"""Generate a folder of invented Jekyll posts: ``python benchmarks/generate_posts.py DIR N``."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from pathlib import Path

if __package__ in {None, ""}:  # run as a file, Python looks for modules beside it only
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.synthetic.posts import posts


def generate_posts(folder: Path, count: int, seed: int = 0) -> None:
    """Write ``count`` post files below ``folder``; the same seed gives the same bytes.

    A smaller ``count`` gives the first files of a larger one. Existing files with the same names
    are replaced; others are left alone.
    """
    created_folders: set[Path] = set()
    for post in islice(posts(seed), count):
        path = folder / post.path
        if path.parent not in created_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            created_folders.add(path.parent)
        path.write_bytes(post.content)


def main() -> None:
    """Generate the posts that the command line specifies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("count", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other posts")
    arguments = parser.parse_args()
    generate_posts(arguments.folder, arguments.count, arguments.seed)


if __name__ == "__main__":
    main()
