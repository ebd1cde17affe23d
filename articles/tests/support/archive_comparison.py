"""Whole archives compared: every table by natural keys, without what each run makes anew."""

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
#: Times of which it counts only whether they are set.
_WHETHER = {"importissue": {"resolved_at"}}
#: What tells the file on disk from a copy of it.
FILE_FACTS = frozenset({"mtime_ns", "ctime_ns", "inode"})
_RUNS = "importrun"
#: The name of the index, and what that has yet to learn: ``update_index --check`` tells of them.
_OF_SEARCH = {"searchindex", "searchchange"}
#: Times of lists; which lists a story passed on its way depends on where batches end.
_OF_LISTS = "listchange"


def dump_archive(*, without: frozenset[str] = frozenset()) -> Dump:
    """Return every row of the archive's tables as JSON, without keys, runs, times and search.

    A row refers to another by that row's natural key, so that equal dumps mean equal archives.
    ``without`` names further columns that do not count.
    """
    return {
        model._meta.model_name or "": sorted(
            json.dumps(_row(each, without), ensure_ascii=False, sort_keys=True)
            for each in model._default_manager.select_related(*_referred(model))
        )
        for model in apps.get_app_config("articles").get_models()
        if model._meta.model_name not in {_RUNS, _OF_LISTS, *_OF_SEARCH}
    }


def raw_rows() -> dict[str, list[str]]:
    """Return every column of every row of every table, runs apart."""
    return {
        model._meta.label: sorted(
            repr([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for row in model._default_manager.values_list()
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.model_name != _RUNS
    }


def differences(left: Dump, right: Dump, limit: int = 5) -> str:
    """Return in words how two dumps differ, an empty string when they do not."""
    lines: list[str] = []
    for table in sorted(left.keys() | right.keys()):
        one, other = Counter(left.get(table, [])), Counter(right.get(table, []))
        lines += [f"only left, {table}: {row}" for row in list((one - other).elements())[:limit]]
        lines += [f"only right, {table}: {row}" for row in list((other - one).elements())[:limit]]
    return "\n".join(lines)


def _referred(model: type[Model]) -> list[str]:
    """Return the rows that a row's natural keys are read from."""
    names = [f.name for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    return [f"{name}__article" if name.endswith("_capture") else name for name in names]


def _row(each: Model, without: frozenset[str]) -> Row:
    table = each._meta.model_name or ""
    row: Row = {}
    for field in each._meta.concrete_fields:
        if field.name in without | _TIMES.get(table, set()) or _is_key(field):
            continue
        if field.name in _WHETHER.get(table, set()):
            row[field.name] = getattr(each, field.name) is not None
        elif isinstance(field, ForeignKey):
            row[field.name] = _natural(getattr(each, field.name))
        else:
            row[field.name] = _plain(field, getattr(each, field.attname))
    return row


def _is_key(field: Field[Any, Any]) -> bool:
    runs = isinstance(field, ForeignKey) and field.related_model._meta.model_name == _RUNS
    return runs or isinstance(field, AutoField)


def _plain(field: Field[Any, Any], value: Any) -> Any:
    if isinstance(field, BinaryField):
        return hashlib.sha256(bytes(value)).hexdigest() if len(value) > 300 else bytes(value).hex()
    if isinstance(value, str | int | bool | list | dict) or value is None:
        return value
    return str(value)


def _natural(other: Model | None) -> Any:
    """Return what names a row whatever its primary key is."""
    if other is None:
        return None
    table = other._meta.model_name
    if table == "capture":
        return [_natural(other.article), other.original_id]  # type: ignore[attr-defined]
    for name in ("identity_hash", "sha256", "url_hash", "slug", "username"):
        if hasattr(other, name):
            return getattr(other, name)
    raise LookupError(f"{table} has no natural key")
