"""The number of public stories of each day, outlet, author and topic, updated by differences.

Code that changes articles adds each one to a :class:`CountDeltas` as it was and as it is, and
applies the deltas in the same transaction.
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

#: The tables with a ``story_count``, and the columns that identify a row. Always updated in this
#: order, against deadlocks.
COUNT_TABLES: dict[type[Model], tuple[str, ...]] = {
    DayCount: ("day",),
    MonthCount: ("source_id", "month"),
    OutletAuthor: ("source_id", "author_id"),
    Source: ("id",),
    Author: ("id",),
    Tag: ("id",),
}
#: Those whose rows exist only for their count: created with it, and deleted when it is 0.
COUNT_ONLY_TABLES: tuple[type[Model], ...] = (DayCount, MonthCount, OutletAuthor)

#: A table, and the values of its columns in COUNT_TABLES.
CountKey = tuple[type[Model], tuple[Any, ...]]


class CountDeltas:
    """Differences of counts, to be applied once."""

    def __init__(self, deltas: Mapping[CountKey, int] | None = None) -> None:
        self._deltas: Counter[CountKey] = Counter(deltas)

    def add(self, row: Mapping[str, Any], tag_ids: Iterable[int], step: int) -> None:
        """Add an article's row and tags: ``step`` is -1 for the old row, 1 for the new one."""
        if row["state"] != State.PUBLISHED:
            return
        for key in _count_keys(row):
            self._deltas[key] += step
        for tag_id in tag_ids:
            self._deltas[Tag, (tag_id,)] += step

    def apply(self) -> None:
        """Write the deltas: one statement for each table and each value of the delta."""
        deltas: dict[type[Model], dict[tuple[Any, ...], int]] = {
            model: {} for model in COUNT_TABLES
        }
        for (model, values), delta in self._deltas.items():
            if delta:
                deltas[model][values] = delta
        for model in COUNT_ONLY_TABLES:
            _create_missing_rows(model, sorted(deltas[model]))
        rows = {model: _lock_rows(model, deltas[model]) for model in COUNT_TABLES}
        for model, keys in rows.items():
            by_delta: defaultdict[int, list[object]] = defaultdict(list)
            for values, pk in keys.items():
                by_delta[deltas[model][values]].append(pk)
            for delta, pks in by_delta.items():
                # A count that is already wrong must not make this write fail on a negative value;
                # verify_archive --fix corrects it.
                count = Greatest(F("story_count") + delta, 0)
                model._default_manager.filter(pk__in=pks).update(story_count=count)
        for model in COUNT_ONLY_TABLES:
            pks = list(rows[model].values())
            model._default_manager.filter(pk__in=pks, story_count=0).delete()
        self._deltas.clear()


def count_stories() -> dict[CountKey, int]:
    """Return every count that is not zero, counted from the articles."""
    public = Article.objects.published().order_by()
    found: Counter[CountKey] = Counter()
    grouped = public.values("day", "source_id", "author_id").annotate(n=Count("pk"))
    for row in grouped.iterator():
        for key in _count_keys(row):
            found[key] += row["n"]
    tags = TaggedArticle.objects.filter(content_object__state=State.PUBLISHED).order_by()
    for tag_id, number in tags.values_list("tag_id").annotate(n=Count("pk")):
        found[Tag, (tag_id,)] = number
    return dict(found)


def read_stored_counts() -> Iterator[tuple[CountKey, int]]:
    """Yield every stored count."""
    for model, columns in COUNT_TABLES.items():
        for *values, number in model._default_manager.values_list(*columns, "story_count"):
            yield (model, tuple(values)), number


def _count_keys(row: Mapping[str, Any]) -> Iterator[CountKey]:
    """Yield the keys under which an article is counted, except its tags."""
    day, source_id, author_id = row["day"], row["source_id"], row["author_id"]
    yield DayCount, (day,)
    yield MonthCount, (source_id, day.replace(day=1))
    yield Source, (source_id,)
    if author_id is not None:
        yield OutletAuthor, (source_id, author_id)
        yield Author, (author_id,)


def _create_missing_rows(model: type[Model], keys: Iterable[tuple[Any, ...]]) -> None:
    """Create the rows that do not exist yet."""
    columns = COUNT_TABLES[model]
    rows = [model(**dict(zip(columns, values, strict=True))) for values in keys]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _lock_rows(
    model: type[Model], keys: Iterable[tuple[Any, ...]]
) -> dict[tuple[Any, ...], object]:
    """Lock the rows of ``keys``; return their primary keys by those values."""
    wanted = set(keys)
    if not wanted:
        return {}
    columns = COUNT_TABLES[model]
    rows = model._default_manager.select_for_update(no_key=True).order_by("pk")
    for index, column in enumerate(columns):
        rows = rows.filter(**{f"{column}__in": {values[index] for values in wanted}})
    found = {tuple(values): pk for pk, *values in rows.values_list("pk", *columns)}
    return {values: pk for values, pk in found.items() if values in wanted}
