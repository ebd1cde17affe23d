"""Keyset pagination: each page starts after the last row of the page before it.

The cursor is in the URL as ``?after=CURSOR``; an invalid one is a 404.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from articles.http.public_visibility import NotFoundError
from articles.models import Article, TaggedArticle

PAGE_SIZE = 50
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_STORY_CURSOR = struct.Struct(">qq")  # microseconds since 1970, key
_TIME = struct.Struct(">q")
_VERSION = struct.Struct(">I")
_CODE = re.compile(rb"[0-9a-z]{1,52}")
_YEARS = range(2, 9999)  # outside it, a time zone conversion can leave datetime's range

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """A page of a list. ``next`` is the cursor of the next page, empty at the end of the list."""

    rows: list[_Row]
    next: str
    is_first: bool


class StoryOrder(StrEnum):
    """The column by which a list of stories is in order, newest first."""

    PUBLISHED = "published_at"  # by their dates
    ARRIVED = "first_public_at"  # as they were first made public here


#: The column of a tagging that repeats that of its article.
_TAGGING_COLUMNS = {StoryOrder.PUBLISHED: "listed_at", StoryOrder.ARRIVED: "arrived_at"}


def stories_page(
    request: HttpRequest,
    stories: QuerySet[Article],
    size: int = PAGE_SIZE,
    order: StoryOrder = StoryOrder.PUBLISHED,
) -> Page[Article]:
    """Return the requested page of public ``stories``, newest first."""
    after = _cursor(request)
    if after is not None:
        moment, key = _decode_story_cursor(after)
        same_moment = {order.value: moment, "id__gte": key}
        stories = stories.filter(**{f"{order}__lte": moment}).exclude(**same_moment)
    rows = stories.order_by(f"-{order}", "-id")
    return _page(
        rows, after, size, lambda last: _encode_story_cursor(getattr(last, order), last.pk)
    )


def start_cursor() -> str:
    """Return the cursor before the first story of any list of stories, newest first."""
    return _encode_story_cursor(dt.datetime(_YEARS[-1], 12, 31, tzinfo=dt.UTC), 0)


def tagged_page(
    request: HttpRequest,
    tag_id: int,
    size: int = PAGE_SIZE,
    order: StoryOrder = StoryOrder.PUBLISHED,
) -> Page[Article]:
    """Return the requested page of a tag's public stories, newest first.

    They are joined to their taggings: with a filter by their keys, SQLite would scan all public
    stories.
    """
    after = _cursor(request)
    column = _TAGGING_COLUMNS[order]
    taggings = TaggedArticle.objects.filter(tag_id=tag_id, **{f"{column}__isnull": False})
    if after is not None:
        moment, key = _decode_story_cursor(after)
        same_moment = {column: moment, "content_object_id__gte": key}
        taggings = taggings.filter(**{f"{column}__lte": moment}).exclude(**same_moment)
    taggings = taggings.select_related("content_object__source", "content_object__author")
    rows = taggings.order_by(f"-{column}", "-content_object_id")

    def encode_cursor(tagging: TaggedArticle) -> str:
        return _encode_story_cursor(getattr(tagging, column), tagging.content_object_id)

    page = _page(rows, after, size, encode_cursor)
    stories = [tagging.content_object for tagging in page.rows]
    return Page([story for story in stories if story.is_public], page.next, page.is_first)


def names_page(request: HttpRequest, rows: QuerySet[_Row]) -> Page[_Row]:
    """Return the requested page of rows with a unique ``name``, ordered by name."""
    after = _cursor(request)
    if after is not None:
        rows = rows.filter(name__gt=_decode_name_cursor(after))
    return _page(rows.order_by("name"), after, PAGE_SIZE, _encode_name_cursor)


def versions_page(request: HttpRequest, rows: QuerySet[_Row]) -> Page[_Row]:
    """Return the requested page of rows with a unique ``version``, highest first."""
    after = _cursor(request)
    if after is not None:
        rows = rows.filter(version__lt=_VERSION.unpack(_decode(after, _VERSION.size))[0])
    return _page(rows.order_by("-version"), after, PAGE_SIZE, _encode_version_cursor)


def latest_page(
    request: HttpRequest, *tables: tuple[QuerySet[Any], str], size: int = PAGE_SIZE
) -> Page[Any]:
    """Return the requested page of rows of several tables merged, latest first, ties by ``code``.

    Each table comes with the name of its datetime column; rows where it is null are left out.
    """
    after = _cursor(request)
    merged: list[tuple[dt.datetime, Any]] = []
    for rows, column in tables:
        if after is not None:
            moment, code = _decode_code_cursor(after)
            rows = rows.filter(**{f"{column}__lte": moment})
            rows = rows.exclude(**{column: moment, "code__lte": code})
        rows = rows.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "code")
        merged += [(getattr(row, column), row) for row in rows[: size + 1]]
    merged.sort(key=lambda each: (_EPOCH - each[0], each[1].code))
    has_next = len(merged) > size
    return Page(
        rows=[row for _moment, row in merged[:size]],
        next=_encode_code_cursor(*merged[size - 1]) if has_next else "",
        is_first=after is None,
    )


def _page(
    rows: QuerySet[_Row], after: str | None, size: int, encode_cursor: Callable[[Any], str]
) -> Page[_Row]:
    fetched = list(rows[: size + 1])  # one more than the page tells whether the list continues
    has_next = len(fetched) > size
    return Page(
        rows=fetched[:size],
        next=encode_cursor(fetched[size - 1]) if has_next else "",
        is_first=after is None,
    )


def _cursor(request: HttpRequest) -> str | None:
    return request.GET.get("after")


def _encode_story_cursor(moment: dt.datetime, key: int) -> str:
    return _encode(_STORY_CURSOR.pack((moment - _EPOCH) // _MICROSECOND, key))


def _encode_name_cursor(row: Any) -> str:
    return _encode(row.name.encode())


def _encode_version_cursor(row: Any) -> str:
    return _encode(_VERSION.pack(row.version))


def _encode_code_cursor(moment: dt.datetime, row: Any) -> str:
    return _encode(_TIME.pack((moment - _EPOCH) // _MICROSECOND) + row.code.encode())


def _decode_story_cursor(cursor: str) -> tuple[dt.datetime, int]:
    microseconds, key = _STORY_CURSOR.unpack(_decode(cursor, _STORY_CURSOR.size))
    return _decode_time(microseconds), key


def _decode_code_cursor(cursor: str) -> tuple[dt.datetime, str]:
    data = _decode(cursor)
    if not _CODE.fullmatch(data[_TIME.size :]):
        raise _invalid_cursor()
    (microseconds,) = _TIME.unpack(data[: _TIME.size])
    return _decode_time(microseconds), data[_TIME.size :].decode()


def _decode_time(microseconds: int) -> dt.datetime:
    try:
        moment = _EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise _invalid_cursor() from error
    if moment.year not in _YEARS:
        raise _invalid_cursor()
    return moment


def _decode_name_cursor(cursor: str) -> str:
    try:
        name = _decode(cursor).decode()
    except UnicodeDecodeError as error:
        raise _invalid_cursor() from error
    if not name or "\x00" in name:
        raise _invalid_cursor()
    return name


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(cursor: str, size: int | None = None) -> bytes:
    """Return the bytes of a cursor; only the exact output of :func:`_encode` is valid."""
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as error:
        raise _invalid_cursor() from error
    if _encode(data) != cursor or (size is not None and len(data) != size):
        raise _invalid_cursor()
    return data


def _invalid_cursor() -> NotFoundError:
    return NotFoundError(
        _("This place in the list does not exist. Start again from its first page.")
    )
