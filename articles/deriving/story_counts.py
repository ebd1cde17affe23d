"""How many public stories each day, outlet, author and tag holds, kept by differences.

Whoever changes articles takes a :class:`Tally`, notes each article as it was and as it is, and
applies the differences in the same transaction.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Count, F, Model
from django.db.models.functions import Greatest

from articles.models import (
    Article,
    Author,
    DayCount,
    MonthCount,
    OutletAuthor,
    Source,
    State,
    Tag,
    TaggedArticle,
)

#: The tables whose rows carry a ``story_count``, with the columns that tell a row. Everybody goes
#: through them in this order, so that nobody waits in a circle.
COUNTED: dict[type[Model], tuple[str, ...]] = {
    DayCount: ("day",),
    MonthCount: ("source_id", "month"),
    OutletAuthor: ("source_id", "author_id"),
    Source: ("id",),
    Author: ("id",),
    Tag: ("id",),
}
#: Those of them whose rows are there for their count alone: they come and go with it.
MADE: tuple[type[Model], ...] = (DayCount, MonthCount, OutletAuthor)

#: A table, and the values of its columns in COUNTED.
Key = tuple[type[Model], tuple[Any, ...]]


class Tally:
    """Differences in counts, to be applied once."""

    def __init__(self, changes: Mapping[Key, int] | None = None) -> None:
        self._changes: Counter[Key] = Counter(changes)

    def note(self, row: Mapping[str, Any], tag_ids: Iterable[int], step: int) -> None:
        """Count an article's row and tags: with ``step`` -1 as it was, with 1 as it is now."""
        if row["state"] != State.PUBLISHED:
            return
        for key in _keys_of(row):
            self._changes[key] += step
        for tag_id in tag_ids:
            self._changes[Tag, (tag_id,)] += step

    def apply(self) -> None:
        """Write the differences: one statement for each table and each size of change."""
        changes: dict[type[Model], dict[tuple[Any, ...], int]] = {model: {} for model in COUNTED}
        for (model, values), change in self._changes.items():
            if change:
                changes[model][values] = change
        for model in MADE:
            _make(model, sorted(changes[model]))
        rows = {model: _locked(model, changes[model]) for model in COUNTED}
        for model, keys in rows.items():
            by_change: defaultdict[int, list[object]] = defaultdict(list)
            for values, pk in keys.items():
                by_change[changes[model][values]].append(pk)
            for change, pks in by_change.items():
                # A count that was wrong before stays so until a verification sets it right; it
                # must not stop what is being written now.
                count = Greatest(F("story_count") + change, 0)
                model._default_manager.filter(pk__in=pks).update(story_count=count)
        for model in MADE:
            pks = list(rows[model].values())
            model._default_manager.filter(pk__in=pks, story_count=0).delete()
        self._changes.clear()


def counted() -> dict[Key, int]:
    """Return every count that is not zero, counted anew from the articles."""
    public = Article.objects.published().order_by()
    found: Counter[Key] = Counter()
    grouped = public.values("day", "source_id", "author_id").annotate(n=Count("pk"))
    for row in grouped.iterator():
        for key in _keys_of(row):
            found[key] += row["n"]
    tags = TaggedArticle.objects.filter(content_object__state=State.PUBLISHED).order_by()
    for tag_id, number in tags.values_list("tag_id").annotate(n=Count("pk")):
        found[Tag, (tag_id,)] = number
    return dict(found)


def stored() -> Iterator[tuple[Key, int]]:
    """Yield every count as it is stored."""
    for model, columns in COUNTED.items():
        for *values, number in model._default_manager.values_list(*columns, "story_count"):
            yield (model, tuple(values)), number


def _keys_of(row: Mapping[str, Any]) -> Iterator[Key]:
    """Yield what counts an article, but for its tags."""
    day, source_id, author_id = row["day"], row["source_id"], row["author_id"]
    yield DayCount, (day,)
    yield MonthCount, (source_id, day.replace(day=1))
    yield Source, (source_id,)
    if author_id is not None:
        yield OutletAuthor, (source_id, author_id)
        yield Author, (author_id,)


def _make(model: type[Model], keys: Iterable[tuple[Any, ...]]) -> None:
    """Make the rows that are not there yet."""
    columns = COUNTED[model]
    rows = [model(**dict(zip(columns, values, strict=True))) for values in keys]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _locked(model: type[Model], keys: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], object]:
    """Return the primary keys of rows by what tells them; the rows are locked."""
    wanted = set(keys)
    if not wanted:
        return {}
    columns = COUNTED[model]
    rows = model._default_manager.select_for_update(no_key=True).order_by("pk")
    for place, column in enumerate(columns):
        rows = rows.filter(**{f"{column}__in": {values[place] for values in wanted}})
    found = {tuple(values): pk for pk, *values in rows.values_list("pk", *columns)}
    return {values: pk for values, pk in found.items() if values in wanted}
