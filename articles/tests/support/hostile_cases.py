"""The type of a hostile source, for the tests and for the benchmark that measures them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """A hostile source, and what an import reports about it.

    ``build`` creates it in an empty folder and returns the path to import. ``path`` is the file in
    the report, ``reason`` a pattern of its reason. ``inside`` is the number of valid posts in the
    source, which have to be imported all the same.
    """

    name: str
    build: Callable[[Path], Path]
    path: str
    reason: str
    outcome: str = "failed"
    inside: int = 2

    def __str__(self) -> str:
        return self.name
