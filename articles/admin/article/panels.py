"""What stands below the form of an article: where it comes from, and what was done to it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from articles.admin.article.form_values import ArticleValues, values_of
from articles.models import (
    Article,
    ArticleEdit,
    ArticleImage,
    Capture,
    EditedField,
    Sighting,
    Source,
)

_PATHS = 300  # of one article's files; copies can be many
_EDITS = 100
_PICTURES = 200


@dataclass(frozen=True, slots=True)
class CapturePanel:
    """One capture with the paths at which its bytes were seen."""

    capture: Capture
    paths: tuple[str, ...]
    is_shown: bool


@dataclass(frozen=True, slots=True)
class EditPanel:
    """One edit of the history, its value in words."""

    edit: ArticleEdit
    label: str
    value: str
    is_long: bool


def panels_of(article: Article, can_change: bool) -> dict[str, Any]:
    """Return the template's context for ``article``; four queries, however long the lists."""
    values = values_of(article)
    pictures = ArticleImage.objects.filter(article=article).select_related("image")
    return {
        "can_change": can_change,
        "capture_panels": _captures(article, values),
        "edit_panels": _edits(article),
        "pictures": pictures[:_PICTURES],
    }


def _captures(article: Article, values: ArticleValues) -> list[CapturePanel]:
    originals = [capture.original_id for capture in values.captures]
    seen = Sighting.objects.filter(original_id__in=originals).order_by("root", "path")
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for sighting in seen.only("root", "path", "original_id")[:_PATHS]:
        paths[sighting.original_id].append(str(sighting))
    return [
        CapturePanel(
            capture=capture,
            paths=tuple(paths[capture.original_id]),
            is_shown=capture.pk == article.current_capture_id,
        )
        for capture in reversed(values.captures)
    ]


def _edits(article: Article) -> list[EditPanel]:
    edits = list(article.edits.select_related("editor")[:_EDITS])
    sources = {int(edit.value or 0) for edit in edits if edit.field == EditedField.SOURCE}
    names = dict(Source.objects.filter(pk__in=sources).values_list("pk", "name"))
    panels = []
    for edit in edits:
        is_source = edit.field == EditedField.SOURCE
        value: Any = names.get(int(edit.value or 0)) if is_source else edit.value
        text = ", ".join(value) if isinstance(value, list) else str(value or "(empty)")
        label = str(EditedField(edit.field).label)
        panels.append(EditPanel(edit, label, text, edit.field == EditedField.HTML))
    return panels
