"""Cost of the steps of HTML cleaning: ``python benchmarks/html_cleaning.py [--corpus DIR]``.

The bodies of the posts are restructured once, as an import does. Then each step processes all of
them, several times in alternation, in this process; the baseline is bleach alone on every body.
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

from articles.content.html.cleaning.sanitizer import clean_html, clean_with_bleach, clean_with_nh3
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.restructuring.pipeline import restructure
from articles.content.outlets.registry import find_outlet
from articles.content.post_file.errors import NotAPostError, PostError
from articles.content.post_file.sections import split_post
from articles.content.post_file.size_limits import check_body
from articles.content.urls.normalization import extract_host
from benchmarks.report import describe_machine, machine_line, markdown_table, print_report, ratio
from benchmarks.synthetic.posts import posts

_STEPS: dict[str, Callable[[str], object]] = {
    "bleach on everything": clean_with_bleach,
    "nh3": clean_with_nh3,
    "strict check of what nh3 gave": first_fault,
    "clean_html: nh3, the check, bleach for the rest": clean_html,
}


def restructured_bodies(files: Iterator[tuple[bytes, bytes]]) -> Iterator[str]:
    """Yield the restructured bodies of posts; ``files`` are pairs of path and bytes."""
    for path, data in files:
        try:
            sections = split_post(data, path)
            check_body(sections.body)
        except (PostError, NotAPostError):
            continue
        outlet = find_outlet(extract_host(sections.headline_url), "")
        yield restructure(sections.body, base=sections.headline_url, title="", outlet=outlet).html


def corpus_files(folder: Path, count: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield about ``count`` files below ``folder``, evenly spaced in the order of their paths."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths[:: max(1, len(paths) // count)]:
        yield str(path.relative_to(folder)).encode(), path.read_bytes()


def generated_files(count: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the first ``count`` invented posts."""
    for post in islice(posts(seed=0), count):
        yield str(post.path).encode(), post.content


def time_all(step: Callable[[str], object], cleaned: list[str]) -> float:
    """Return the processor seconds of ``step`` for all bodies."""
    started = time.process_time()
    for html in cleaned:
        step(html)
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
    raw = list(restructured_bodies(files))
    cleaned = [clean_with_nh3(html) for html in raw]
    seconds: dict[str, list[float]] = {name: [] for name in _STEPS}
    for _ in range(options.turns):
        for name, step in _STEPS.items():
            seconds[name].append(time_all(step, cleaned))
    medians = {name: median(times) for name, times in seconds.items()}
    base = medians["bleach on everything"]
    rows = [
        [name, f"{len(raw) / cpu_seconds:,.0f}", ratio(cpu_seconds, base), ratio(base, cpu_seconds)]
        for name, cpu_seconds in medians.items()
    ]
    results = [clean_html(html) for html in raw]
    print_report(
        machine_line(describe_machine()),
        markdown_table(("step", "bodies / CPU s", "time / bleach", "times faster"), rows),
        f"{len(raw):,} bodies, {sum(map(len, cleaned)) / len(raw):,.0f} characters each; "
        f"{sum(bool(r.bleached) for r in results)} needed bleach, "
        f"{sum(bool(r.flattened) for r in results)} lost markup.",
    )


if __name__ == "__main__":
    main()
