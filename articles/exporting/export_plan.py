"""What an export will write: every stored content, and the path at which it will stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, islice
from typing import Any, TypeAlias, TypeVar

from django.db.models import Exists, OuterRef, Q

from articles.deriving.capture_order import order_key
from articles.exporting.file_names import (
    QUARANTINE,
    UnsafePathError,
    folder_of,
    older_name,
    parts_of,
)
from articles.models import Capture, ImportIssue, Sighting, State

_CHUNK = 500  # rows of one query: their paths and hashes, never the bytes

_Row = TypeVar("_Row")
#: What contents of one path are sorted by, the newest last.
_Order: TypeAlias = tuple[Any, ...]


class Holder(StrEnum):
    """Which table holds the bytes."""

    ORIGINAL = "original"
    ISSUE = "quarantined file"


@dataclass(frozen=True, slots=True)
class Placement:
    """One content and its place; without ``parts`` it gets none, and ``problem`` says why."""

    holder: Holder
    key: str  # of the row that holds the bytes: a SHA-256, or the id of an issue
    root: str
    path: bytes
    parts: tuple[bytes, ...] = ()
    problem: str = ""
    older: bool = False
    renamed: bool = False  # its own names are too long for a disk
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """A content at the path where it was seen."""

    root: str
    path: bytes
    key: str
    sha256: str
    order: _Order
    withheld: bool


def placements(root: str | None, include_withdrawn: bool) -> Iterator[Placement]:
    """Yield the contents of one root or of all, each folder's files together.

    What withdrawn articles and hidden captures hold is yielded as withheld, without a place.
    """
    for holder, contents in ((Holder.ORIGINAL, _sightings(root)), (Holder.ISSUE, _issues(root))):
        for (label, path), group in groupby(contents, lambda seen: (seen.root, seen.path)):
            public = []
            for seen in group:
                if seen.withheld and not include_withdrawn:
                    yield Placement(holder, seen.key, label, path, withheld=True)
                else:
                    public.append(seen)
            public.sort(key=lambda seen: seen.order, reverse=True)
            yield from _placed(holder, label, path, public)


def _placed(holder: Holder, root: str, path: bytes, contents: list[_Seen]) -> Iterator[Placement]:
    """Yield the contents of one path, the newest first: it gets the path itself."""
    try:
        parts = parts_of(path)
    except UnsafePathError as error:
        for seen in contents:
            yield Placement(holder, seen.key, root, path, problem=str(error))
        return
    renamed = parts != tuple(path.split(b"/"))
    parts = (folder_of(root), *parts)
    if holder is Holder.ISSUE:
        parts = (QUARANTINE.encode(), *parts)
    name = path.rsplit(b"/", 1)[-1]
    for number, seen in enumerate(contents):
        last = older_name(name, seen.sha256) if number else parts[-1]
        place = (*parts[:-1], last)
        yield Placement(holder, seen.key, root, path, place, older=number > 0, renamed=renamed)


def _sightings(root: str | None) -> Iterator[_Seen]:
    rows = Sighting.objects.order_by("root", "path").values_list("root", "path", "original_id")
    if root is not None:
        rows = rows.filter(root=root)
    for chunk in _chunks(rows.iterator(_CHUNK)):
        orders, withheld = _captures({sha256 for _, _, sha256 in chunk})
        for label, path, sha256 in chunk:
            order = orders.get(sha256) or order_key(Capture(original_id=sha256, order_path=b""))
            yield _Seen(label, bytes(path), sha256, sha256, order, sha256 in withheld)


def _issues(root: str | None) -> Iterator[_Seen]:
    """Yield the quarantined contents; the last one that failed counts as the newest."""
    rows = (
        ImportIssue.objects.filter(resolved_at=None)
        .exclude(sha256="")  # nothing could be read
        .order_by("root", "path")
        .values_list("root", "path", "pk", "sha256")
    )
    if root is not None:
        rows = rows.filter(root=root)
    for chunk in _chunks(rows.iterator(_CHUNK)):
        # Later rules may fail on what an article was once made of, withdrawn since.
        _, withheld = _captures({sha256 for _, _, _, sha256 in chunk})
        for label, path, key, sha256 in chunk:
            yield _Seen(label, bytes(path), str(key), sha256, (key,), sha256 in withheld)


def _captures(originals: set[str]) -> tuple[dict[str, _Order], set[str]]:
    """Return where each original stands in the order of captures, and which are withheld.

    A copy that differs from a hidden capture only in form says what the hidden one said.
    """
    twins = Capture.objects.filter(
        article=OuterRef("article"),
        text_hash=OuterRef("text_hash"),
        title=OuterRef("title"),
        hidden=True,
    )
    captures = (
        Capture.objects.filter(original__in=originals)
        .annotate(kept_back=Q(article__state=State.WITHDRAWN) | Q(hidden=True) | Exists(twins))
        .only("original_id", "front_matter_at", "epoch_ms", "order_path")
    )
    orders: dict[str, _Order] = {}
    withheld = set()
    for capture in captures:
        sha256, order = capture.original_id, order_key(capture)
        orders[sha256] = max(order, orders.get(sha256, order))
        if capture.kept_back:
            withheld.add(sha256)
    return orders, withheld


def _chunks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
