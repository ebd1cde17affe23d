"""Try to refute the strict check of stored HTML: ``python -m tools.fuzz --cases 1000000``.

Each case is a document at the edge of the grammar. Whatever the check accepts, bleach has to leave
byte for byte, and html5lib and lexbor have to read node for node; whatever it refuses, cleaning has
to bring to something that it accepts. A seed gives the same cases again.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from random import Random

from articles.tests.support.html_fuzzing import disagreement, document, is_accepted

_CHUNK = 2000


def chunk(seed: int, cases: int) -> tuple[int, list[str]]:
    """Return how many of the cases of this seed are accepted, and what refutes the check."""
    random = Random(seed)  # noqa: S311 - cases, not secrets
    accepted, refuted = 0, []
    for _ in range(cases):
        html = document(random)
        accepted += is_accepted(html)
        if what := disagreement(html):
            refuted.append(f"{html!r}\n    {what}")
    return accepted, refuted


def main(arguments: list[str]) -> int:
    """Run the cases; return 1 when one of them refutes the check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    seeds = range(options.seed * 1_000_000, options.seed * 1_000_000 + -(-options.cases // _CHUNK))
    sizes = [min(_CHUNK, options.cases - i * _CHUNK) for i in range(len(seeds))]
    accepted = done = refuted = 0
    with ProcessPoolExecutor(options.processes) as pool:
        for size, (some, found) in zip(sizes, pool.map(chunk, seeds, sizes), strict=True):
            done, accepted, refuted = done + size, accepted + some, refuted + len(found)
            sys.stdout.writelines(f"REFUTED {line}\n" for line in found)
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{done:,} cases, {accepted:,} accepted, {refuted} refuted")
    sys.stdout.write(f"{done:,} cases, {accepted:,} accepted, {refuted} refuted\n")
    return 1 if refuted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
