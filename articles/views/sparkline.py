"""Numbers as a small drawing: a column for each, in units of the drawing's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 48
_FEWEST = 6  # columns; fewer would be slabs
_LOWEST = 2.0  # height of what is not nothing, so that it is seen
_FULL = 0.86  # share of its place that a column fills


@dataclass(frozen=True, slots=True)
class Column:
    """A column's place in the drawing; a height of 0 where there is nothing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The drawing: its columns from left to right, and its size."""

    columns: list[Column]
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(numbers: Sequence[int]) -> Sparkline:
    """Return the drawing of ``numbers``, none of them negative; the greatest fills the height.

    >>> [column.height for column in sparkline([0, 1, 48]).columns]
    [0.0, 2.0, 48.0]
    """
    most = max(numbers, default=0)
    step = WIDTH / max(len(numbers), _FEWEST)
    columns = []
    for place, number in enumerate(numbers):
        height = max(_LOWEST, HEIGHT * number / most) if number else 0.0
        x, y, width = place * step, HEIGHT - height, step * _FULL
        columns.append(Column(*(round(value, 2) for value in (x, y, width, height))))
    return Sparkline(columns)
