"""The example queries of the help page, from ``examples.toml`` beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """An input, its meaning in plain words, its normal form, and the codes of its notes."""

    typed: str
    reading: str
    normal_form: str
    notes: tuple[str, ...] = ()


@cache
def examples() -> tuple[Example, ...]:
    """Return all examples, the simplest first."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tuple(
        Example(row["typed"], row["reading"], row["normal_form"], tuple(row.get("notes", ())))
        for row in tomllib.loads(text)["example"]
    )
