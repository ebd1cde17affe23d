"""Years and months as date ranges, and iteration over months."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from articles.content.search_query import DateRange


@dataclass(frozen=True, slots=True)
class Period:
    """A month or a year, by its first and last day."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> DateRange:
        """Return the period as a search filter."""
        return DateRange(self.first, self.last)


def month_period(first: dt.date) -> Period:
    """Return the month with the first day ``first``."""
    return Period(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def year_period(year: int) -> Period:
    """Return the year as a period."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def months_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield the first day of every month from that of ``first`` to that of ``last``.

    >>> [month.month for month in months_between(dt.date(2020, 11, 3), dt.date(2021, 1, 1))]
    [11, 12, 1]
    """
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield dt.date(year, month, 1)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
