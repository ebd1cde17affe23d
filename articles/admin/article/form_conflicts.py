"""What others changed in an article since its form was opened, by field.

The form carries a digest of each value that it was opened with. So it knows which fields this
editor has touched, and which ones somebody else has.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from articles.content.text.excerpts import truncate
from articles.models import Article, EditedField, Source

_EXCERPT = 300  # characters shown of another editor's value
_DIGEST_LENGTH = 16  # hexadecimal digits


def digest_values(values: Mapping[str, Any], digests: Mapping[str, str] | None = None) -> str:
    """Return the digests of the form's values, as the text of a hidden field: letters and ``:``.

    Those in ``digests`` take the place of the values' own.
    """
    found = {field: digest_value(values[field]) for field in EditedField.values}
    return " ".join(f"{field}:{digest}" for field, digest in (found | dict(digests or {})).items())


def read_digests(text: str) -> dict[str, str]:
    """Return the digests in the hidden field by field; raises :class:`ValueError`."""
    digests = dict(part.split(":", 1) for part in text.split(" "))
    if set(digests) != set(EditedField.values):
        raise ValueError("not the digests of this form")
    return digests


def digest_value(value: Any) -> str:
    """Return the digest of a value of the form, as initial data or as cleaned data."""
    if isinstance(value, Source):
        value = value.pk
    if isinstance(value, dt.datetime):
        value = value.astimezone(dt.UTC).replace(microsecond=0).isoformat()
    return hashlib.sha256(str(value).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


@dataclass(frozen=True, slots=True)
class ForeignChange:
    """A change of a field by somebody else; ``value`` is what the article shows now."""

    field: str
    who: str
    value: str

    @property
    def label(self) -> str:
        """Return the field's name."""
        return str(EditedField(self.field).label)

    def __str__(self) -> str:
        value = f"“{truncate(self.value, _EXCERPT)}”" if self.value else "nothing"
        return f"{self.who} changed this to {value} since you opened the form."


def describe_change(article: Article, field: str, value: Any) -> ForeignChange:
    """Return the newest change of ``field``, which made its form value ``value``."""
    if field == EditedField.SOURCE:
        value = Source.objects.get(pk=value).name
    elif field == EditedField.PUBLISHED_AT:
        value = f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return ForeignChange(field, _find_author(article, field), str(value))


def _find_author(article: Article, field: str) -> str:
    """Return who changed ``field`` last: an editor, whoever reverted it, or an import."""
    edit = article.edits.filter(field=field, active=True).select_related("editor").first()
    if edit is not None:
        return str(edit.editor or "A command")
    reverts = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Article),
        object_id=str(article.pk),
        change_message__contains="Reverted to the imported",
    )
    revert = reverts.select_related("user").order_by("-pk").first()
    if revert is not None and str(EditedField(field).label) in revert.change_message:
        return str(revert.user)
    return "An import"
