"""Actions on the articles selected in the list, in one transaction: on all of them or none."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from articles.admin.article.object_actions import ACTIONS_WITHOUT_REASON
from articles.admin.base.confirmation_pages import ConfirmationPage, ReasonForm, render_confirmation
from articles.admin.base.csv_export import CsvColumns, csv_export_action
from articles.admin.base.typed_bases import ModelAdmin
from articles.models import Article
from articles.publishing import publication_state


@admin.action(permissions=["change"], description="Publish")
def publish_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    """Publish the selected articles."""
    _run_without_reason("publish", model_admin, request, rows)


@admin.action(permissions=["change"], description="Send to review")
def review_selected(model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]) -> None:
    """Remove the selected articles from the site until they are published."""
    _run_without_reason("review", model_admin, request, rows)


@admin.action(permissions=["change"], description="Mark as reviewed")
def reviewed_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    """Clear ``needs_review`` of the selected articles."""
    _run_without_reason("reviewed", model_admin, request, rows)


@admin.action(permissions=["change"], description="Withdraw…")
def withdraw_selected(
    model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> HttpResponse | None:
    """Ask for the reason, then withdraw the selected articles."""
    articles = _selected_articles(request, rows)
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]

        def withdraw(article: Article) -> None:
            publication_state.withdraw(article, reason)

        _run(withdraw, f"Withdrew: {reason}", model_admin, request, articles)
        return None
    page = ConfirmationPage(
        f"Withdraw {len(articles)} stories" if len(articles) != 1 else "Withdraw one story",
        "From now on their URLs return “410 Gone” and show readers the reason that you enter "
        "here. The stories: " + "; ".join(str(article) for article in articles),
        "Withdraw",
        dangerous=True,
        hidden=(
            ("action", "withdraw_selected"),
            *((ACTION_CHECKBOX_NAME, str(article.pk)) for article in articles),
        ),
    )
    return render_confirmation(request, model_admin, page, form)


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


def _run_without_reason(
    name: str, model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Article]
) -> None:
    action, message = ACTIONS_WITHOUT_REASON[name]
    _run(action, message, model_admin, request, _selected_articles(request, rows))


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
    count = "1 story" if len(articles) == 1 else f"{len(articles)} stories"
    model_admin.message_user(request, f"{message} ({count})", messages.SUCCESS)


def _selected_articles(request: HttpRequest, rows: QuerySet[Article]) -> list[Article]:
    """Return the selected articles: at most a page, even when the request selects all."""
    keys = [key for key in request.POST.getlist(ACTION_CHECKBOX_NAME) if key.isdecimal()]
    return list(rows.filter(pk__in=keys)[: len(keys)])
