"""When a story appeared: the clocks a post carries, and which of them is believed.

The order of evidence is the outlet's own date in the body, the front matter, the epoch comment,
the address, the time of the crawl, the file name. An epoch comment that is not a number, or that
lies after the front-matter date, tells that the front matter holds the time of the crawl.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Precision(StrEnum):
    """How exactly a moment is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class Evidence(StrEnum):
    """What a publication time rests on, the strongest first."""

    BODY = "body"
    FRONT_MATTER = "front matter"
    EPOCH = "epoch"
    ADDRESS = "address"
    CRAWL = "crawl"
    FILE_NAME = "file name"
    EDITOR = "editor"

    @property
    def rank(self) -> int:
        """Return 0 for the strongest evidence, more for weaker."""
        return _RANKS[self]


_RANKS = {evidence: rank for rank, evidence in enumerate(Evidence)}


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in UTC and how exactly it is known; a day stands at its 00:00 UTC."""

    value: dt.datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Published:
    """When a story was published, as far as one piece of evidence tells."""

    value: dt.datetime
    precision: Precision
    evidence: Evidence


_YEARS = range(1900, 2101)  # anything else is a slip of the pen
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
_IN_ADDRESS = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)"
)
_IN_NAME = re.compile(rb"(?:^|/)(\d{4})-(\d{2})-(\d{2})-")


def parse_date(text: str, zone: str = "UTC") -> Moment | None:
    """Return the moment that ``text`` names, or None when it is no date.

    Read are RFC 822 (``Thu, 14 Jan 2021 14:04:22 GMT``), ISO 8601, ``2021-01-14 22:04:22``, the
    same with slashes as Hexo has it, ``14/01/2021 - 20:26`` and ``2020年7月17日``. A time without
    offset is in ``zone``.

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
        return _moment((year, month, day), (hour, minute, second), offset, zone)
    if match := _SLASHED.match(text):
        day, month, year, hour, minute = match.groups()
        return _moment((year, month, day), (hour, minute, None), None, zone)
    if match := _CHINESE.match(text):
        year, month, day, hour, minute, second = match.groups()
        return _moment((year, month, day), (hour, minute, second), None, zone)
    if _RFC822.match(text):
        try:
            value = parsedate_to_datetime(text)
        except (ValueError, TypeError, OverflowError):
            return None
        return _in_utc(value, Precision.SECOND, zone)
    return None


def _moment(
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
        return _in_utc(value.replace(tzinfo=dt.UTC), Precision.DAY, zone)
    if offset:
        shift = dt.timedelta()
        if offset[0] in "+-":
            digits = offset[1:].replace(":", "").ljust(4, "0")
            shift = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            if shift >= dt.timedelta(hours=24):
                return None
            shift = -shift if offset[0] == "-" else shift
        value = value.replace(tzinfo=dt.timezone(shift))
    return _in_utc(value, Precision.MINUTE if time[2] is None else Precision.SECOND, zone)


def _in_utc(value: dt.datetime, precision: Precision, zone: str) -> Moment | None:
    if value.tzinfo is None:
        value = value.replace(tzinfo=ZoneInfo(zone))
    if value.year not in _YEARS:
        return None
    return Moment(value.astimezone(dt.UTC), precision)


def date_in_address(url: str) -> Moment | None:
    """Return the day that stands in an address, such as ``/20210108/`` or ``/2021/01/08/``."""
    for match in _IN_ADDRESS.finditer(url):
        year, _, month, day = match.groups()
        if moment := _moment((year, month, day), (None, None, None), None, "UTC"):
            return moment
    return None


def date_in_name(path: bytes) -> Moment | None:
    """Return the day at the beginning of a post's file name."""
    if match := _IN_NAME.search(path):
        year, month, day = (part.decode() for part in match.groups())
        return _moment((year, month, day), (None, None, None), None, "UTC")
    return None


def front_matter_is_crawl(
    front_matter: Moment | None, epoch: str | None, epoch_ms: int | None
) -> bool:
    """Tell whether the epoch comment shows that the front matter holds the crawl's time."""
    if epoch is None:
        return False
    if epoch_ms is None:
        return True
    return front_matter is not None and epoch_ms > front_matter.value.timestamp() * 1000 + 999


def published(
    *,
    body: Moment | None,
    front_matter: Moment | None,
    epoch: str | None,
    epoch_ms: int | None,
    url: str,
    path: bytes,
) -> Published | None:
    """Return the publication time by the strongest evidence there is, or None without any.

    ``epoch`` is the text of the epoch comment (None: there is none), ``epoch_ms`` its value when
    it is a number.
    """
    crawl = front_matter_is_crawl(front_matter, epoch, epoch_ms)
    from_epoch = None
    if epoch_ms is not None and not crawl:
        from_epoch = epoch_moment(epoch_ms)
    candidates = (
        (Evidence.BODY, body),
        (Evidence.FRONT_MATTER, None if crawl else front_matter),
        (Evidence.EPOCH, from_epoch),
        (Evidence.ADDRESS, date_in_address(url)),
        (Evidence.CRAWL, front_matter if crawl else None),
        (Evidence.FILE_NAME, date_in_name(path)),
    )
    for evidence, moment in candidates:
        if moment is not None:
            return Published(moment.value, moment.precision, evidence)
    return None


def epoch_moment(epoch_ms: int) -> Moment | None:
    """Return the moment of milliseconds since 1970, or None when no calendar holds it."""
    try:
        value = dt.datetime.fromtimestamp(epoch_ms / 1000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Moment(value, Precision.SECOND) if value.year in _YEARS else None


def day_of(value: dt.datetime, precision: str, zone: str) -> dt.date:
    """Return the day of the archive's calendar on which a story stands.

    A moment falls on its day in ``zone``; a bare day is that day everywhere.
    """
    if precision == Precision.DAY:
        return value.astimezone(dt.UTC).date()
    return value.astimezone(ZoneInfo(zone)).date()
