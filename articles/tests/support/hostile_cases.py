"""What a case of a hostile source is, for the tests and for the benchmark that measures them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A source that misbehaves, and what an import says of it.

    ``build`` makes it in an empty folder and returns what to import; ``path`` is the file that the
    report names, ``reason`` a pattern of what it says there; ``inside`` how many sound posts the
    source holds that have to come in all the same.
    """

    name: str
    build: Callable[[Path], Path]
    path: str
    reason: str
    outcome: str = "failed"
    inside: int = 2

    def __str__(self) -> str:
        return self.name
