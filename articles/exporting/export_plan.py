"""Plan an export: every stored content, and the path to write it to."""

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
    older_name,
    root_folder,
    split_path,
)
from articles.models import Capture, ImportIssue, Sighting, State

_CHUNK = 500  # rows of one query: paths and hashes, never the bytes

_Row = TypeVar("_Row")
#: Sort key of the contents of one path, the newest last.
_Order: TypeAlias = tuple[Any, ...]


class ContentTable(StrEnum):
    """The table that has the bytes, as messages name it."""

    ORIGINAL = "original"
    ISSUE = "quarantined file"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A content and the path to write it to, in ``parts``; empty if ``problem`` or ``withheld``."""

    table: ContentTable
    key: str  # of the row with the bytes: a SHA-256, or the id of an issue
    root: str
    path: bytes
    parts: tuple[bytes, ...] = ()
    problem: str = ""
    older: bool = False
    renamed: bool = False  # a part of its own path is too long for a file system
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A content at a path where it was seen."""

    root: str
    path: bytes
    key: str
    sha256: str
    order: _Order
    withheld: bool


def plan_files(root: str | None, include_withdrawn: bool) -> Iterator[PlannedFile]:
    """Yield the contents of one root, or of all with None; the files of a folder are consecutive.

    Unless ``include_withdrawn`` is true, contents of withdrawn articles and hidden captures are
    yielded as withheld, without ``parts``.
    """
    for table, contents in (
        (ContentTable.ORIGINAL, _sighting_candidates(root)),
        (ContentTable.ISSUE, _issue_candidates(root)),
    ):
        for (label, path), group in groupby(
            contents, lambda candidate: (candidate.root, candidate.path)
        ):
            public = []
            for candidate in group:
                if candidate.withheld and not include_withdrawn:
                    yield PlannedFile(table, candidate.key, label, path, withheld=True)
                else:
                    public.append(candidate)
            public.sort(key=lambda candidate: candidate.order, reverse=True)
            yield from _plan_path(table, label, path, public)


def _plan_path(
    table: ContentTable, root: str, path: bytes, contents: list[_Candidate]
) -> Iterator[PlannedFile]:
    """Yield the contents of one path, the newest first, which gets the path itself."""
    try:
        parts = split_path(path)
    except UnsafePathError as error:
        for candidate in contents:
            yield PlannedFile(table, candidate.key, root, path, problem=str(error))
        return
    renamed = parts != tuple(path.split(b"/"))
    parts = (root_folder(root), *parts)
    if table is ContentTable.ISSUE:
        parts = (QUARANTINE.encode(), *parts)
    name = path.rsplit(b"/", 1)[-1]
    for number, candidate in enumerate(contents):
        last = older_name(name, candidate.sha256) if number else parts[-1]
        target = (*parts[:-1], last)
        yield PlannedFile(
            table, candidate.key, root, path, target, older=number > 0, renamed=renamed
        )


def _sighting_candidates(root: str | None) -> Iterator[_Candidate]:
    rows = Sighting.objects.order_by("root", "path").values_list("root", "path", "original_id")
    if root is not None:
        rows = rows.filter(root=root)
    for chunk in _chunks(rows.iterator(_CHUNK)):
        orders, withheld = _orders_and_withheld({sha256 for _, _, sha256 in chunk})
        for label, path, sha256 in chunk:
            order = orders.get(sha256) or order_key(Capture(original_id=sha256, order_path=b""))
            yield _Candidate(label, bytes(path), sha256, sha256, order, sha256 in withheld)


def _issue_candidates(root: str | None) -> Iterator[_Candidate]:
    """Yield the quarantined contents; the most recent failure is the newest."""
    rows = (
        ImportIssue.objects.filter(resolved_at=None)
        .exclude(sha256="")  # nothing could be read
        .order_by("root", "path")
        .values_list("root", "path", "pk", "sha256")
    )
    if root is not None:
        rows = rows.filter(root=root)
    for chunk in _chunks(rows.iterator(_CHUNK)):
        # Later rules may reject a post whose article exists and was withdrawn since.
        _, withheld = _orders_and_withheld({sha256 for _, _, _, sha256 in chunk})
        for label, path, key, sha256 in chunk:
            yield _Candidate(label, bytes(path), str(key), sha256, (key,), sha256 in withheld)


def _orders_and_withheld(originals: set[str]) -> tuple[dict[str, _Order], set[str]]:
    """Return the sort key of each original, and the originals that are withheld.

    A copy that differs from a hidden capture in form only is withheld too: it has the same text.
    """
    hidden_copies = Capture.objects.filter(
        article=OuterRef("article"),
        text_hash=OuterRef("text_hash"),
        title=OuterRef("title"),
        hidden=True,
    )
    captures = (
        Capture.objects.filter(original__in=originals)
        .annotate(
            is_withheld=Q(article__state=State.WITHDRAWN) | Q(hidden=True) | Exists(hidden_copies)
        )
        .only("original_id", "front_matter_at", "epoch_ms", "order_path")
    )
    orders: dict[str, _Order] = {}
    withheld = set()
    for capture in captures:
        sha256, order = capture.original_id, order_key(capture)
        orders[sha256] = max(order, orders.get(sha256, order))
        if capture.is_withheld:
            withheld.add(sha256)
    return orders, withheld


def _chunks(rows: Iterable[_Row]) -> Iterator[list[_Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
