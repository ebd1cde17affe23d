"""When the public content of a day's or an outlet's list last changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import models

from .article import State


class ListChange(models.Model):
    """When a story was last added to, removed from or changed in the list of a day or an outlet.

    The newest ``updated_at`` in the list would miss stories that were withdrawn, erased or moved.
    The row of a list that has become empty stays.
    """

    place = models.CharField(max_length=40, primary_key=True, help_text="day/2021-01-14, source/7")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place}: {self.changed_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def by_day() -> dict[dt.date, dt.datetime]:
        """Return when each day's list last changed, including lists that are empty now."""
        return {dt.date.fromisoformat(key): moment for key, moment in _iter_changes("day/")}

    @staticmethod
    def by_source() -> dict[int, dt.datetime]:
        """Return when each outlet's list last changed, by the outlet's key."""
        return {int(key): moment for key, moment in _iter_changes("source/")}

    @staticmethod
    def record(rows: Iterable[Mapping[str, Any]]) -> None:
        """Record that articles changed, in their transaction; ``rows`` are their old and new rows.

        Rows that are not published change no list.
        """
        places: set[str] = set()
        for row in rows:
            if row["state"] == State.PUBLISHED:
                places |= {f"day/{row['day'].isoformat()}", f"source/{row['source_id']}"}
        if not places:
            return
        now = dt.datetime.now(dt.UTC)
        ListChange.objects.bulk_create(
            # Sorted, so that concurrent transactions lock rows in one order and cannot deadlock.
            [ListChange(place=place, changed_at=now) for place in sorted(places)],
            update_conflicts=True, unique_fields=["place"], update_fields=["changed_at"],
        )  # fmt: skip


def _iter_changes(prefix: str) -> Iterator[tuple[str, dt.datetime]]:
    rows = ListChange.objects.filter(place__startswith=prefix)
    for place, moment in rows.values_list("place", "changed_at"):
        yield place.removeprefix(prefix), moment
