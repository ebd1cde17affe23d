"""Steps for the articles that were ticked in the list. All of them are done, or none."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from articles.admin.article.actions import PLAIN_STEPS
from articles.admin.base.action_pages import Question, ReasonForm, ask
from articles.admin.base.csv_export import CsvRow, list_action
from articles.admin.base.typed_bases import ModelAdmin
from articles.models import Article
from articles.publishing import publication_state


@admin.action(permissions=["change"], description="Publish")
def publish_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    """Publish the ticked articles."""
    _plain("publish", model_admin, request, rows)


@admin.action(permissions=["change"], description="Send to review")
def review_selected(model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]) -> None:
    """Take the ticked articles off the site until they are published."""
    _plain("review", model_admin, request, rows)


@admin.action(permissions=["change"], description="Mark as reviewed")
def reviewed_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    """Take the mark off the ticked articles."""
    _plain("reviewed", model_admin, request, rows)


@admin.action(permissions=["change"], description="Withdraw…")
def withdraw_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    """Ask for the reason, then withdraw the ticked articles."""
    articles = _ticked(request, rows)
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]

        def step(article: Article) -> None:
            publication_state.withdraw(article, reason)

        _each(step, f"Withdrew: {reason}", model_admin, request, articles)
        return None
    question = Question(
        f"Withdraw {len(articles)} articles" if len(articles) != 1 else "Withdraw one article",
        "Their addresses answer “410 Gone” from now on and show readers the reason that you give "
        "here: " + "; ".join(str(article) for article in articles),
        "Withdraw",
        dangerous=True,
        hidden=(
            ("action", "withdraw_selected"),
            *((ACTION_CHECKBOX_NAME, str(article.pk)) for article in articles),
        ),
    )
    return ask(request, model_admin, question, form)


def _row(article: Article) -> list[object]:
    address = settings.SITE_URL + article.get_absolute_url()
    day, flags = article.day.isoformat(), ", ".join(article.flags)
    versions = article.version_count
    return [article.code, article.title, article.source.name, day, article.state, versions,
            flags, address]  # fmt: skip


save_selected = list_action(
    "articles",
    CsvRow(("code", "title", "outlet", "day", "state", "versions", "flags", "address"), _row),
)


def _plain(
    name: str, model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    step, words = PLAIN_STEPS[name]
    _each(step, words, model_admin, request, _ticked(request, rows))


def _each(
    step: Callable[[Article], None],
    words: str,
    model_admin: ModelAdmin,
    request: HttpRequest,
    articles: list[Article],
) -> None:
    with transaction.atomic():
        for article in articles:
            step(article)
            model_admin.log_change(request, article, words)
    count = f"{len(articles)} article{'' if len(articles) == 1 else 's'}"
    model_admin.message_user(request, f"{words} ({count})", messages.SUCCESS)


def _ticked(request: HttpRequest, rows: QuerySet[Article]) -> list[Article]:
    """Return what was ticked: a page at most, whatever else the request asks for."""
    keys = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if key.isdecimal()]
    return list(rows.filter(pk__in=keys)[: len(keys)])
