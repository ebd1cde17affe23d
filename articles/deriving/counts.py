"""How many public stories each day, outlet, author and tag holds, kept by differences.

Whoever changes articles takes a :class:`Tally`, notes each article as it was and as it is, and
applies the differences in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, F, Model
from django.db.models.functions import Greatest

from articles.models import Article, Author, DayCount, Source, State, Tag, TaggedArticle

Key = tuple[type[Model], object]
#: The tables whose rows carry a ``story_count``.
COUNTED: tuple[type[Model], ...] = (DayCount, Source, Author, Tag)


class Tally:
    """Differences in counts, to be applied once."""

    def __init__(self, changes: Mapping[Key, int] | None = None) -> None:
        self._changes: Counter[Key] = Counter(changes)

    def note(self, row: Mapping[str, Any], tag_ids: Iterable[int], step: int) -> None:
        """Count an article's row and tags: with ``step`` -1 as it was, with 1 as it is now."""
        if row["state"] != State.PUBLISHED:
            return
        self._changes[DayCount, row["day"]] += step
        self._changes[Source, row["source_id"]] += step
        if row["author_id"] is not None:
            self._changes[Author, row["author_id"]] += step
        for tag_id in tag_ids:
            self._changes[Tag, tag_id] += step

    def apply(self) -> None:
        """Write the differences: one statement for each table and each size of change."""
        by_change: defaultdict[tuple[type[Model], int], list[object]] = defaultdict(list)
        for (model, key), change in self._changes.items():
            if change:
                by_change[model, change].append(key)
        days = sorted(day for _, day in self._changes if isinstance(day, dt.date))
        DayCount.objects.bulk_create([DayCount(day=day) for day in days], ignore_conflicts=True)
        for model in COUNTED:
            keys = [key for (changed, key), change in self._changes.items() if changed is model]
            # One order for everybody, so that nobody waits in a circle.
            list(
                model._default_manager.select_for_update(no_key=True)
                .filter(pk__in=keys)
                .order_by("pk")
            )
        for (model, change), keys in by_change.items():
            # A count that was wrong before stays so until a verification sets it right; it must
            # not stop what is being written now.
            count = Greatest(F("story_count") + change, 0)
            model._default_manager.filter(pk__in=keys).update(story_count=count)
        DayCount.objects.filter(day__in=days, story_count=0).delete()
        self._changes.clear()


def counted() -> dict[Key, int]:
    """Return every count that is not zero, counted anew from the articles."""
    public = Article.objects.published()
    found: dict[Key, int] = {}
    for model, column in ((DayCount, "day"), (Source, "source_id"), (Author, "author_id")):
        rows = public.order_by().values_list(column).annotate(n=Count("pk"))
        found |= {(model, key): n for key, n in rows if key is not None}
    tags = TaggedArticle.objects.filter(content_object__state=State.PUBLISHED)
    found |= {
        (Tag, key): n for key, n in tags.order_by().values_list("tag_id").annotate(n=Count("pk"))
    }
    return found
