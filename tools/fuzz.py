"""Try to refute the strict check of stored HTML: ``python -m tools.fuzz --cases 1000000``.

Each case is a document at the edge of the grammar. If the check accepts it, bleach must not change
a byte, and html5lib and lexbor must parse the tree that its tags spell. If the check refuses it,
it must accept the cleaned document. The same seed gives the same cases.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from random import Random

from articles.tests.support.html_fuzzing import find_disagreement, is_accepted, random_document

_CHUNK = 2000


def run_chunk(seed: int, cases: int) -> tuple[int, list[str]]:
    """Return how many cases of this seed are accepted, and the cases that refute the check."""
    random = Random(seed)  # noqa: S311 - cases, not secrets
    accepted, refuted = 0, []
    for _ in range(cases):
        html = random_document(random)
        accepted += is_accepted(html)
        if evidence := find_disagreement(html):
            refuted.append(f"{html!r}\n    {evidence}")
    return accepted, refuted


def main(arguments: list[str]) -> int:
    """Run the cases; return exit code 1 when one of them refutes the check, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    seeds = range(options.seed * 1_000_000, options.seed * 1_000_000 + -(-options.cases // _CHUNK))
    sizes = [min(_CHUNK, options.cases - i * _CHUNK) for i in range(len(seeds))]
    accepted = done = refuted = 0
    with ProcessPoolExecutor(options.processes) as pool:
        for size, (chunk_accepted, failures) in zip(
            sizes, pool.map(run_chunk, seeds, sizes), strict=True
        ):
            done += size
            accepted += chunk_accepted
            refuted += len(failures)
            sys.stdout.writelines(f"REFUTED {line}\n" for line in failures)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done:,} cases, {accepted:,} accepted, {refuted} refuted")
    sys.stdout.write(f"{done:,} cases, {accepted:,} accepted, {refuted} refuted\n")
    return 1 if refuted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
