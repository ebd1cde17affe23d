"""Cost of folding and tokenizing text: ``python benchmarks/text_folding.py [--corpus DIR]``.

The baseline is the minimum that any folding must do: ``casefold`` and ``str.translate`` with the
same character table. All steps process the same texts in alternation, in this process.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from articles.content.post_file.parsing import NotAPostError, PostError, parse_post
from articles.content.search_text.character_folding import CHARACTER_CLASSES
from articles.content.search_text.text_folding import fold, fold_with_offsets
from articles.content.search_text.tokenization import tokenize
from benchmarks.html_cleaning import corpus_files, generated_files, time_all
from benchmarks.report import describe_machine, machine_line, markdown_table, print_report, ratio


def baseline_fold(text: str) -> str:
    """Return ``text`` in lower case, each character replaced by the first of its class."""
    return text.casefold().translate(CHARACTER_CLASSES)


def parse_texts(files: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """Yield the texts of posts; ``files`` are pairs of path and bytes."""
    for path, data in files:
        try:
            yield parse_post(data, path).text
        except (PostError, NotAPostError):
            continue


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of real posts; else invented ones")
    parser.add_argument("--count", type=int, default=1000, help="posts")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    count: int = options.count
    files = corpus_files(options.corpus, count) if options.corpus else generated_files(count)
    texts = list(parse_texts(files))
    folded = [fold(text) for text in texts]
    steps: dict[str, tuple[Callable[[str], object], list[str]]] = {
        "casefold and translate": (baseline_fold, texts),
        "fold": (fold, texts),
        "fold_with_offsets": (fold_with_offsets, texts),
        "tokenize (folded text)": (tokenize, folded),
    }
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(options.turns):
        for name, (step, inputs) in steps.items():
            seconds[name].append(time_all(step, inputs))
    medians = {name: median(times) for name, times in seconds.items()}
    base = medians["casefold and translate"]
    megabytes = sum(len(text.encode(errors="replace")) for text in texts) / 1e6
    rows = [
        [name, f"{megabytes / cpu_seconds:.1f}", ratio(cpu_seconds, base)]
        for name, cpu_seconds in medians.items()
    ]
    print_report(
        machine_line(describe_machine()),
        markdown_table(("step", "MB / CPU s", "time / baseline"), rows),
        f"{len(texts):,} texts, {megabytes:.1f} MB in UTF-8.",
    )


if __name__ == "__main__":
    main()
