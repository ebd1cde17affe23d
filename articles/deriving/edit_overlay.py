"""The effective values of an article: derived from its captures, overlaid with edits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from articles.content.html.html_to_text import html_to_text
from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence, PublicationTime, calendar_day
from articles.content.text.date_parsing import Precision
from articles.content.text.excerpts import make_excerpt
from articles.deriving.capture_order import (
    earliest_publication,
    pick_current_capture,
    version_numbers,
)
from articles.models import Article, ArticleEdit, Capture, EditedField, TagReason


@dataclass(frozen=True, slots=True)
class EffectiveValues:
    """The values of an article that follow from its captures and edits.

    ``author`` is a name, ``tags`` are names. ``edited_html`` is an editor's text that replaces the
    text of the current capture.
    """

    capture: Capture
    title: str
    excerpt: str
    source_id: int
    author: str
    tags: tuple[str, ...]
    tag_reason: TagReason
    kind: str
    language: str
    published_at: dt.datetime
    published_precision: str
    published_evidence: str
    captured_at: dt.datetime | None
    character_count: int
    picture_count: int
    version_count: int
    flags: tuple[str, ...]
    edited_html: str | None

    @property
    def publication_time(self) -> PublicationTime:
        """Return the publication time with its precision and its evidence."""
        return PublicationTime(
            self.published_at,
            Precision(self.published_precision),
            Evidence(self.published_evidence),
        )


def effective_values(captures: Sequence[Capture], edits: Iterable[ArticleEdit]) -> EffectiveValues:
    """Return the values of an article with these ordered captures and active edits.

    Raises :class:`ValueError` when every capture is hidden.
    """
    capture = pick_current_capture(captures)
    if capture is None:
        raise ValueError("every version is hidden; withdraw the article instead")
    published = earliest_publication(captures)
    derived = EffectiveValues(
        capture=capture,
        title=capture.title,
        excerpt=capture.excerpt,
        source_id=capture.source_id,
        author=capture.author_name,
        tags=tuple(capture.tag_names),
        tag_reason=TagReason.IMPORT,
        kind=capture.kind,
        language=capture.language,
        published_at=published.value,
        published_precision=published.precision.value,
        published_evidence=published.evidence.value,
        captured_at=capture.front_matter_at,
        character_count=capture.character_count,
        picture_count=capture.picture_count,
        version_count=sum(number is not None for number in version_numbers(captures)),
        flags=tuple(capture.flags),
        edited_html=None,
    )
    for edit in edits:
        derived = _apply_edit(derived, edit)
    return derived


def _apply_edit(values: EffectiveValues, edit: ArticleEdit) -> EffectiveValues:
    value = edit.value
    match edit.field:
        case EditedField.TITLE:
            return replace(values, title=str(value))
        case EditedField.HTML:
            html = str(value)
            text = html_to_text(html)
            return replace(
                values,
                edited_html=html,
                excerpt=make_excerpt(text),
                character_count=len(text),
                picture_count=html.count("<img "),
            )
        case EditedField.SOURCE:
            return replace(values, source_id=int(value or 0))
        case EditedField.AUTHOR:
            return replace(values, author=str(value or ""))
        case EditedField.TAGS:
            names = value if isinstance(value, list) else []
            return replace(values, tags=tuple(names), tag_reason=TagReason.EDITOR)
        case EditedField.LANGUAGE:
            return replace(values, language=str(value))
        case EditedField.KIND:
            return replace(values, kind=Kind(str(value)).value)
        case EditedField.PUBLISHED_AT:
            return replace(
                values,
                published_at=dt.datetime.fromisoformat(str(value)),
                published_precision=Precision.MINUTE.value,
                published_evidence=Evidence.EDITOR.value,
            )
    raise ValueError(f"an edit of {edit.field!r} has no meaning here")


#: The columns of Article that :func:`apply_effective_values` sets.
EFFECTIVE_FIELDS = (
    "title", "excerpt", "source_id", "kind", "language", "published_at", "published_precision",
    "published_evidence", "captured_at", "character_count", "picture_count", "version_count",
    "flags",
)  # fmt: skip


def apply_effective_values(article: Article, values: EffectiveValues, zone: str) -> dt.date:
    """Set the columns of ``article`` in EFFECTIVE_FIELDS; return the day of its URL.

    The caller sets the author, the tags, the body and the slug, which need other rows.
    """
    for name in EFFECTIVE_FIELDS:
        value = getattr(values, name)
        setattr(article, name, list(value) if name == "flags" else value)
    article.current_capture = values.capture
    return calendar_day(values.published_at, values.published_precision, zone)
