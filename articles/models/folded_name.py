"""Names folded for lookups: 臺灣 and 台湾 fold to the same string."""

from __future__ import annotations

from typing import Any

from django.db import models

from articles.content.search_text.text_folding import fold

_MAX_LENGTH = 200


def fold_name(name: str) -> str:
    """Return the form in which names are compared; empty when ``name`` is only punctuation."""
    return fold(name)[:_MAX_LENGTH]


class FoldedName(models.CharField):  # type: ignore[type-arg]
    """The folded form of the row's ``name``, set on every save, also in bulk inserts.

    When folding changes, a migration has to fold the stored rows again.
    """

    def __init__(self, **options: Any) -> None:
        own = {"max_length": _MAX_LENGTH, "default": "", "blank": True, "editable": False}
        super().__init__(**{**options, **own, "db_index": True})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the value for the column, computed from the row's ``name``."""
        folded = fold_name(getattr(model_instance, "name"))  # noqa: B009
        setattr(model_instance, self.attname, folded)
        return folded
