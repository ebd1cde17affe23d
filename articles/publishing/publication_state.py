"""Publish, review, withdraw an article; hide a version. Imports and rebuilds never change this."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction

from articles.content.post_file.publication_date import has_not_come
from articles.deriving.unit_of_work import UnitOfWork
from articles.models import Article, Capture, State
from articles.publishing.conflict_retry import retry_on_conflict
from articles.publishing.editing import EditError, Editor, describe_future


def publish(article: Article) -> None:
    """Let readers see an article, for the first time or again.

    Raises :class:`EditError` for an article whose date has not come.
    """
    _set_state(article, State.PUBLISHED, "")


def send_to_review(article: Article) -> None:
    """Remove an article from the site until an editor publishes it."""
    _set_state(article, State.REVIEW, "")


def withdraw(article: Article, reason: str) -> None:
    """Withdraw an article: its URL responds with 410, ``reason`` and the date.

    Raises :class:`EditError` without a reason.
    """
    if not reason.strip():
        raise EditError("a withdrawal needs a reason; readers will see it")
    _set_state(article, State.WITHDRAWN, reason.strip())


@retry_on_conflict
def _set_state(article: Article, state: State, reason: str) -> None:
    with transaction.atomic():
        unit = _load(article)
        row = unit.aggregates[article.pk].article
        if state == State.PUBLISHED and has_not_come(row.publication_time, unit.now):
            raise EditError(describe_future(row.published_at))
        if (row.state, row.state_reason) != (state, reason):
            row.state, row.state_reason, row.state_changed_at = state, reason, unit.now
        _save(unit, article)


def reason_to_leave_out(article: Article, state: State, *, include_withdrawn: bool) -> str:
    """Return why a change of many articles to ``state`` leaves this one out; "" to change it.

    A withdrawal is lifted only where that is asked for, since its reason may be a court's.
    """
    if article.state == state:
        return {
            State.PUBLISHED: "public already",
            State.REVIEW: "in review already",
            State.WITHDRAWN: f"withdrawn already: {article.state_reason}",
        }[state]
    if article.state == State.WITHDRAWN and not include_withdrawn:
        return f"withdrawn: {article.state_reason}"
    if state == State.PUBLISHED and has_not_come(article.publication_time, dt.datetime.now(dt.UTC)):
        return describe_future(article.published_at)
    return ""


def hide_version(capture: Capture, editor: Editor) -> None:
    """Hide one capture and its copies from readers; its version number stays.

    When it is the current one, the article shows another version afterwards.
    Raises :class:`EditError` without a reason, or when no version would be left to show.
    """
    if not editor.reason.strip():
        raise EditError("hiding a version needs a reason")
    _set_hidden(capture, hidden=True, editor=editor)


def show_version(capture: Capture, editor: Editor) -> None:
    """Let readers see a hidden capture again."""
    _set_hidden(capture, hidden=False, editor=editor)


@retry_on_conflict
def _set_hidden(capture: Capture, *, hidden: bool, editor: Editor) -> None:
    with transaction.atomic():
        unit = _load(capture.article)
        aggregate = unit.aggregates[capture.article_id]
        row = next(each for each in aggregate.captures if each.pk == capture.pk)
        # Copies with the same text are hidden with it: a reader sees versions, not copies.
        copies = [each for each in aggregate.captures if each.has_same_text_as(row)]
        for each in copies:
            each.hidden = hidden
            each.hidden_reason = editor.reason.strip() if hidden else ""
            each.hidden_by_id = editor.user.pk if hidden and editor.user else None
        if all(each.hidden for each in aggregate.captures):
            raise EditError("no version would be left to show; withdraw the article instead")
        for each in copies:
            each.save(update_fields=["hidden", "hidden_reason", "hidden_by"])
        _save(unit, capture.article)
        capture.refresh_from_db()


def _load(article: Article) -> UnitOfWork:
    unit = UnitOfWork(settings.ARCHIVE_TIME_ZONE, dt.datetime.now(dt.UTC))
    unit.load([article.pk])
    if article.pk not in unit.aggregates:
        raise EditError("the article was erased meanwhile")
    return unit


def _save(unit: UnitOfWork, article: Article) -> None:
    unit.recompute(unit.aggregates[article.pk])
    unit.write()
    article.refresh_from_db()
