"""What an article shows and what its posts alone would say, field by field, for the form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from articles.deriving.capture_order import order_key
from articles.deriving.captures import parse_capture
from articles.deriving.edit_overlay import Shown, shown_values
from articles.models import Article, ArticleEdit, Capture, EditedField, Source

TAG_SEPARATOR = ", "


@dataclass
class ArticleValues:
    """The captures of an article in their order, its active edits, and what both give."""

    article: Article
    captures: list[Capture]
    edits: dict[str, ArticleEdit]

    @cached_property
    def shown(self) -> Shown:
        """Return what the article shows."""
        return shown_values(self.captures, self.edits.values())

    @cached_property
    def derived(self) -> Shown:
        """Return what it would show without any edit."""
        return shown_values(self.captures, ())

    def initial(self) -> dict[str, Any]:
        """Return the shown values as the form's fields take them."""
        return _as_form(self.shown) | {"html": self.article.body.html}

    def imported(self, field: str) -> str:
        """Return what ``field`` would show without its edit, as text for a reader."""
        match field:
            case EditedField.HTML:
                return parse_capture(self.derived.capture).html
            case EditedField.SOURCE:
                return Source.objects.get(pk=self.derived.source_id).name
            case EditedField.PUBLISHED_AT:
                return f"{self.derived.published_at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
        return str(_as_form(self.derived)[field])


def _as_form(shown: Shown) -> dict[str, Any]:
    return {
        "title": shown.title,
        "source": shown.source_id,
        "author": shown.author,
        "tags": TAG_SEPARATOR.join(shown.tags),
        "language": shown.language,
        "kind": shown.kind,
        "published_at": shown.published_at.astimezone(dt.UTC).replace(microsecond=0),
    }


def values_of(article: Article) -> ArticleValues:
    """Return the values of ``article`` (two queries, once for each row that was read)."""
    known: ArticleValues | None = article.__dict__.get("_admin_values")
    if known is None:
        captures = article.captures.select_related("hidden_by").defer("front_matter")
        edits = article.edits.filter(active=True).select_related("editor")
        known = ArticleValues(
            article, sorted(captures, key=order_key), {edit.field: edit for edit in edits}
        )
        article.__dict__["_admin_values"] = known
    return known
