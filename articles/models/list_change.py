"""When what the public finds at the address of a list last changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import models

from .article import State


class ListChange(models.Model):
    """When a story last came to a list, left it or changed in it: of each day and each outlet.

    The stories that are there cannot tell it: one that was withdrawn, erased or moved has gone.
    The row of a list that has become empty stays.
    """

    place = models.CharField(max_length=40, primary_key=True, help_text="day/2021-01-14, source/7")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.place}: {self.changed_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def of_days() -> dict[dt.date, dt.datetime]:
        """Return the change of each day's list, also of those that are empty by now."""
        return {dt.date.fromisoformat(key): moment for key, moment in _changes("day/")}

    @staticmethod
    def of_sources() -> dict[int, dt.datetime]:
        """Return the change of each outlet's list, by the outlet's key."""
        return {int(key): moment for key, moment in _changes("source/")}

    @staticmethod
    def note(rows: Iterable[Mapping[str, Any]]) -> None:
        """Note that articles changed whose rows were or are these, within their transaction.

        What nobody saw, before or after, changes no list.
        """
        places: set[str] = set()
        for row in rows:
            if row["state"] == State.PUBLISHED:
                places |= {f"day/{row['day'].isoformat()}", f"source/{row['source_id']}"}
        if not places:
            return
        now = dt.datetime.now(dt.UTC)
        ListChange.objects.bulk_create(
            # In one order for everybody, so that nobody waits in a circle.
            [ListChange(place=place, changed_at=now) for place in sorted(places)],
            update_conflicts=True, unique_fields=["place"], update_fields=["changed_at"],
        )  # fmt: skip


def _changes(beginning: str) -> Iterator[tuple[str, dt.datetime]]:
    rows = ListChange.objects.filter(place__startswith=beginning)
    for place, moment in rows.values_list("place", "changed_at"):
        yield place.removeprefix(beginning), moment
