"""The total order of an article's captures, their version numbers, and the current capture."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from articles.content.post_file.parsing import STUB_FLAGS
from articles.content.post_file.publication_date import Evidence, PublicationTime
from articles.content.text.date_parsing import Precision
from articles.models import Capture

_NO_DATE = dt.datetime.min.replace(tzinfo=dt.UTC)
_NO_EPOCH = -(2**63)


def order_key(capture: Capture) -> tuple[dt.datetime, int, bytes, str]:
    """Return the sort key of a capture: front-matter date, epoch, first path, SHA-256.

    Missing values sort first. No part depends on the order in which files were imported.
    """
    return (
        capture.front_matter_at or _NO_DATE,
        _NO_EPOCH if capture.epoch_ms is None else capture.epoch_ms,
        bytes(capture.order_path),
        capture.original_id,
    )


def version_numbers(captures: Sequence[Capture]) -> list[int | None]:
    """Return the version number of each of the ordered ``captures``.

    A capture has a number if its title and text together are new; the others differ from an earlier
    one in form only, and have None.
    """
    seen: set[tuple[str, str]] = set()
    numbers: list[int | None] = []
    for capture in captures:
        content = (capture.title, capture.text_hash)
        numbers.append(None if content in seen else len(seen) + 1)
        seen.add(content)
    return numbers


def pick_current_capture(captures: Iterable[Capture]) -> Capture | None:
    """Return the newest of the ordered ``captures`` that is not hidden, or None.

    An empty or stub body never replaces a fuller one.
    """
    visible = [capture for capture in captures if not capture.hidden]
    full = [capture for capture in visible if STUB_FLAGS.isdisjoint(capture.flags)]
    candidates = full or visible
    return candidates[-1] if candidates else None


def earliest_publication(captures: Sequence[Capture]) -> PublicationTime:
    """Return the publication date: that of the strongest evidence, and of those the earliest."""
    best = min(
        captures, key=lambda c: (Evidence(c.published_evidence).rank, c.published_at, order_key(c))
    )
    return PublicationTime(
        best.published_at, Precision(best.published_precision), Evidence(best.published_evidence)
    )
