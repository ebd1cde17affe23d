"""Dates in a query."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.search_query import DateRange, parse, unparse
from articles.content.search_query.date_ranges import (
    format_date_range,
    parse_date_range,
    parse_period,
)

#: The input, its normal form, and the codes of the notes.
READINGS = [
    ("date:2020", "date:2020", ""),
    ("date:2020年", "date:2020", ""),
    ("date:2020-07", "date:2020-07", ""),
    ("日期：2020年7月", "date:2020-07", ""),
    ("date:2020/7/1", "date:2020-07-01", ""),
    ("date:2020.07.01", "date:2020-07-01", ""),
    ("date:20200701", "date:2020-07-01", ""),
    ("date:２０２０－０７", "date:2020-07", ""),
    ("date:2020年7月19號", "date:2020-07-19", ""),
    ("date:2020-07-01..2020-07-31", "date:2020-07", ""),
    ("date:2020年7月至2020年8月", "date:2020-07-01..2020-08-31", ""),
    ("date:2019～2020", "date:2019-01-01..2020-12-31", ""),
    ("date:2020..", "date:2020-01-01..", ""),
    ("date:..2020", "date:..2020-12-31", ""),
    ("from:2020", "date:2020-01-01..", ""),
    ("since:2020-07 until:2020-08", "date:2020-07-01..2020-08-31", ""),
    ("从：2020 到：2021", "date:2020-01-01..2021-12-31", ""),
    ("-date:2020", "-date:2020", ""),
    ("date:2019,2021", "date:2019,2021", ""),
    ("date:2019 OR from:2021", "date:2019,2021-01-01..", ""),
    # odd ones
    ("date:2020-07-31..2020-07-01", "date:2020-07", "swapped-dates"),
    ("from:2021 to:2019", "date:2019-01-01..2021-12-31", "swapped-dates"),
    ("to:2019-12 a from:2021-01", "a date:2019-12-01..2021-01-31", "swapped-dates"),
    ("date:2020-02-30", "date:2020-02", "nearest-date"),
    ("date:2020-13-01", "date:2020", "nearest-date"),
    ("from:2020-02-30", "date:2020-02-01..", "nearest-date"),
    ("date:1899 date:2101", "1899 2101", "no-date no-date"),
    ("date:昨天 a", "昨天 a", "no-date"),
    ('date:"last week"', '"last week"', "no-date"),
    ("date:2020,昨天", "date:2020", "no-date"),
    ("date:..", "", "empty-field"),
    ("date:2020..x", "2020..x", "no-date"),
]


@pytest.mark.parametrize(("typed", "normal_form", "notes"), READINGS)
def test_parse_dates(typed: str, normal_form: str, notes: str) -> None:
    query = parse(typed)
    assert unparse(query.root) == normal_form
    assert [note.kind.value for note in query.notes] == notes.split()


DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@given(DATES, DATES, st.sampled_from(["both", "first", "last"]))
def test_any_range_is_formatted_and_parsed_back(one: dt.date, other: dt.date, ends: str) -> None:
    first, last = sorted((one, other))
    days = DateRange(first if ends != "last" else None, last if ends != "first" else None)
    found = parse_date_range(format_date_range(days))
    assert found is not None
    assert (found.days, found.is_widened, found.is_swapped) == (days, False, False)


@given(st.text("0123456789-/.年月日号..~至 ", max_size=90))
def test_any_text_is_an_ordered_range_or_none(text: str) -> None:
    period = parse_period(text)
    assert period is None or period.first <= period.last
    found = parse_date_range(text)
    if found and found.days.first and found.days.last:
        assert found.days.first <= found.days.last
