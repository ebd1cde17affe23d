"""Date parsing, and the choice of the publication time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.post_file.publication_date import (
    Evidence,
    calendar_day,
    choose_publication_time,
    date_in_file_name,
    date_in_url,
    has_crawl_time,
)
from articles.content.text.date_parsing import Moment, Precision, moment_from_epoch, parse_date

FRONT = Moment(dt.datetime(2021, 1, 14, 14, 41, 19, tzinfo=dt.UTC), Precision.SECOND)
BODY = Moment(dt.datetime(2021, 1, 13, 20, tzinfo=dt.UTC), Precision.SECOND)
FRONT_MS = 1610635279000
#: What hypothesis draws has no zone; the test sets it.
FIRST = dt.datetime.fromisoformat("1901-01-01")
LAST = dt.datetime.fromisoformat("2099-12-30")


@pytest.mark.parametrize(
    ("text", "zone", "expected", "precision"),
    [
        ("Thu, 14 Jan 2021 14:04:22 GMT", "UTC", "2021-01-14T14:04:22", "second"),
        ("Thu, 14 Jan 2021 14:04:22 +0800", "UTC", "2021-01-14T06:04:22", "second"),
        ("2021-01-14T14:41:19.000Z", "UTC", "2021-01-14T14:41:19", "second"),
        ("2021-01-14T14:41:19+00:00", "Asia/Taipei", "2021-01-14T14:41:19", "second"),
        ("2021-01-14T14:41:19-05:30", "UTC", "2021-01-14T20:11:19", "second"),
        ("2021-01-14 22:04:22", "Asia/Shanghai", "2021-01-14T14:04:22", "second"),
        ("2021-01-14 22:04", "Asia/Shanghai", "2021-01-14T14:04:00", "minute"),
        ("14/01/2021 - 20:26", "Europe/Paris", "2021-01-14T19:26:00", "minute"),
        ("14/07/2020 - 20:26", "Europe/Paris", "2020-07-14T18:26:00", "minute"),
        ("2020年 7月 17日", "Europe/London", "2020-07-17T00:00:00", "day"),
        ("2020年7月17日", "Asia/Taipei", "2020-07-17T00:00:00", "day"),
        ("2020年7月17日 14:05:33", "Asia/Taipei", "2020-07-17T06:05:33", "second"),
        ("2021-01-14", "Asia/Taipei", "2021-01-14T00:00:00", "day"),
        ("Thu, 4 Jul 19 1:22 GMT", "Asia/Taipei", "2019-07-04T01:22:00", "second"),
        ("2013/7/13 20:46:25", "Asia/Shanghai", "2013-07-13T12:46:25", "second"),
        ("2013/7/13", "Asia/Taipei", "2013-07-13T00:00:00", "day"),
        ("2021-01-14 10:00 UTC", "Asia/Taipei", "2021-01-14T10:00:00", "minute"),
        ("2021-01-14T10:00:00+08", "UTC", "2021-01-14T02:00:00", "second"),
    ],
)
def test_date_formats_of_outlets_are_parsed(
    text: str, zone: str, expected: str, precision: str
) -> None:
    moment = parse_date(text, zone)
    assert moment is not None
    assert moment.value.isoformat() == expected + "+00:00"
    assert moment.precision == precision


@pytest.mark.parametrize(
    "text",
    ["", "昨天", "2021-13-01", "2021-02-30", "31/02/2021 - 10:00", "12:30", "NaN", "0000-01-01",
     "9999-12-31T23:59:59-10:00", "Thu, 32 Jan 2021 14:04:22 GMT", "2021-01-14T25:00:00Z",
     "2021-01-14 is a day", "2021/01-14", "Thu, 4 Jul 19 1:222 GMT", "1000101010101", "null"],
)  # fmt: skip
def test_other_text_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=70), st.sampled_from(["UTC", "Asia/Taipei", "America/New_York"]))
def test_any_text_gives_a_moment_in_utc_or_none(text: str, zone: str) -> None:
    moment = parse_date(text, zone)
    assert moment is None or moment.value.utcoffset() == dt.timedelta()


@given(st.datetimes(min_value=FIRST, max_value=LAST))
def test_iso_format_of_any_moment_round_trips(value: dt.datetime) -> None:
    value = value.replace(microsecond=0, tzinfo=dt.UTC)
    for text in (value.isoformat(), value.strftime("%a, %d %b %Y %H:%M:%S GMT")):
        moment = parse_date(text)
        assert moment is not None
        assert moment.value == value


def choose_time(**values: object) -> tuple[str, str]:
    """Return (time, evidence) of a post with every date, except for ``values``."""
    arguments: dict[str, object] = {
        "body": BODY,
        "front_matter": FRONT,
        "epoch": str(FRONT_MS),
        "epoch_ms": FRONT_MS,
        "url": "https://herald.example/2021/01/12/x",
        "path": b"_posts/2021-01-11-x.md",
        **values,
    }
    found = choose_publication_time(**arguments)  # type: ignore[arg-type]
    assert found is not None
    return found.value.isoformat()[:16], found.evidence


def test_strongest_evidence_wins() -> None:
    assert choose_time() == ("2021-01-13T20:00", Evidence.BODY)
    assert choose_time(body=None) == ("2021-01-14T14:41", Evidence.FRONT_MATTER)
    nothing: dict[str, object] = {"body": None, "front_matter": None}
    assert choose_time(**nothing) == ("2021-01-14T14:41", Evidence.EPOCH)
    nothing |= {"epoch": None, "epoch_ms": None}
    assert choose_time(**nothing) == ("2021-01-12T00:00", Evidence.ADDRESS)
    nothing |= {"url": "https://herald.example/x"}
    assert choose_time(**nothing) == ("2021-01-11T00:00", Evidence.FILE_NAME)


@pytest.mark.parametrize(
    ("epoch", "ms"), [("NaN", None), ("", None), (str(FRONT_MS * 2), FRONT_MS * 2)]
)
def test_front_matter_has_the_crawl_time_when_the_epoch_shows_it(
    epoch: str, ms: int | None
) -> None:
    assert has_crawl_time(FRONT, epoch, ms)
    assert choose_time(body=None, epoch=epoch, epoch_ms=ms) == (
        "2021-01-12T00:00",
        Evidence.ADDRESS,
    )
    assert choose_time(epoch=epoch, epoch_ms=ms) == ("2021-01-13T20:00", Evidence.BODY)
    bare = choose_time(body=None, epoch=epoch, epoch_ms=ms, url="https://herald.example/x")
    assert bare == ("2021-01-14T14:41", Evidence.CRAWL)


@pytest.mark.parametrize(("epoch", "ms"), [(None, None), (str(FRONT_MS), FRONT_MS), ("5", 5)])
def test_front_matter_has_the_feed_time_otherwise(epoch: str | None, ms: int | None) -> None:
    assert not has_crawl_time(FRONT, epoch, ms)


def test_publication_time_is_none_without_any_date() -> None:
    nothing = choose_publication_time(
        body=None, front_matter=None, epoch=None, epoch_ms=None, url="", path=b"x.md"
    )
    assert nothing is None


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://herald.example/20210108/x", "2021-01-08"),
        ("https://herald.example/2021/01/08/x", "2021-01-08"),
        ("https://herald.example/news-2021-01-08", "2021-01-08"),
        ("https://herald.example/article/202101080042.aspx", None),
        ("https://herald.example/20211308", None),
        ("https://herald.example/1234567890", None),
    ],
)
def test_day_in_a_url(url: str, day: str | None) -> None:
    moment = date_in_url(url)
    assert (moment.value.date().isoformat() if moment else None) == day


def test_day_in_a_file_name() -> None:
    moment = date_in_file_name(b"archived/2020-01-02/2021-01-08-\xff.md")
    assert moment == Moment(dt.datetime(2021, 1, 8, tzinfo=dt.UTC), Precision.DAY)
    assert date_in_file_name(b"2021-01-08/about.md") is None
    assert date_in_file_name(b"2021-99-99-x.md") is None


@given(st.integers(min_value=-(10**16), max_value=10**16))
def test_any_number_is_a_moment_or_none(number: int) -> None:
    moment = moment_from_epoch(number)
    assert moment is None or abs(moment.value.timestamp() * 1000 - number) < 1


def test_calendar_day_is_in_the_archives_zone_unless_only_a_day_is_known() -> None:
    late = dt.datetime(2021, 1, 14, 20, tzinfo=dt.UTC)
    assert calendar_day(late, Precision.SECOND, "Asia/Taipei") == dt.date(2021, 1, 15)
    assert calendar_day(late, Precision.SECOND, "UTC") == dt.date(2021, 1, 14)
    midnight = dt.datetime(2021, 1, 14, tzinfo=dt.UTC)
    for zone in ("Asia/Taipei", "America/Los_Angeles"):
        assert calendar_day(midnight, Precision.DAY, zone) == dt.date(2021, 1, 14)
