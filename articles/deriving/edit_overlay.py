"""What an article shows: derived from its captures, with the editors' values on top."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from articles.content.html.plain_text import plain_text
from articles.content.post_file.parsing import Kind
from articles.content.post_file.publication_date import Evidence, day_of
from articles.content.text.date_parsing import Precision
from articles.content.text.excerpts import excerpt_of
from articles.deriving.capture_order import first_published, shown_capture, version_numbers
from articles.models import Article, ArticleEdit, Capture, EditedField, TagReason


@dataclass(frozen=True, slots=True)
class Shown:
    """The values of an article that follow from captures and edits.

    ``source`` is a key, ``author`` a name, ``tags`` names. ``edited_html`` is an editor's text in
    place of the shown capture's.
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


def shown_values(captures: Sequence[Capture], edits: Iterable[ArticleEdit]) -> Shown:
    """Return what an article with these ordered captures and active edits shows.

    Raises :class:`ValueError` when every capture is hidden.
    """
    capture = shown_capture(captures)
    if capture is None:
        raise ValueError("every version is hidden; withdraw the article instead")
    published = first_published(captures)
    derived = Shown(
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
        derived = _with_edit(derived, edit)
    return derived


def _with_edit(shown: Shown, edit: ArticleEdit) -> Shown:
    value = edit.value
    match edit.field:
        case EditedField.TITLE:
            return replace(shown, title=str(value))
        case EditedField.HTML:
            html = str(value)
            text = plain_text(html)
            return replace(
                shown,
                edited_html=html,
                excerpt=excerpt_of(text),
                character_count=len(text),
                picture_count=html.count("<img "),
            )
        case EditedField.SOURCE:
            return replace(shown, source_id=int(value or 0))
        case EditedField.AUTHOR:
            return replace(shown, author=str(value or ""))
        case EditedField.TAGS:
            names = value if isinstance(value, list) else []
            return replace(shown, tags=tuple(names), tag_reason=TagReason.EDITOR)
        case EditedField.LANGUAGE:
            return replace(shown, language=str(value))
        case EditedField.KIND:
            return replace(shown, kind=Kind(str(value)).value)
        case EditedField.PUBLISHED_AT:
            return replace(
                shown,
                published_at=dt.datetime.fromisoformat(str(value)),
                published_precision=Precision.MINUTE.value,
                published_evidence=Evidence.EDITOR.value,
            )
    raise ValueError(f"an edit of {edit.field!r} has no meaning here")


#: The columns of Article that :func:`put_on` sets.
SHOWN_FIELDS = (
    "title", "excerpt", "source_id", "kind", "language", "published_at", "published_precision",
    "published_evidence", "captured_at", "character_count", "picture_count", "version_count",
    "flags",
)  # fmt: skip


def put_on(article: Article, shown: Shown, zone: str) -> dt.date:
    """Set the plain columns of ``article``; return the day on which it now belongs.

    The author, the tags, the body and the address are the caller's: they need other rows.
    """
    for name in SHOWN_FIELDS:
        value = getattr(shown, name)
        setattr(article, name, list(value) if name == "flags" else value)
    article.current_capture = shown.capture
    return day_of(shown.published_at, shown.published_precision, zone)
