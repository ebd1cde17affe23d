"""What the walls of HTML cleaning take: ``python benchmarks/html_cleaning.py [--corpus DIR]``.

The bodies of the posts are structured once, as an import does. Then each wall has them all, in
turns, in this one process; bleach alone, on everything, is the baseline.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.content.html.cleaning.sanitizer import bleach_cleaned, clean_html, nh3_cleaned
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.restructuring.structure import structure
from articles.content.outlets.registry import find_outlet
from articles.content.post_file.sections import NotAPostError, PostError, check_size, take_apart
from articles.content.urls.normalization import host_of
from benchmarks.report import machine, machine_line, markdown_table, ratio, show
from benchmarks.synthetic.posts import posts

_WALLS: dict[str, Callable[[str], object]] = {
    "bleach on everything": bleach_cleaned,
    "nh3": nh3_cleaned,
    "strict check of what nh3 gave": first_fault,
    "clean_html: nh3, the check, bleach for the rest": clean_html,
}


def bodies(files: Iterator[tuple[bytes, bytes]]) -> Iterator[str]:
    """Yield the structured bodies of posts, given as (path, bytes)."""
    for path, data in files:
        try:
            frame = take_apart(data, path)
            check_size(frame.body)
        except (PostError, NotAPostError):
            continue
        outlet = find_outlet(host_of(frame.link), "")
        yield structure(frame.body, base=frame.link, title="", outlet=outlet).html


def corpus_files(folder: Path, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield ``count`` files below ``folder``, evenly spread over all of them."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths[:: max(1, len(paths) // count)]:
        yield str(path.relative_to(folder)).encode(), path.read_bytes()


def generated_files(count: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the first ``count`` invented posts."""
    for post in islice(posts(seed=0), count):
        yield str(post.path).encode(), post.content


def turn(wall: Callable[[str], object], cleaned: list[str]) -> float:
    """Return the processor seconds that ``wall`` takes for all bodies."""
    started = time.process_time()
    for html in cleaned:
        wall(html)
    return time.process_time() - started


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of real posts; else invented ones")
    parser.add_argument("--count", type=int, default=1000, help="posts")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    count: int = options.count
    files = corpus_files(options.corpus, count) if options.corpus else generated_files(count)
    raw = list(bodies(files))
    cleaned = [nh3_cleaned(html) for html in raw]
    seconds: dict[str, list[float]] = {name: [] for name in _WALLS}
    for _ in range(options.turns):
        for name, wall in _WALLS.items():
            seconds[name].append(turn(wall, cleaned))
    medians = {name: median(times) for name, times in seconds.items()}
    base = medians["bleach on everything"]
    rows = [
        [name, f"{len(raw) / taken:,.0f}", ratio(taken, base), ratio(base, taken)]
        for name, taken in medians.items()
    ]
    results = [clean_html(html) for html in raw]
    show(
        machine_line(machine()),
        markdown_table(("wall", "bodies / CPU s", "time / bleach", "times faster"), rows),
        f"{len(raw):,} bodies, {sum(map(len, cleaned)) / len(raw):,.0f} characters each; "
        f"{sum(bool(r.bleached) for r in results)} needed bleach, "
        f"{sum(bool(r.flattened) for r in results)} lost markup.",
    )


if __name__ == "__main__":
    main()
