"""Parse rates: ``60/minute``, ``10/15 minutes``, ``off``. Independent of Django."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_RATE = re.compile(r"([1-9][0-9]{0,6})/(?:([1-9][0-9]{0,3}) )?(second|minute|hour|day)s?")


@dataclass(frozen=True, slots=True)
class Rate:
    """A burst of ``count``, refilled evenly with ``count`` more over every ``seconds``."""

    count: int
    seconds: int


def parse_rate(text: str) -> Rate | None:
    """Return the rate in ``text``, None for "off"; raise ValueError for anything else.

    >>> parse_rate("10/15 minutes")
    Rate(count=10, seconds=900)
    """
    normalized = " ".join(text.split()).lower()
    if normalized == "off":
        return None
    match = _RATE.fullmatch(normalized)
    if match is None:
        raise ValueError(f"{text!r} is not a rate")
    count, number, unit = match.groups()
    return Rate(int(count), int(number or 1) * _SECONDS[unit])
