"""The searches that the help page shows, from ``examples.toml`` beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """What is typed, what it means in plain words, how it is written, codes of the notes on it."""

    typed: str
    reading: str
    written: str
    notes: tuple[str, ...] = ()


@cache
def examples() -> tuple[Example, ...]:
    """Return all examples, the simplest first."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tuple(
        Example(row["typed"], row["reading"], row["written"], tuple(row.get("notes", ())))
        for row in tomllib.loads(text)["example"]
    )
