"""Insert thousands of rows without the overhead of model objects.

On SQLite, where sending a statement costs nothing, each row is bound to one prepared INSERT. That
takes a third of the time of ``bulk_create``, which builds long statements and prepares each value.
On a server, ``bulk_create`` is used: there each statement is a round trip.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from django.db import connection, models
from django.db.models.constants import OnConflict

Row = Sequence[Any]
#: Fields whose values need no conversion.
_PASSTHROUGH_FIELDS = (
    models.BinaryField,
    models.BooleanField,
    models.CharField,
    models.FileField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
)


def insert_objects(model: type[models.Model], objects: Iterable[models.Model]) -> None:
    """Insert objects whose primary keys are set."""
    columns = [field.attname for field in model._meta.concrete_fields]
    insert_rows(model, columns, map(attrgetter(*columns), objects))


def insert_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    ignore_conflicts: bool = False,
) -> None:
    """Insert ``rows``, tuples of the values of ``columns``.

    Model defaults do not apply: name each column that is NOT NULL. With ``ignore_conflicts``, rows
    that exist already stay as they are.
    """
    if connection.vendor != "sqlite":
        model._default_manager.bulk_create(
            (model(**dict(zip(columns, row, strict=True))) for row in rows),
            ignore_conflicts=ignore_conflicts,
        )
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in columns]
    adapters = [(i, adapt) for i, field in enumerate(fields) if (adapt := _adapter_for(field))]
    adapted_rows = [_adapt_row(row, adapters) for row in rows] if adapters else list(rows)
    if not adapted_rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    insert_into = connection.ops.insert_statement(OnConflict.IGNORE if ignore_conflicts else None)
    placeholders = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{insert_into} {quote(model._meta.db_table)} ({names}) VALUES ({placeholders})",
            adapted_rows,
        )


def _adapter_for(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return the function that converts a value of ``field`` for SQLite, None if it needs none."""
    match field:
        case models.JSONField():
            return json.dumps
        case models.DateTimeField():
            return connection.ops.adapt_datetimefield_value
        case models.DateField():
            return connection.ops.adapt_datefield_value
    assert isinstance(field, _PASSTHROUGH_FIELDS), field
    return None


def _adapt_row(row: Row, adapters: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    values = list(row)
    for i, adapt in adapters:
        values[i] = adapt(values[i])
    return values
