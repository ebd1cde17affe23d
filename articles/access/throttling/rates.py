"""How often something may be done: ``60/minute``, ``10/15 minutes``, ``off``. Knows no Django."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9][0-9]{0,6})/(?:([1-9][0-9]{0,3}) )?(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` times at once, and as many again over every ``seconds`` that follow."""

    count: int
    seconds: int


def parse_rate(text: str) -> Rate | None:
    """Return the rate that ``text`` names, None for "off"; raises ValueError for anything else.

    >>> parse_rate("10/15 minutes")
    Rate(count=10, seconds=900)
    """
    words = " ".join(text.split()).lower()
    if words == "off":
        return None
    found = _RATE.fullmatch(words)
    if found is None:
        raise ValueError(f"{text!r} is no rate")
    count, number, unit = found.groups()
    return Rate(int(count), int(number or 1) * _SECONDS[unit])
