"""A person's values on top of what is derived; each change is one durable transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from articles.content.html.cleaning.sanitizer import clean_html
from articles.content.post_file.parsing import NAME_LIMIT, TITLE_LIMIT, Kind
from articles.content.text.excerpts import cut
from articles.content.text.normalization import one_line
from articles.deriving.article_aggregate import Held
from articles.deriving.image_placements import pictures_in
from articles.deriving.unit_of_work import Workbench
from articles.models import Article, ArticleEdit, EditedField, Image
from articles.publishing.conflict_retry import again_when_met

Value = str | int | list[str] | None


class EditError(ValueError):
    """A value that an article cannot take; the message says why and what it takes."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes something, and why."""

    user: User | None
    reason: str = ""


def normalised(field: str, value: Value) -> Value:
    """Return ``value`` as an edit of ``field`` stores it: cleaned HTML, one-line text, ISO dates.

    Raises :class:`EditError` when the field cannot take it.
    """
    match field:
        case EditedField.TITLE:
            return cut(one_line(str(value or "")), TITLE_LIMIT)
        case EditedField.HTML:
            cleaned = clean_html(str(value or ""))
            if cleaned.flattened:
                raise EditError(f"the text cannot be cleaned as it stands ({cleaned.flattened[0]})")
            return _known_pictures_only(cleaned.html)
        case EditedField.AUTHOR:
            return cut(one_line(str(value or "")), NAME_LIMIT) or None
        case EditedField.SOURCE:
            return int(str(value))
        case EditedField.TAGS:
            names = value if isinstance(value, list) else []
            unique = {line.casefold(): line for line in map(one_line, reversed(names)) if line}
            return [cut(name, NAME_LIMIT) for name in reversed(unique.values())]
        case EditedField.LANGUAGE:
            return one_line(str(value or ""))
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
            return moment.astimezone(dt.UTC).isoformat()
    raise EditError(f"{field!r} cannot be edited")


def _known_pictures_only(html: str) -> str:
    codes = {code for code, _, _ in pictures_in(html)}
    unknown = codes - set(Image.objects.filter(code__in=codes).values_list("code", flat=True))
    if unknown:
        raise EditError(
            f"the text shows /i/{min(unknown)}, which is no picture of the archive; "
            "take it out, or use the address of one that is listed"
        )
    return html


@again_when_met
def set_fields(article: Article, values: Mapping[str, Value], editor: Editor) -> None:
    """Put an editor's ``values`` (by :class:`EditedField`) over what is derived.

    A field that already shows its value is left alone. Raises :class:`EditError` for a value that
    a field cannot take; then nothing is changed.
    """
    wanted = {field: normalised(field, value) for field, value in values.items()}
    with transaction.atomic():
        bench, held = _hold(article)
        now = {field: current(held, field) for field in wanted}
        for field, value in wanted.items():
            if value != now[field]:
                _replace(held, field, value, editor, bench.now)
        _finish(bench, held, article)


@again_when_met
def revert_fields(article: Article, fields: Iterable[str], editor: Editor) -> None:
    """Take the editors' values of ``fields`` away, so that the derived ones show again."""
    with transaction.atomic():
        bench, held = _hold(article)
        for edit in held.edits:
            if edit.field in fields:
                edit.active = False
                edit.save(update_fields=["active"])
                held.rewrite_body |= edit.field == EditedField.HTML
        held.edits = [edit for edit in held.edits if edit.active]
        _finish(bench, held, article)


@again_when_met
def mark_reviewed(article: Article) -> None:
    """Take the flag off an article whose new version an editor has looked at."""
    with transaction.atomic():
        bench, held = _hold(article)
        held.article.needs_review = False
        _finish(bench, held, article)


def current(held: Held, field: str) -> Value:
    """Return the value that a settled article shows in ``field``."""
    shown = held.shown
    match field:
        case EditedField.HTML:
            return held.body()[0]
        case EditedField.SOURCE:
            return shown.source_id
        case EditedField.AUTHOR:
            return shown.author or None
        case EditedField.TAGS:
            return list(shown.tags)
        case EditedField.PUBLISHED_AT:
            return shown.published_at.astimezone(dt.UTC).isoformat()
    value: str = getattr(shown, field)
    return value


def _hold(article: Article) -> tuple[Workbench, Held]:
    bench = Workbench(settings.ARCHIVE_TIME_ZONE, dt.datetime.now(dt.UTC))
    bench.load([article.pk])
    held = bench.held.get(article.pk)
    if held is None:
        raise EditError("the article was erased meanwhile")
    bench.settle(held)
    return bench, held


def _replace(held: Held, field: str, value: Value, editor: Editor, now: dt.datetime) -> None:
    ArticleEdit.objects.filter(article=held.article, field=field, active=True).update(active=False)
    edit = ArticleEdit.objects.create(
        article=held.article,
        field=field,
        value=value,
        base_capture=held.article.current_capture,
        editor=editor.user,
        reason=editor.reason,
        created_at=now,
    )
    held.edits = [each for each in held.edits if each.field != field] + [edit]
    held.rewrite_body |= field == EditedField.HTML


def _finish(bench: Workbench, held: Held, article: Article) -> None:
    """Write what has changed; the caller's ``article`` shows it."""
    bench.settle(held)
    bench.write()
    article.refresh_from_db()
