"""Lists that can be followed to their very end: each page is found by the last row before it.

The place is in the address as ``?after=CURSOR``; whoever changes a cursor by hand gets a 404.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from articles.http.public_visibility import NotHereError
from articles.models import Article, TaggedArticle

PAGE_SIZE = 50
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_PLACE = struct.Struct(">qq")  # microseconds since 1970, key
_MOMENT = struct.Struct(">q")
_NUMBER = struct.Struct(">I")
_CODE = re.compile(rb"[0-9a-z]{1,52}")
_YEARS = range(2, 9999)  # further out, a change of zone leaves the calendar

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[_Row]):
    """A page of a list. ``next`` is the cursor behind it, empty at the end of the list."""

    rows: list[_Row]
    next: str
    is_first: bool


def stories_page(
    request: HttpRequest, stories: QuerySet[Article], size: int = PAGE_SIZE
) -> Page[Article]:
    """Return the page of ``stories``, newest first, that the request asks for."""
    after = _cursor(request)
    if after is not None:
        moment, key = _place_of(after)
        stories = stories.filter(published_at__lte=moment).exclude(published_at=moment, id__gte=key)
    found = stories.order_by("-published_at", "-id")
    return _page(found, after, size, lambda last: _place(last.published_at, last.pk))


def before_all() -> str:
    """Return the cursor from which a list of stories goes through every one, the newest first."""
    return _place(dt.datetime(_YEARS[-1], 12, 31, tzinfo=dt.UTC), 0)


def tagged_page(request: HttpRequest, tag_id: int, size: int = PAGE_SIZE) -> Page[Article]:
    """Return the page of a tag's public stories, the newest first.

    They come joined to their taggings: by their keys, SQLite would walk along all public stories.
    """
    after = _cursor(request)
    taggings = TaggedArticle.objects.filter(tag_id=tag_id, listed_at__isnull=False)
    if after is not None:
        moment, key = _place_of(after)
        taggings = taggings.filter(listed_at__lte=moment).exclude(
            listed_at=moment, content_object_id__gte=key
        )
    stories = taggings.select_related("content_object__source", "content_object__author")
    found = stories.order_by("-listed_at", "-content_object_id")
    page = _page(found, after, size, _place_of_tagging)
    told = [tagging.content_object for tagging in page.rows]
    return Page([story for story in told if story.is_public], page.next, page.is_first)


def names_page(request: HttpRequest, rows: QuerySet[_Row]) -> Page[_Row]:
    """Return the page of rows with a unique ``name``, in the order of their names."""
    after = _cursor(request)
    if after is not None:
        rows = rows.filter(name__gt=_name_of(after))
    return _page(rows.order_by("name"), after, PAGE_SIZE, _cursor_of_name)


def versions_page(request: HttpRequest, rows: QuerySet[_Row]) -> Page[_Row]:
    """Return the page of rows with a unique ``version``, the highest number first."""
    after = _cursor(request)
    if after is not None:
        rows = rows.filter(version__lt=_NUMBER.unpack(_decoded(after, _NUMBER.size))[0])
    return _page(rows.order_by("-version"), after, PAGE_SIZE, _cursor_of_version)


def latest_page(
    request: HttpRequest, *tables: tuple[QuerySet[Any], str], size: int = PAGE_SIZE
) -> Page[Any]:
    """Return the page of rows of several tables in one list, the latest first, ties by ``code``.

    Each table comes with the name of the column that holds its moments; rows without one are left
    out.
    """
    after = _cursor(request)
    found: list[tuple[dt.datetime, Any]] = []
    for rows, column in tables:
        if after is not None:
            moment, code = _place_with_code(after)
            rows = rows.filter(**{f"{column}__lte": moment})
            rows = rows.exclude(**{column: moment, "code__lte": code})
        rows = rows.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "code")
        found += [(getattr(row, column), row) for row in rows[: size + 1]]
    found.sort(key=lambda each: (_EPOCH - each[0], each[1].code))
    goes_on = len(found) > size
    return Page(
        rows=[row for _moment, row in found[:size]],
        next=_cursor_with_code(*found[size - 1]) if goes_on else "",
        is_first=after is None,
    )


def _page(
    rows: QuerySet[_Row], after: str | None, size: int, cursor: Callable[[Any], str]
) -> Page[_Row]:
    found = list(rows[: size + 1])  # one more than is shown tells whether the list goes on
    goes_on = len(found) > size
    return Page(
        rows=found[:size],
        next=cursor(found[size - 1]) if goes_on else "",
        is_first=after is None,
    )


def _cursor(request: HttpRequest) -> str | None:
    return request.GET.get("after")


def _place(moment: dt.datetime, key: int) -> str:
    return _encoded(_PLACE.pack((moment - _EPOCH) // _MICROSECOND, key))


def _place_of_tagging(tagging: TaggedArticle) -> str:
    if tagging.listed_at is None:
        raise ValueError(f"{tagging} is not public and has no place in a list")
    return _place(tagging.listed_at, tagging.content_object_id)


def _cursor_of_name(row: Any) -> str:
    return _encoded(row.name.encode())


def _cursor_of_version(row: Any) -> str:
    return _encoded(_NUMBER.pack(row.version))


def _cursor_with_code(moment: dt.datetime, row: Any) -> str:
    return _encoded(_MOMENT.pack((moment - _EPOCH) // _MICROSECOND) + row.code.encode())


def _place_of(cursor: str) -> tuple[dt.datetime, int]:
    microseconds, key = _PLACE.unpack(_decoded(cursor, _PLACE.size))
    return _moment_of(microseconds), key


def _place_with_code(cursor: str) -> tuple[dt.datetime, str]:
    data = _decoded(cursor)
    if not _CODE.fullmatch(data[_MOMENT.size :]):
        raise _bad()
    (microseconds,) = _MOMENT.unpack(data[: _MOMENT.size])
    return _moment_of(microseconds), data[_MOMENT.size :].decode()


def _moment_of(microseconds: int) -> dt.datetime:
    try:
        moment = _EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError as error:
        raise _bad() from error
    if moment.year not in _YEARS:
        raise _bad()
    return moment


def _name_of(cursor: str) -> str:
    try:
        name = _decoded(cursor).decode()
    except UnicodeDecodeError as error:
        raise _bad() from error
    if not name or "\x00" in name:
        raise _bad()
    return name


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(cursor: str, size: int | None = None) -> bytes:
    """Return the bytes of a cursor; only the one spelling that :func:`_encoded` gives counts."""
    try:
        data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (ValueError, binascii.Error) as error:
        raise _bad() from error
    if _encoded(data) != cursor or (size is not None and len(data) != size):
        raise _bad()
    return data


def _bad() -> NotHereError:
    words = _("This place in the list does not exist. Start again from its first page.")
    return NotHereError(words)
