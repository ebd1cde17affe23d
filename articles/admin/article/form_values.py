"""The effective values of an article, and its derived values without edits, for the form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from articles.deriving.capture_order import order_key
from articles.deriving.captures import parse_capture
from articles.deriving.edit_overlay import EffectiveValues, effective_values
from articles.models import Article, ArticleEdit, Capture, EditedField, Source

TAG_SEPARATOR = ", "


@dataclass
class ArticleValues:
    """The ordered captures of an article, its active edits by field, and the values of both."""

    article: Article
    captures: list[Capture]
    edits: dict[str, ArticleEdit]

    @cached_property
    def effective(self) -> EffectiveValues:
        """Return the values that the article shows."""
        return effective_values(self.captures, self.edits.values())

    @cached_property
    def derived(self) -> EffectiveValues:
        """Return the values that it would show without edits."""
        return effective_values(self.captures, ())

    def form_initial(self) -> dict[str, Any]:
        """Return the effective values as initial data of the form."""
        return _form_values(self.effective) | {"html": self.article.body.html}

    def imported_text(self, field: str) -> str:
        """Return the derived value of ``field`` as text for an editor."""
        match field:
            case EditedField.HTML:
                return parse_capture(self.derived.capture).html
            case EditedField.SOURCE:
                return Source.objects.get(pk=self.derived.source_id).name
            case EditedField.PUBLISHED_AT:
                return f"{self.derived.published_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
        return str(_form_values(self.derived)[field])


def _form_values(effective: EffectiveValues) -> dict[str, Any]:
    return {
        "title": effective.title,
        "source": effective.source_id,
        "author": effective.author,
        "tags": TAG_SEPARATOR.join(effective.tags),
        "language": effective.language,
        "kind": effective.kind,
        "published_at": effective.published_at.astimezone(dt.UTC).replace(microsecond=0),
    }


def article_values(article: Article) -> ArticleValues:
    """Return the values of ``article``: two queries, cached on the instance."""
    cached: ArticleValues | None = article.__dict__.get("_admin_values")
    if cached is None:
        captures = article.captures.select_related("hidden_by").defer("front_matter")
        edits = article.edits.filter(active=True).select_related("editor")
        cached = ArticleValues(
            article, sorted(captures, key=order_key), {edit.field: edit for edit in edits}
        )
        article.__dict__["_admin_values"] = cached
    return cached
