"""Names as they are looked for: 臺灣 and 台湾 are one."""

from __future__ import annotations

from typing import Any

from django.db import models

from articles.content.search_text.folding import fold

_LENGTH = 200


def folded_name(name: str) -> str:
    """Return the form in which a name is compared; empty for nothing but signs."""
    return fold(name)[:_LENGTH]


class FoldedName(models.CharField):  # type: ignore[type-arg]
    """The folded form of the row's ``name``, kept by whatever saves or inserts the row.

    Rows have to be folded anew by a migration when folding changes.
    """

    def __init__(self, **options: Any) -> None:
        own = {"max_length": _LENGTH, "default": "", "blank": True, "editable": False}
        super().__init__(**{**options, **own, "db_index": True})

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the value for the column, from the name that is written beside it."""
        folded = folded_name(getattr(model_instance, "name"))  # noqa: B009
        setattr(model_instance, self.attname, folded)
        return folded
