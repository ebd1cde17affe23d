"""Dates in a query: a year, a month, a day, or a range of them."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from articles.content.search_query.syntax_tree import DateRange
from articles.content.text.stream_safe_text import normalize_unicode

_YEARS = range(1900, 2101)
_MAX_LENGTH = 40  # characters; no date is longer
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DATE = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})[日号號]?|月)?|年)?")
_RANGE = re.compile(r"\.{2,3}|~|[—–]{1,2}|[至到]")


@dataclass(frozen=True, slots=True)
class Period:
    """The first and last day of a year, month or day.

    ``is_widened``: no calendar has the typed day or month, so this is the month or year around it.
    """

    first: dt.date
    last: dt.date
    is_widened: bool = False


@dataclass(frozen=True, slots=True)
class ParsedDateRange:
    """The days of a date or a range as typed, and what had to be corrected."""

    days: DateRange
    is_single: bool = False  # one date, not two
    is_widened: bool = False
    is_swapped: bool = False


def parse_period(text: str) -> Period | None:
    """Return the period that ``text`` names, or None when it is no date.

    A day or month that no calendar has widens to the month or year around it.

    >>> str(parse_period("2020年7月").last), str(parse_period("2021-02-30").last)
    ('2020-07-31', '2021-02-28')
    """
    if len(text) > _MAX_LENGTH:
        return None
    text = normalize_unicode("NFKC", text).strip()
    match = _COMPACT.fullmatch(text) or _DATE.fullmatch(text)
    if match is None or int(match[1]) not in _YEARS:
        return None
    year = int(match[1])
    month, day = int(match[2] or 0), int(match[3] or 0)
    if not 1 <= month <= 12:
        return Period(dt.date(year, 1, 1), dt.date(year, 12, 31), is_widened=match[2] is not None)
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        first, last = dt.date(year, month, 1), dt.date(year, month, length)
        return Period(first, last, is_widened=match[3] is not None)
    return Period(dt.date(year, month, day), dt.date(year, month, day))


def parse_date_range(text: str) -> ParsedDateRange | None:
    """Return the days of a date or of ``A..B``, where one end may be missing; else None.

    >>> parse_date_range("2020-07..").days.first.isoformat()
    '2020-07-01'
    """
    if period := parse_period(text):
        return ParsedDateRange(
            DateRange(period.first, period.last), is_single=True, is_widened=period.is_widened
        )
    text = normalize_unicode("NFKC", text[: 2 * _MAX_LENGTH + 1])
    match = _RANGE.search(text)
    if match is None or len(text) > 2 * _MAX_LENGTH:
        return None
    left, right = text[: match.start()].strip(), text[match.end() :].strip()
    first, last = parse_period(left), parse_period(right)
    if (left and first is None) or (right and last is None) or not (first or last):
        return None
    is_widened = bool(first and first.is_widened) or bool(last and last.is_widened)
    if first and last and first.first > last.last:
        return ParsedDateRange(
            DateRange(last.first, first.last), is_widened=is_widened, is_swapped=True
        )
    return ParsedDateRange(
        DateRange(first.first if first else None, last.last if last else None),
        is_widened=is_widened,
    )


def format_date_range(days: DateRange) -> str:
    """Return the shortest value of ``date:`` that stands for ``days``.

    >>> format_date_range(DateRange(dt.date(2020, 7, 1), dt.date(2020, 7, 31)))
    '2020-07'
    """
    first, last = days.first, days.last
    if first is None or last is None:
        return f"{first or ''}..{last or ''}"
    for length in (4, 7, 10):  # of a year, a month, a day in ISO 8601
        text = first.isoformat()[:length]
        if (period := parse_period(text)) and (period.first, period.last) == (first, last):
            return text
    return f"{first}..{last}"
