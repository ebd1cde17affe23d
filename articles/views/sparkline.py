"""Sparklines: a small column chart of numbers, in the units of its SVG view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 48
_MIN_COLUMNS = 6  # places for columns; with fewer, columns would be too wide
_MIN_HEIGHT = 2.0  # of a column for a number above 0, so that it is visible
_COLUMN_FILL = 0.86  # width of a column as a share of its place


@dataclass(frozen=True, slots=True)
class Column:
    """The rectangle of a column; its height is 0 for the number 0."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A chart: its columns from left to right, and its size."""

    columns: list[Column]
    width: int = WIDTH
    height: int = HEIGHT


def draw_sparkline(numbers: Sequence[int]) -> Sparkline:
    """Return the chart of ``numbers``, which are not negative; the largest fills the height.

    >>> [column.height for column in draw_sparkline([0, 1, 48]).columns]
    [0.0, 2.0, 48.0]
    """
    most = max(numbers, default=0)
    step = WIDTH / max(len(numbers), _MIN_COLUMNS)
    columns = []
    for place, number in enumerate(numbers):
        height = max(_MIN_HEIGHT, HEIGHT * number / most) if number else 0.0
        x, y, width = place * step, HEIGHT - height, step * _COLUMN_FILL
        columns.append(Column(*(round(value, 2) for value in (x, y, width, height))))
    return Sparkline(columns)
