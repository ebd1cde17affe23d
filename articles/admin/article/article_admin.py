"""Articles: the list that editors work through, and the page of one article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html

from articles.admin.article import actions, bulk_actions, preview
from articles.admin.article.form import GuardedArticleForm
from articles.admin.article.form_values import values_of
from articles.admin.article.panels import panels_of
from articles.admin.article.search import articles_of, keys_of
from articles.admin.base.action_pages import object_page, person
from articles.admin.base.read_only import KeptAdmin
from articles.admin.list_filters import (
    TO_REVIEW,
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
class ArticleAdmin(KeptAdmin):
    """Articles come from imports alone; their values change by edits, never directly."""

    order = ("-published_at", "-id")
    list_display = (
        "headline", "outlet", "iso_day", "state", "versions", "flag_words",
    )  # fmt: skip
    list_select_related = ("source",)
    list_filter = (StateFilter, ReviewFilter, SourceFilter, KindFilter, LanguageFilter)
    has_index = True
    search_fields = ("title",)  # for the box to be there; the index is asked
    search_help_text = _html_lazy(
        '<span><a href="{}">As readers search</a>, in every state; or a code, an address.</span>',
        reverse_lazy("search_help"),
    )
    actions = (
        bulk_actions.publish_selected,
        bulk_actions.review_selected,
        bulk_actions.reviewed_selected,
        bulk_actions.withdraw_selected,
        bulk_actions.save_selected,
    )
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
        """Return the day in its shortest form: the columns are many."""
        return article.day.isoformat()

    @admin.display(description="vers.")
    def versions(self, article: Article) -> int:
        """Return how many versions there are."""
        return article.version_count

    @admin.display(description="flags")
    def flag_words(self, article: Article) -> str:
        """Return what an editor should look at."""
        words = ", ".join(article.flags)
        if not article.needs_review:
            return words
        return format_html('<strong class="state-review">needs review</strong> {}', words)

    # The list

    def for_list(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with what a list shows, and nothing that it does not."""
        return rows.only(
            "title", "code", "language", "day", "state", "version_count", "flags", "needs_review",
            "published_at", "source__name",
        )  # fmt: skip

    def find(self, words: str) -> list[int]:
        """Return the article that ``words`` name by code or address."""
        return keys_of(words)

    def search(
        self,
        words: str,
        rows: QuerySet[Any],
        chosen: Mapping[str, str],
        after: tuple[Any, ...] | None,
        limit: int,
    ) -> tuple[Sequence[Any], Sequence[str]]:
        """Return articles that the archive's search finds, and what it took the words for."""
        return articles_of(words, rows, chosen, after, limit)

    def walks(self, chosen: Mapping[str, str]) -> list[Q]:
        """Return the walk along the index that serves most of what is chosen."""
        if chosen.get("review") == "1":
            return [TO_REVIEW]
        state, source = chosen.get("state"), chosen.get("source")
        if source:
            # The index has the state between outlet and time: one walk for each state.
            states = [state] if state else State.values
            return [Q(source_id=int(source), state=each) for each in states]
        return [Q(state=state)] if state else [Q()]

    def is_sieved(self, chosen: Mapping[str, str]) -> bool:
        """Tell whether something is chosen that the walk does not serve."""
        two = chosen.get("review") == "1" and (chosen.get("source") or chosen.get("state"))
        return bool({"kind", "language"} & chosen.keys() or two)

    # The page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Return the articles without what is in other tables."""
        return Article.objects.all()

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Article | None:
        """Return the article with what its page shows."""
        rows = Article.objects.select_related("source", "author", "body", "current_capture")
        return rows.filter(pk=object_id).first() if object_id.isdecimal() else None

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[GuardedArticleForm]:
        """Return the form; it has fields of its own and none of the table's."""
        return GuardedArticleForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields, each with its way back below it; a reader without rights sees none."""
        if obj is None or not self.has_change_permission(request, obj):
            return [(None, {"fields": ["headline", "outlet", "day", "state"]})]
        edits = values_of(obj).edits
        rows = [[name, f"back_{name}"] if name in edits else [name] for name in _FIELDS]
        fields = [name for row in rows for name in row]
        return [(None, {"fields": [*fields, "reason", "base"]})]

    def save_form(self, request: HttpRequest, form: BaseModelForm[Any], change: bool) -> Article:
        """Return the row as it is; :meth:`save_model` has it changed."""
        article: Article = form.instance
        return article

    def save_model(
        self, request: HttpRequest, obj: Model, form: BaseModelForm[Any], change: bool
    ) -> None:
        """Record what the editor changed as edits over what was imported."""
        assert isinstance(obj, Article)
        assert isinstance(form, GuardedArticleForm)
        editor = editing.Editor(person(request), form.cleaned_data["reason"])
        if form.reverted:
            editing.revert_fields(obj, form.reverted, editor)
        if form.changes:
            editing.set_fields(obj, form.changes, editor)
        obj.refresh_from_db()

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: tags are an edit like the others."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Return what goes into the log: the fields, and why."""
        assert isinstance(form, GuardedArticleForm)
        parts = []
        if form.changes:
            parts.append(f"Changed {_labels(form.changes)}.")
        if form.reverted:
            parts.append(f"Went back to the imported {_labels(form.reverted)}.")
        return " ".join([*parts, form.cleaned_data["reason"]]).strip() or "Changed nothing."

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Return the page, with the article's origin and history below the form."""
        article = context["original"]
        context |= panels_of(article, can_change=self.has_change_permission(request, article))
        context["may_erase"] = actions.may_erase(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def view_on_site(self, obj: Model) -> str:
        """Return the public address; the template shows it for a public article only."""
        assert isinstance(obj, Article)
        return obj.get_absolute_url()

    def get_urls(self) -> list[URLPattern]:
        """Return Django's pages and those of the steps."""
        own = [
            path(f"<int:object_id>/{route}", object_page(self, view(self), needs), name=name)
            for route, view, needs, name in (*actions.PAGES, *preview.PAGES)
        ]
        return [*own, *super().get_urls()]


def _labels(fields: Mapping[str, Any] | Sequence[str]) -> str:
    return ", ".join(str(EditedField(field).label).lower() for field in fields)
