"""Edits of an article's fields, on top of the derived values. Each call is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.html.editor_markup import (
    build_paragraphs,
    describe_removals,
    remove_empty_elements,
)
from articles.content.html.html_to_text import html_to_text
from articles.content.post_file.errors import PostError
from articles.content.post_file.parsing import NAME_LIMIT, TITLE_LIMIT, Kind
from articles.content.post_file.publication_date import PublicationTime, has_not_come
from articles.content.post_file.size_limits import check_body, check_text
from articles.content.text.excerpts import truncate
from articles.content.text.normalization import normalize_line
from articles.content.text.stream_safe_text import to_stream_safe_markup
from articles.deriving.article_aggregate import ArticleAggregate
from articles.deriving.image_placements import find_placements
from articles.deriving.unit_of_work import UnitOfWork
from articles.models import Article, ArticleEdit, EditedField, Image
from articles.publishing.conflict_retry import retry_on_conflict

FIRST_YEAR = 1600  # the first newspapers
MAX_YEARS_AHEAD = 10

EditValue = str | int | list[str] | None


class EditError(ValueError):
    """A change that an article does not allow; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes something, and why."""

    user: User | None
    reason: str = ""


def normalize_value(field: str, value: EditValue) -> EditValue:
    """Return ``value`` as an edit of ``field`` stores it: clean HTML, one-line text, ISO dates.

    Raises :class:`EditError` when it is not valid for the field.
    """
    match field:
        case EditedField.TITLE:
            return truncate(normalize_line(str(value or "")), TITLE_LIMIT)
        case EditedField.HTML:
            return _require_known_images(clean_editor_html(str(value or "")).html)
        case EditedField.AUTHOR:
            return truncate(normalize_line(str(value or "")), NAME_LIMIT) or None
        case EditedField.SOURCE:
            return int(str(value))
        case EditedField.TAGS:
            names = value if isinstance(value, list) else []
            unique = {
                line.casefold(): line for line in map(normalize_line, reversed(names)) if line
            }
            return [truncate(name, NAME_LIMIT) for name in reversed(unique.values())]
        case EditedField.LANGUAGE:
            return normalize_line(str(value or ""))
        case EditedField.KIND:
            try:
                return Kind(str(value)).value
            except ValueError as error:
                raise EditError(f"{value!r} is no kind of article") from error
        case EditedField.PUBLISHED_AT:
            try:
                moment = dt.datetime.fromisoformat(str(value))
            except ValueError as error:
                raise EditError(f"{value!r} is no date and time; write it in ISO 8601") from error
            if moment.tzinfo is None:
                raise EditError(f"{value!r} has no time zone; add one, such as +00:00")
            _check_year(moment)
            return moment.astimezone(dt.UTC).isoformat()
    raise EditError(f"{field!r} cannot be edited")


@dataclass(frozen=True, slots=True)
class EditorHtml:
    """An editor's text as it is stored; ``removals`` says in words what cleaning took out."""

    html: str
    removals: tuple[str, ...]


def clean_editor_html(markup: str) -> EditorHtml:
    """Return the text that an editor typed or pasted, with paragraphs and cleaned.

    Raises :class:`EditError` for a text that is too long or cannot be cleaned.
    """
    markup = build_paragraphs(to_stream_safe_markup(markup))
    try:
        check_body(markup)
        cleaned = clean_html(markup)
        check_text(html_to_text(cleaned.html))
    except PostError as error:
        raise EditError(f"{error.what}; no story is that long") from error
    if cleaned.flattened:
        raise EditError(f"the text cannot be cleaned as it stands ({cleaned.flattened[0]})")
    html = remove_empty_elements(cleaned.html)
    return EditorHtml(html, tuple(describe_removals(markup, html)))


def _check_year(moment: dt.datetime) -> None:
    last = dt.datetime.now(dt.UTC).year + MAX_YEARS_AHEAD
    if not FIRST_YEAR <= moment.year <= last:
        raise EditError(
            f"the year {moment.year} cannot be right: no news is older than {FIRST_YEAR} or comes "
            f"after {last}"
        )


def describe_future(moment: dt.datetime) -> str:
    """Return why an article of this moment, which has not come, cannot be public."""
    return f"its date, {moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC, is in the future"


