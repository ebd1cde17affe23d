"""The total order of an article's captures, their version numbers, and which one is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from articles.content.post_file.parsing import STUB_FLAGS
from articles.content.post_file.publication_date import Evidence, Published
from articles.content.text.date_parsing import Precision
from articles.models import Capture

_NO_DATE = dt.datetime.min.replace(tzinfo=dt.UTC)
_NO_EPOCH = -(2**63)


def order_key(capture: Capture) -> tuple[dt.datetime, int, bytes, str]:
    """Return what captures are ordered by: front-matter date, epoch, first path, SHA-256.

    What is missing comes first. No part depends on the order in which files came in.
    """
    return (
        capture.front_matter_at or _NO_DATE,
        _NO_EPOCH if capture.epoch_ms is None else capture.epoch_ms,
        bytes(capture.order_path),
        capture.original_id,
    )


def version_numbers(captures: Sequence[Capture]) -> list[int | None]:
    """Return the version number of each of the ordered ``captures``.

    A number goes to a capture whose title or text none before it had; the others differ from an
    earlier one in form only and have none.
    """
    seen: set[tuple[str, str]] = set()
    numbers: list[int | None] = []
    for capture in captures:
        content = (capture.title, capture.text_hash)
        numbers.append(None if content in seen else len(seen) + 1)
        seen.add(content)
    return numbers


def shown_capture(captures: Iterable[Capture]) -> Capture | None:
    """Return the newest of the ordered ``captures`` that may be shown.

    An empty or stub body never takes the place of a fuller one.
    """
    visible = [capture for capture in captures if not capture.hidden]
    full = [capture for capture in visible if STUB_FLAGS.isdisjoint(capture.flags)]
    candidates = full or visible
    return candidates[-1] if candidates else None


def first_published(captures: Sequence[Capture]) -> Published:
    """Return when the story appeared: by the strongest evidence of any capture, the earliest."""
    best = min(
        captures, key=lambda c: (Evidence(c.published_evidence).rank, c.published_at, order_key(c))
    )
    return Published(
        best.published_at, Precision(best.published_precision), Evidence(best.published_evidence)
    )
