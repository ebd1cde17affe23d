"""Parsing of dates in the formats that feeds and outlets write: UTC time and precision."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Precision(StrEnum):
    """The precision of a moment."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC and its precision; a day is its 00:00 UTC."""

    value: dt.datetime
    precision: Precision


_PLAUSIBLE_YEARS = range(1900, 2101)  # any other year is a typing error
_ISO = re.compile(
    r"(\d{4})(?P<mark>[-/])(\d{1,2})(?P=mark)(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?$",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s*-\s*(\d{1,2}):(\d{2}))?$")
_CHINESE = re.compile(
    r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
    r"(?:\s*(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?)?$"
)
_RFC822 = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+(?:\d{4}|\d{2})\s+\d{1,2}:\d{2}(?!\d)"
)


def parse_date(text: str, zone: str = "UTC") -> Moment | None:
    """Return the moment that ``text`` states, or None when it is not a date.

    Accepts RFC 822 (``Thu, 14 Jan 2021 14:04:22 GMT``), ISO 8601, ``2021-01-14 22:04:22``, the
    same with slashes as Hexo writes it, ``14/01/2021 - 20:26`` and ``2020年7月17日``. A time
    without an offset is in ``zone``.

    >>> parse_date("Thu, 14 Jan 2021 14:04:22 GMT").value.isoformat()
    '2021-01-14T14:04:22+00:00'
    >>> parse_date("14/01/2021 - 20:26", zone="Europe/Paris").value.isoformat()
    '2021-01-14T19:26:00+00:00'
    """
    text = " ".join(text.split())
    if len(text) > 60:
        return None
    if match := _ISO.match(text):
        year, _, month, day, hour, minute, second, offset = match.groups()
        return _build_moment((year, month, day), (hour, minute, second), offset, zone)
    if match := _SLASHED.match(text):
        day, month, year, hour, minute = match.groups()
        return _build_moment((year, month, day), (hour, minute, None), None, zone)
    if match := _CHINESE.match(text):
        year, month, day, hour, minute, second = match.groups()
        return _build_moment((year, month, day), (hour, minute, second), None, zone)
    if _RFC822.match(text):
        try:
            value = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        return _to_utc_moment(value, Precision.SECOND, zone)
    return None


def _build_moment(
    date: tuple[str, str, str],
    time: tuple[str | None, str | None, str | None],
    offset: str | None,
    zone: str,
) -> Moment | None:
    year, month, day = (int(part) for part in date)
    hour, minute, second = (int(part or 0) for part in time)
    try:
        value = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - set below
    except ValueError:
        return None
    if time[0] is None:
        return _to_utc_moment(value.replace(tzinfo=dt.UTC), Precision.DAY, zone)
    if offset:
        shift = dt.timedelta()
        if offset[0] in "+-":
            digits = offset[1:].replace(":", "").ljust(4, "0")
            shift = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            if shift >= dt.timedelta(hours=24):
                return None
            shift = -shift if offset[0] == "-" else shift
        value = value.replace(tzinfo=dt.timezone(shift))
    return _to_utc_moment(value, Precision.MINUTE if time[2] is None else Precision.SECOND, zone)


def _to_utc_moment(value: dt.datetime, precision: Precision, zone: str) -> Moment | None:
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone))
    if value.year not in _PLAUSIBLE_YEARS:
        return None
    return Moment(value.astimezone(dt.UTC), precision)


def parse_day(year: str, month: str, day: str) -> Moment | None:
    """Return the moment of a day in digits, or None when the calendar has no such day."""
    return _build_moment((year, month, day), (None, None, None), None, "UTC")


def moment_from_epoch(epoch_ms: int) -> Moment | None:
    """Return the moment of a Unix time in milliseconds, or None when it is out of range."""
    try:
        value = dt.datetime.fromtimestamp(epoch_ms / 1000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Moment(value, Precision.SECOND) if value.year in _PLAUSIBLE_YEARS else None