def _require_known_images(html: str) -> str:
    """Return ``html``; raise :class:`EditError` when it shows a picture that does not exist."""
    codes = {code for code, _, _ in find_placements(html)}
    unknown = codes - set(Image.objects.filter(code__in=codes).values_list("code", flat=True))
    if unknown:
        raise EditError(
            f"the text shows /i/{min(unknown)}, which is no picture of the archive; "
            "take it out, or use the address of one that is listed"
        )
    return html


@retry_on_conflict
def set_fields(article: Article, values: Mapping[str, EditValue], editor: Editor) -> None:
    """Set an editor's ``values`` (keyed by :class:`EditedField`) over the derived ones.

    A field that already shows its value gets no edit. Raises :class:`EditError` for a value that
    is not valid for its field, and for a public article with a date in the future; then nothing
    is changed.
    """
    new_values = {field: normalize_value(field, value) for field, value in values.items()}
    with transaction.atomic():
        unit, aggregate = _load(article)
        old_values = {field: current_value(aggregate, field) for field in new_values}
        for field, value in new_values.items():
            if value != old_values[field]:
                _replace_edit(aggregate, field, value, editor, unit.now)
        _save(unit, aggregate, article)
        if EditedField.PUBLISHED_AT in new_values:
            check_public_date(article, article.publication_time)


@retry_on_conflict
def revert_fields(article: Article, fields: Iterable[str], editor: Editor) -> None:
    """Deactivate the edits of ``fields``, so that the derived values show again.

    Raises :class:`EditError` where that would give a public article a date in the future.
    """
    reverted = set(fields)
    with transaction.atomic():
        unit, aggregate = _load(article)
        for edit in aggregate.edits:
            if edit.field in reverted:
                edit.active = False
                edit.save(update_fields=["active"])
                aggregate.force_body_write |= edit.field == EditedField.HTML
        aggregate.edits = [edit for edit in aggregate.edits if edit.active]
        _save(unit, aggregate, article)
        if EditedField.PUBLISHED_AT in reverted:
            check_public_date(article, article.publication_time)


def check_public_date(article: Article, published: PublicationTime) -> None:
    """Raise :class:`EditError` if ``article`` is public and ``published`` has not come."""
    if article.is_public and has_not_come(published, dt.datetime.now(dt.UTC)):
        raise EditError(
            f"{describe_future(published.value)}, and readers would see it at once; send the story "
            "to review first, and publish it when its time has come"
        )


@retry_on_conflict
def mark_reviewed(article: Article) -> None:
    """Clear ``needs_review`` of an article whose new version an editor has looked at."""
    with transaction.atomic():
        unit, aggregate = _load(article)
        aggregate.article.needs_review = False
        _save(unit, aggregate, article)


def current_value(aggregate: ArticleAggregate, field: str) -> EditValue:
    """Return the value that a recomputed aggregate shows in ``field``."""
    effective = aggregate.effective
    match field:
        case EditedField.HTML:
            return aggregate.body()[0]
        case EditedField.SOURCE:
            return effective.source_id
        case EditedField.AUTHOR:
            return effective.author or None
        case EditedField.TAGS:
            return list(effective.tags)
        case EditedField.PUBLISHED_AT:
            return effective.published_at.astimezone(dt.UTC).isoformat()
    value: str = getattr(effective, field)
    return value


def _load(article: Article) -> tuple[UnitOfWork, ArticleAggregate]:
    unit = UnitOfWork(settings.ARCHIVE_TIME_ZONE, dt.datetime.now(dt.UTC))
    unit.load([article.pk])
    aggregate = unit.aggregates.get(article.pk)
    if aggregate is None:
        raise EditError("the article was erased meanwhile")
    unit.recompute(aggregate)
    return unit, aggregate


def _replace_edit(
    aggregate: ArticleAggregate, field: str, value: EditValue, editor: Editor, now: dt.datetime
) -> None:
    ArticleEdit.objects.filter(article=aggregate.article, field=field, active=True).update(
        active=False
    )
    edit = ArticleEdit.objects.create(
        article=aggregate.article,
        field=field,
        value=value,
        base_capture=aggregate.article.current_capture,
        editor=editor.user,
        reason=editor.reason,
        created_at=now,
    )
    aggregate.edits = [each for each in aggregate.edits if each.field != field] + [edit]
    aggregate.force_body_write |= field == EditedField.HTML


def _save(unit: UnitOfWork, aggregate: ArticleAggregate, article: Article) -> None:
    """Recompute, write what has changed, and refresh the caller's ``article``."""
    unit.recompute(aggregate)
    unit.write()
    article.refresh_from_db()
