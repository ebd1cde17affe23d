"""Actions on the articles selected in the list, in one transaction: on all of them or none.

A change of state goes through a page that lists what will change, and what is left out and why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from articles.admin.article.object_actions import SIMPLE_ACTIONS
from articles.admin.base.confirmation_pages import ConfirmationPage, ReasonForm, render_confirmation
from articles.admin.base.csv_export import CsvColumns, csv_export_action
from articles.admin.base.typed_bases import ModelAdmin
from articles.models import Article, State
from articles.publishing import publication_state

_CONFIRMED = "confirmed"  # the field that the page posts


class IncludeWithdrawnForm(forms.Form):
    """The choice to lift withdrawals as well."""

    include_withdrawn = forms.BooleanField(
        required=False, label="Also bring back the withdrawn stories among them"
    )


@dataclass(frozen=True, slots=True)
class _StateChange:
    """A change of the selected articles to ``state``; ``text`` tells what it means for readers."""

    action: str
    state: State
    verb: str
    text: str
    form: type[forms.Form]
    dangerous: bool = False


_PUBLISH = _StateChange(
    "publish_selected", State.PUBLISHED, "Publish",
    "Readers see these stories from now on. What needs review stays marked.", IncludeWithdrawnForm,
)  # fmt: skip
_REVIEW = _StateChange(
    "review_selected", State.REVIEW, "Send to review",
    "Readers do not see these stories until somebody publishes them.", IncludeWithdrawnForm,
)  # fmt: skip
_WITHDRAW = _StateChange(
    "withdraw_selected", State.WITHDRAWN, "Withdraw",
    "From now on their URLs return “410 Gone” and show readers the reason that you enter here.",
    ReasonForm, dangerous=True,
)  # fmt: skip


@admin.action(permissions=["publish"], description="Publish…")
def publish_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    """Ask, then publish the selected articles."""
    return _change_state(_PUBLISH, model_admin, request, rows)


@admin.action(permissions=["publish"], description="Send to review…")
def review_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    """Ask, then remove the selected articles from the site until they are published."""
    return _change_state(_REVIEW, model_admin, request, rows)


@admin.action(permissions=["change"], description="Mark as reviewed")
def reviewed_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    """Clear ``needs_review`` of the selected articles."""
    action = SIMPLE_ACTIONS["reviewed"]
    articles = _selected_articles(request, rows.filter(needs_review=True))
    _run(action.run, action.message, model_admin, request, articles)


@admin.action(permissions=["withdraw"], description="Withdraw…")
def withdraw_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    """Ask for the reason, then withdraw the selected articles."""
    return _change_state(_WITHDRAW, model_admin, request, rows)


def _csv_cells(article: Article) -> list[object]:
    url = settings.SITE_URL + article.get_absolute_url()
    day, flags = article.day.isoformat(), ", ".join(article.flags)
    versions = article.version_count
    return [article.code, article.title, article.source.name, day, article.state, versions,
            flags, url]  # fmt: skip


save_selected = csv_export_action(
    "articles",
    CsvColumns(
        ("code", "title", "outlet", "day", "state", "versions", "flags", "address"), _csv_cells
    ),
)


def _change_state(
    change: _StateChange, model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    form = change.form(request.POST if _CONFIRMED in request.POST else None)
    with transaction.atomic():
        if form.is_valid():
            # In the order in which all others lock them, against deadlocks.
            rows = rows.select_for_update(of=("self",)).order_by("pk")
        articles = _selected_articles(request, rows)
        include_withdrawn = form.is_bound and bool(form.data.get("include_withdrawn"))
        reasons = [
            publication_state.reason_to_leave_out(
                article, change.state, include_withdrawn=include_withdrawn
            )
            for article in articles
        ]
        chosen = [a for a, reason in zip(articles, reasons, strict=True) if not reason]
        left_out = [(a, reason) for a, reason in zip(articles, reasons, strict=True) if reason]
        if form.is_valid():
            _run_change(change, form, model_admin, request, chosen)
            if left_out:
                text = f"Left out: {_count(left_out)}."
                model_admin.message_user(request, text, messages.WARNING)
            return None
    has_withdrawn = any(article.state == State.WITHDRAWN for article, _ in left_out)
    if change.form is IncludeWithdrawnForm and not has_withdrawn:
        form.fields.clear()
    page = ConfirmationPage(
        f"{change.verb} {_count(chosen)}",
        change.text,
        change.verb if chosen or form.fields else "",
        dangerous=change.dangerous,
        hidden=(
            ("action", change.action),
            (_CONFIRMED, "yes"),
            *((ACTION_CHECKBOX_NAME, str(article.pk)) for article in articles),
        ),
        rows=chosen,
        left_out=left_out,
    )
    return render_confirmation(request, model_admin, page, form)


def _run_change(
    change: _StateChange,
    form: forms.Form,
    model_admin: ModelAdmin,
    request: HttpRequest,
    articles: list[Article],
) -> None:
    match change.state:
        case State.WITHDRAWN:
            reason = form.cleaned_data["reason"]

            def withdraw(article: Article) -> None:
                publication_state.withdraw(article, reason)

            _run(withdraw, f"Withdrew: {reason}", model_admin, request, articles)
        case State.PUBLISHED | State.REVIEW:
            action = SIMPLE_ACTIONS["publish" if change.state == State.PUBLISHED else "review"]
            _run(action.run, action.message, model_admin, request, articles)


def _run(
    action: Callable[[Article], None],
    message: str,
    model_admin: ModelAdmin,
    request: HttpRequest,
    articles: list[Article],
) -> None:
    with transaction.atomic():
        for article in articles:
            action(article)
            model_admin.log_change(request, article, message)
    model_admin.message_user(request, f"{message} ({_count(articles)})", messages.SUCCESS)


def _count(articles: Sequence[object]) -> str:
    return "1 story" if len(articles) == 1 else f"{len(articles)} stories"


def _selected_articles(request: HttpRequest, rows: QuerySet[Article]) -> list[Article]:
    """Return the selected articles: at most a page, even when the request selects all."""
    keys = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if key.isdecimal()]
    return list(rows.filter(pk__in=keys)[: len(keys)])
