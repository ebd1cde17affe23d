"""Percentiles of measured values."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed.

    >>> percentile([3, 1, 2], 0.5), percentile(range(1, 201), 0.99)
    (2, 198)
    """
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
