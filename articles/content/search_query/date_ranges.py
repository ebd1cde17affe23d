"""The dates of a search: a year, a month, a day, or a range of them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from articles.content.search_query.syntax_tree import Days

_YEARS = range(1900, 2101)
_LONGEST = 40  # characters; no date is longer
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DATE = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})[日号號]?|月)?|年)?")
_RANGE = re.compile(r"\.{2,3}|~|[—–]{1,2}|[至到]")


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a date names; ``near`` tells that there is no such day or month."""

    first: dt.date
    last: dt.date
    near: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """The days of a date or a range, and what was odd about it."""

    days: Days
    single: bool = False  # one date, not two
    near: bool = False
    swapped: bool = False


def period_of(text: str) -> Period | None:
    """Return the days that ``text`` names, or None when it is no date.

    A day or a month that no calendar has gives the month or the year around it.

    >>> str(period_of("2020年7月").last), str(period_of("2021-02-30").last)
    ('2020-07-31', '2021-02-28')
    """
    if len(text) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    match = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if match is None or int(match[1]) not in _YEARS:
        return None
    year = int(match[1])
    month, day = int(match[2] or 0), int(match[3] or 0)
    if not 1 <= month <= 12:
        return Period(dt.date(year, 1, 1), dt.date(year, 12, 31), near=match[2] is not None)
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        first, last = dt.date(year, month, 1), dt.date(year, month, length)
        return Period(first, last, near=match[3] is not None)
    return Period(dt.date(year, month, day), dt.date(year, month, day))


def range_of(text: str) -> Range | None:
    """Return the days of a date or of ``A..B``, where one end may be missing; None without any.

    >>> range_of("2020-07..").days.first.isoformat()
    '2020-07-01'
    """
    if whole := period_of(text):
        return Range(Days(whole.first, whole.last), single=True, near=whole.near)
    text = unicodedata.normalize("NFKC", text[: 2 * _LONGEST + 1])
    match = _RANGE.search(text)
    if match is None or len(text) > 2 * _LONGEST:
        return None
    left, right = text[: match.start()].strip(), text[match.end() :].strip()
    first, last = period_of(left), period_of(right)
    if (left and first is None) or (right and last is None) or not (first or last):
        return None
    near = bool(first and first.near) or bool(last and last.near)
    if first and last and first.first > last.last:
        return Range(Days(last.first, first.last), near=near, swapped=True)
    return Range(Days(first.first if first else None, last.last if last else None), near=near)


def written(days: Days) -> str:
    """Return the shortest way to type the days after ``date:``.

    >>> written(Days(dt.date(2020, 7, 1), dt.date(2020, 7, 31)))
    '2020-07'
    """
    first, last = days.first, days.last
    if first is None or last is None:
        return f"{first or ''}..{last or ''}"
    for length in (4, 7, 10):  # of the year, the month, the day
        text = first.isoformat()[:length]
        if (period := period_of(text)) and (period.first, period.last) == (first, last):
            return text
    return f"{first}..{last}"
