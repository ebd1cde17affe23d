"""The article admin: the list that editors work through, and the page of one article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html

from articles.admin.article import bulk_actions, object_actions, preview
from articles.admin.article.form import GuardedArticleForm
from articles.admin.article.form_values import article_values
from articles.admin.article.panels import article_panels
from articles.admin.article.search import find_article_keys, search_articles
from articles.admin.base.confirmation_pages import current_user, object_view
from articles.admin.base.read_only import NoAddOrDeleteAdmin
from articles.admin.list_filters import (
    NEEDS_REVIEW,
    KindFilter,
    LanguageFilter,
    ReviewFilter,
    SourceFilter,
    StateFilter,
)
from articles.models import Article, EditedField, State
from articles.publishing import editing

_html_lazy = lazy(format_html, str)
_FIELDS = (
    "title", "html", "source", "author", "tags", "language", "kind", "published_at",
)  # fmt: skip


@admin.register(Article)
class ArticleAdmin(NoAddOrDeleteAdmin):
    """Articles. Only imports create them; editors' changes are stored as edits over them."""

    order = ("-published_at", "-id")
    list_display = (
        "headline", "outlet", "iso_day", "state", "versions", "flag_words",
    )  # fmt: skip
    list_select_related = ("source",)
    list_filter = (StateFilter, ReviewFilter, SourceFilter, KindFilter, LanguageFilter)
    has_search_index = True
    search_fields = ("title",)  # only to show the search box; the search index is queried
    search_help_text = _html_lazy(
        '<span><a href="{}">As readers search</a>, in every state; or a code or a URL.</span>',
        reverse_lazy("search_help"),
    )
    actions = (
        bulk_actions.publish_selected,
        bulk_actions.review_selected,
        bulk_actions.reviewed_selected,
        bulk_actions.withdraw_selected,
        bulk_actions.save_selected,
    )

    class Media:
        js = ("js/admin-unsaved-changes.js",)

    change_form_template = "admin/articles/article/change_form.html"

    @admin.display(description="title")
    def headline(self, article: Article) -> str:
        """Return the title in its language."""
        return format_html('<span lang="{}">{}</span>', article.language, str(article))

    @admin.display(description="outlet")
    def outlet(self, article: Article) -> str:
        """Return the outlet's name."""
        return article.source.name

    @admin.display(description="day")
    def iso_day(self, article: Article) -> str:
        """Return the day as YYYY-MM-DD, the shortest form for a list of many columns."""
        return article.day.isoformat()

    @admin.display(description="vers.")
    def versions(self, article: Article) -> int:
        """Return the number of versions."""
        return article.version_count

    @admin.display(description="flags")
    def flag_words(self, article: Article) -> str:
        """Return the article's flags, with "needs review" first."""
        flags = ", ".join(article.flags)
        if not article.needs_review:
            return flags
        return format_html('<strong class="state-review">needs review</strong> {}', flags)

    # Permissions beside Django's own

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user decides what is public, other than by withdrawing."""
        return request.user.has_perm("articles.publish_article")

    def has_withdraw_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may withdraw articles."""
        return request.user.has_perm("articles.withdraw_article")

    def has_hide_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may hide versions, and show them again."""
        return request.user.has_perm("articles.hide_capture")

    # The list

    def for_changelist(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the columns that the list shows, and no others."""
        return rows.only(
            "title", "code", "language", "day", "state", "state_reason", "version_count", "flags",
            "needs_review", "published_at", "source__name",
        )  # fmt: skip

    def find_exact(self, query: str) -> list[int]:
        """Return the keys of the articles that ``query`` names by code or URL."""
        return find_article_keys(query)

    def search_index(
        self,
        query: str,
        rows: QuerySet[Any],
        filters: Mapping[str, str],
        after: tuple[Any, ...] | None,
        limit: int,
    ) -> tuple[Sequence[Any], Sequence[str]]:
        """Return the articles that the archive's search finds, and notes on the query."""
        return search_articles(query, rows, filters, after, limit)

    def index_scans(self, filters: Mapping[str, str]) -> list[Q]:
        """Return the range scans of the index that serves most of ``filters``."""
        if filters.get("review") == "1":
            return [NEEDS_REVIEW]
        state, source = filters.get("state"), filters.get("source")
        if source:
            # The index has the state between outlet and time: one range scan for each state.
            states = [state] if state else State.values
            return [Q(source_id=int(source), state=each) for each in states]
        return [Q(state=state)] if state else [Q()]

    def has_unindexed_filters(self, filters: Mapping[str, str]) -> bool:
        """Return whether the range scans leave some of ``filters`` unserved."""
        review_with_others = filters.get("review") == "1" and (
            filters.get("source") or filters.get("state")
        )
        return bool({"kind", "language"} & filters.keys() or review_with_others)

    # The page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Return the articles without joins."""
        return Article.objects.all()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Article | None:
        """Return the article with the related rows that its page shows."""
        rows = Article.objects.select_related("source", "author", "body", "current_capture")
        return rows.filter(pk=object_id).first() if object_id.isdecimal() else None

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[GuardedArticleForm]:
        """Return the form; its fields are its own, not the model's."""
        return GuardedArticleForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the form fields, edited ones with a revert checkbox; a summary for viewers."""
        if obj is None or not self.has_change_permission(request, obj):
            return [(None, {"fields": ["headline", "outlet", "day", "state"]})]
        edits = article_values(obj).edits
        rows = [[name, f"back_{name}"] if name in edits else [name] for name in _FIELDS]
        fields = [name for row in rows for name in row]
        return [(None, {"fields": [*fields, "reason", "base", "told"]})]

    def save_form(self, request: HttpRequest, form: BaseModelForm[Any], change: bool) -> Article:
        """Return the unchanged row; :meth:`save_model` records the edits."""
        article: Article = form.instance
        return article

    def save_model(
        self, request: HttpRequest, obj: Model, form: BaseModelForm[Any], change: bool
    ) -> None:
        """Store the editor's changes as edits over the imported values."""
        assert isinstance(obj, Article)
        assert isinstance(form, GuardedArticleForm)
        editor = editing.Editor(current_user(request), form.cleaned_data["reason"])
        if form.reverted:
            editing.revert_fields(obj, form.reverted, editor)
        if form.changes:
            editing.set_fields(obj, form.changes, editor)
        obj.refresh_from_db()
        for foreign in form.foreign_changes:
            if foreign.field not in (*form.changes, *form.reverted):
                text = f"{foreign.label.capitalize()}: {foreign} It stays."
                self.message_user(request, text, messages.WARNING)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: tags are stored as an edit, like the other fields."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Return the log message: the changed and reverted fields, and the reason."""
        assert isinstance(form, GuardedArticleForm)
        parts = []
        if form.changes:
            parts.append(f"Changed {_labels(form.changes)}.")
        if form.reverted:
            parts.append(f"Reverted to the imported {_labels(form.reverted)}.")
        return " ".join([*parts, form.cleaned_data["reason"]]).strip()

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log what was done; saving an unchanged form is nothing."""
        return super().log_change(request, obj, message) if message else None

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Return what follows saving; a button for the state saves first, and then acts."""
        name = request.POST.get("_state", "")
        return object_actions.run_after_saving(self, request, obj, name) or super().response_change(
            request, obj
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Return the page, with the article's provenance and history below the form."""
        article = context["original"]
        context |= article_panels(article)
        context |= {
            "can_change": self.has_change_permission(request, article),
            "can_publish": self.has_publish_permission(request, article),
            "can_withdraw": self.has_withdraw_permission(request, article),
            "can_hide": self.has_hide_permission(request, article),
            "can_erase": object_actions.can_erase(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def view_on_site(self, obj: Model) -> str:
        """Return the public path; the template links to it for a public article only."""
        assert isinstance(obj, Article)
        return obj.get_absolute_url()

    def get_urls(self) -> list[URLPattern]:
        """Return Django's URLs, and those of the actions and the preview."""
        own = [
            path(f"<int:object_id>/{route}", object_view(self, view(self), permission), name=name)
            for route, view, permission, name in (*object_actions.ROUTES, *preview.ROUTES)
        ]
        return [*own, *super().get_urls()]


def _labels(fields: Mapping[str, Any] | Sequence[str]) -> str:
    return ", ".join(str(EditedField(field).label).lower() for field in fields)
