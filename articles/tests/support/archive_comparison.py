"""Compare whole archives: every table by natural keys, without values that differ in each run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from django.apps import apps
from django.db.models import AutoField, Field, ForeignKey, Model
from django.db.models.fields import BinaryField

Row = dict[str, Any]
Dump = dict[str, list[str]]

#: Times at which something was imported; two runs never agree on them.
_TIMES = {
    "article": {"imported_at", "updated_at"},
    "capture": {"imported_at"},
    "importissue": {"created_at"},
    "redirect": {"created_at"},
    "source": {"created_at"},
}
#: Times of which only counts whether they are set.
_SET_OR_NULL = {
    "article": {"first_public_at"},
    "importissue": {"resolved_at"},
    "taggedarticle": {"arrived_at"},
}
#: Columns in which a file on disk and a copy of it differ.
FILE_FACTS = frozenset({"mtime_ns", "ctime_ns", "inode"})
_RUN_TABLE = "importrun"
#: The name of the index and its outbox, which ``update_index --check`` compares.
_SEARCH_TABLES = {"searchindex", "searchchange"}
#: Times of lists; which lists a story was in on the way depends on where batches end.
_LIST_TABLE = "listchange"


def dump_archive(*, without: frozenset[str] = frozenset()) -> Dump:
    """Return every row of the archive's tables as JSON, without keys, runs, times and search.

    References are natural keys of the other row, so that equal dumps mean equal archives.
    ``without`` names more columns to leave out.
    """
    return {
        model._meta.model_name or "": sorted(
            json.dumps(_dump_row(each, without), ensure_ascii=False, sort_keys=True)
            for each in model._default_manager.select_related(*_natural_key_relations(model))
        )
        for model in apps.get_app_config("articles").get_models()
        if model._meta.model_name not in {_RUN_TABLE, _LIST_TABLE, *_SEARCH_TABLES}
    }


def raw_rows() -> dict[str, list[str]]:
    """Return every column of every row of every table except the runs."""
    return {
        model._meta.label: sorted(
            repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for row in model._default_manager.values_list()
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.model_name != _RUN_TABLE
    }


def differences(left: Dump, right: Dump, limit: int = 5) -> str:
    """Return a description of how two dumps differ, an empty string if they are equal."""
    lines: list[str] = []
    for table in sorted(left.keys() | right.keys()):
        one, other = Counter(left.get(table, [])), Counter(right.get(table, []))
        lines += [f"only left, {table}: {row}" for row in list((one - other).elements())[:limit]]
        lines += [f"only right, {table}: {row}" for row in list((other - one).elements())[:limit]]
    return "\n".join(lines)


def _natural_key_relations(model: type[Model]) -> list[str]:
    """Return the relations that natural keys are read from, for select_related."""
    names = [f.name for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    return [f"{name}__article" if name.endswith("_capture") else name for name in names]


def _dump_row(each: Model, without: frozenset[str]) -> Row:
    table = each._meta.model_name or ""
    row: Row = {}
    for field in each._meta.concrete_fields:
        if field.name in without | _TIMES.get(table, set()) or _is_key(field):
            continue
        if field.name in _SET_OR_NULL.get(table, set()):
            row[field.name] = getattr(each, field.name) is not None
        elif isinstance(field, ForeignKey):
            row[field.name] = _natural_key(getattr(each, field.name))
        else:
            row[field.name] = _json_value(field, getattr(each, field.attname))
    return row


def _is_key(field: Field[Any, Any]) -> bool:
    runs = isinstance(field, ForeignKey) and field.related_model._meta.model_name == _RUN_TABLE
    return runs or isinstance(field, AutoField)


def _json_value(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, BinaryField):
        return hashlib.sha256(bytes(value)).hexdigest() if len(value) > 300 else bytes(value).hex()
    if isinstance(value, str | int | bool | list | dict) or value is None:
        return value
    return str(value)


def _natural_key(other: Model | None) -> Any:
    """Return the natural key of a row."""
    if other is None:
        return None
    table = other._meta.model_name
    if table == "capture":
        return [_natural_key(other.article), other.original_id]  # type: ignore[attr-defined]
    for name in ("identity_hash", "sha256", "url_hash", "slug", "username"):
        if hasattr(other, name):
            return getattr(other, name)
    raise LookupError(f"{table} has no natural key")
