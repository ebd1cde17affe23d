"""When a story appeared: the clocks a post carries, and which of them is believed.

The order of evidence is the outlet's own date in the body, the front matter, the epoch comment,
the address, the time of the crawl, the file name. An epoch comment that is not a number, or that
lies after the front-matter date, tells that the front matter holds the time of the crawl.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from articles.content.text.date_parsing import Moment, Precision, day_moment, epoch_moment


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
class Published:
    """When a story was published, as far as one piece of evidence tells."""

    value: dt.datetime
    precision: Precision
    evidence: Evidence


_IN_ADDRESS = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)"
)
_IN_NAME = re.compile(rb"(?:^|/)(\d{4})-(\d{2})-(\d{2})-")


def date_in_address(url: str) -> Moment | None:
    """Return the day that stands in an address, such as ``/20210108/`` or ``/2021/01/08/``."""
    for match in _IN_ADDRESS.finditer(url):
        year, _, month, day = match.groups()
        if moment := day_moment(year, month, day):
            return moment
    return None


def date_in_name(path: bytes) -> Moment | None:
    """Return the day at the beginning of a post's file name."""
    if match := _IN_NAME.search(path):
        year, month, day = (part.decode() for part in match.groups())
        return day_moment(year, month, day)
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


def day_of(value: dt.datetime, precision: str, zone: str) -> dt.date:
    """Return the day of the archive's calendar on which a story stands.

    A moment falls on its day in ``zone``; a bare day is that day everywhere.
    """
    if precision == Precision.DAY:
        return value.astimezone(dt.UTC).date()
    return value.astimezone(ZoneInfo(zone)).date()
