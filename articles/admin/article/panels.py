"""The panels below the article form: its captures, its history of edits, and its pictures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from articles.admin.article.form_values import ArticleValues, article_values
from articles.models import (
    Article,
    ArticleEdit,
    ArticleImage,
    Capture,
    EditedField,
    Sighting,
    Source,
)

_MAX_PATHS = 300  # of one article's files; there can be many copies
_MAX_EDITS = 100
_MAX_PICTURES = 200


@dataclass(frozen=True, slots=True)
class CapturePanel:
    """One capture with the paths at which its bytes were seen."""

    capture: Capture
    paths: tuple[str, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class EditPanel:
    """One edit of the history, with its value as text."""

    edit: ArticleEdit
    label: str
    value: str
    is_long: bool


def article_panels(article: Article) -> dict[str, Any]:
    """Return the template context for ``article``; four queries, whatever the length of lists."""
    values = article_values(article)
    pictures = ArticleImage.objects.filter(article=article).select_related("image")
    return {
        "capture_panels": _capture_panels(article, values),
        "edit_panels": _edit_panels(article),
        "pictures": pictures[:_MAX_PICTURES],
    }


def _capture_panels(article: Article, values: ArticleValues) -> list[CapturePanel]:
    originals = [capture.original_id for capture in values.captures]
    seen = Sighting.objects.filter(original_id__in=originals).order_by("root", "path")
    paths: defaultdict[str, list[str]] = defaultdict(list)
    for sighting in seen.only("root", "path", "original_id")[:_MAX_PATHS]:
        paths[sighting.original_id].append(str(sighting))
    return [
        CapturePanel(
            capture=capture,
            paths=tuple(paths[capture.original_id]),
            is_current=capture.pk == article.current_capture_id,
        )
        for capture in reversed(values.captures)
    ]


def _edit_panels(article: Article) -> list[EditPanel]:
    edits = list(article.edits.select_related("editor")[:_MAX_EDITS])
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
