"""The publication date of a story: all dates that a post carries, and which one wins.

The order of evidence is the outlet's own date in the body, the front matter, the epoch comment,
the URL, the time of the crawl, the file name. An epoch comment that is not a number, or that is
later than the front matter's date, shows that the front matter has the time of the crawl.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from articles.content.text.date_parsing import Moment, Precision, moment_from_epoch, parse_day


class Evidence(StrEnum):
    """The evidence for a publication time, strongest first."""

    BODY = "body"
    FRONT_MATTER = "front matter"
    EPOCH = "epoch"
    ADDRESS = "address"
    CRAWL = "crawl"
    FILE_NAME = "file name"
    EDITOR = "editor"

    @property
    def rank(self) -> int:
        """Return 0 for the strongest evidence, higher numbers for weaker."""
        return _RANKS[self]


_RANKS = {evidence: rank for rank, evidence in enumerate(Evidence)}


#: How far ahead a time that was read from a post may lie and still have come: it may be local time,
#: taken for UTC. An editor's time has its zone.
ZONE_DOUBT = dt.timedelta(hours=26)
_EARLIEST_NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # a clock before this rule is wrong


@dataclass(frozen=True, slots=True)
class PublicationTime:
    """The publication time of a story, its precision, and the evidence for it."""

    value: dt.datetime
    precision: Precision
    evidence: Evidence


def has_not_come(published: PublicationTime, now: dt.datetime) -> bool:
    """Return whether the publication time is in the future, beyond doubt about zone and clock."""
    doubt = dt.timedelta(0) if published.evidence == Evidence.EDITOR else ZONE_DOUBT
    return published.value > max(now, _EARLIEST_NOW) + doubt


_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)"
)
_FILE_NAME_DATE = re.compile(rb"(?:^|/)(\d{4})-(\d{2})-(\d{2})-")


def date_in_url(url: str) -> Moment | None:
    """Return the day in a URL, such as ``/20210108/`` or ``/2021/01/08/``."""
    for match in _URL_DATE.finditer(url):
        year, _, month, day = match.groups()
        if moment := parse_day(year, month, day):
            return moment
    return None


def date_in_file_name(path: bytes) -> Moment | None:
    """Return the day at the beginning of a post's file name."""
    if match := _FILE_NAME_DATE.search(path):
        year, month, day = (part.decode() for part in match.groups())
        return parse_day(year, month, day)
    return None


def has_crawl_time(front_matter: Moment | None, epoch: str | None, epoch_ms: int | None) -> bool:
    """Return whether the epoch comment shows that the front matter has the time of the crawl."""
    if epoch is None:
        return False
    if epoch_ms is None:
        return True
    return front_matter is not None and epoch_ms > front_matter.value.timestamp() * 1000 + 999


def choose_publication_time(
    *,
    body: Moment | None,
    front_matter: Moment | None,
    epoch: str | None,
    epoch_ms: int | None,
    url: str,
    path: bytes,
) -> PublicationTime | None:
    """Return the publication time by the strongest evidence, None without evidence.

    ``epoch`` is the text of the epoch comment (None without one), ``epoch_ms`` its value in
    milliseconds when it is a number.
    """
    is_crawl_time = has_crawl_time(front_matter, epoch, epoch_ms)
    from_epoch = None
    if epoch_ms is not None and not is_crawl_time:
        from_epoch = moment_from_epoch(epoch_ms)
    candidates = (
        (Evidence.BODY, body),
        (Evidence.FRONT_MATTER, None if is_crawl_time else front_matter),
        (Evidence.EPOCH, from_epoch),
        (Evidence.ADDRESS, date_in_url(url)),
        (Evidence.CRAWL, front_matter if is_crawl_time else None),
        (Evidence.FILE_NAME, date_in_file_name(path)),
    )
    for evidence, moment in candidates:
        if moment is not None:
            return PublicationTime(moment.value, moment.precision, evidence)
    return None


def calendar_day(value: dt.datetime, precision: str, zone: str) -> dt.date:
    """Return the day of a story in the archive's calendar.

    A time falls on its day in ``zone``; a day without a time is the same day in every zone.
    """
    if precision == Precision.DAY:
        return value.astimezone(dt.UTC).date()
    return value.astimezone(ZoneInfo(zone)).date()
