"""Filters of the changelists. An index serves each, or the page scans a limited number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from articles.content.post_file.parsing import Kind
from articles.models import ImageState, RunState, Source, State

_LANGUAGES = ("zh-Hans", "zh-Hant", "zh", "en", "ja", "ko")  # those that an import detects


#: Rows that wait for an editor. ``needs_review=True`` would become a bare column in SQL, for which
#: SQLite does not use an index.
NEEDS_REVIEW = Q(needs_review__in=[True])


class ColumnFilter(admin.SimpleListFilter):
    """A filter for one value of one column."""

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the chosen value."""
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.column: value})


class StateFilter(ColumnFilter):
    """Public, in review or withdrawn."""

    title = "state"
    parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in the chosen state."""
        value = self.value()
        if value is None or not _is_review_list(request):
            return super().queryset(request, queryset)
        rows: QuerySet[Any] = queryset.alias(_state=Coalesce("state", Value("")))
        return rows.filter(_state=value)


def _is_review_list(request: HttpRequest) -> bool:
    """Return whether the list scans the short index of rows that wait for an editor.

    Other conditions must then be written so that the database does not prefer their own, far
    longer indexes.
    """
    return request.GET.get(ReviewFilter.parameter_name) == "1"


class ReviewFilter(admin.SimpleListFilter):
    """Rows that an editor has not reviewed yet."""

    title = "needs review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the one choice."""
        return [("1", "to be reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that need review."""
        return queryset.filter(NEEDS_REVIEW) if self.value() == "1" else queryset


class KindFilter(ColumnFilter):
    """Story, video, gallery or stub."""

    title = "kind"
    parameter_name = column = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the kinds."""
        return [(kind.value, kind.value) for kind in Kind]


class LanguageFilter(ColumnFilter):
    """The language; the choices include the languages of the outlets."""

    title = "language"
    parameter_name = column = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the languages that an article is likely to have."""
        of_outlets = Source.objects.order_by().values_list("language", flat=True).distinct()
        named = sorted({*_LANGUAGES, *of_outlets} - {""})
        return [*((name, name) for name in named), ("", "unknown")]


class _ForeignKeyFilter(admin.SimpleListFilter):
    """A filter by the key of a related row."""

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that refer to the chosen row."""
        value = self.value()
        if not value:
            return queryset
        try:
            key = int(value)
        except ValueError as error:
            raise IncorrectLookupParameters from error
        if not _is_review_list(request):
            return queryset.filter(**{self.column: key})
        rows: QuerySet[Any] = queryset.alias(_key=Coalesce(self.column, Value(0)))
        return rows.filter(_key=key)


class SourceFilter(_ForeignKeyFilter):
    """The outlet, as a menu: Django's column of links would be longer than the list."""

    title = "outlet"
    parameter_name = "source"
    column = "source_id"
    template = "admin/articles/menu_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return all outlets."""
        rows = Source.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows]

    def has_output(self) -> bool:
        """Return True even without outlets, so that the query parameter is always validated."""
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the menu's choices; the first one carries the other filters as hidden fields."""
        others = {k: v for k, v in changelist.params.items() if k != self.parameter_name}
        yield {"selected": not self.value(), "value": "", "display": "All", "others": others}
        for value, display in self.lookup_choices:
            yield {"selected": self.value() == value, "value": value, "display": display}


class RunFilter(_ForeignKeyFilter):
    """The import run; only the page of a run links to it."""

    title = "import run"
    parameter_name = "run"
    column = "run_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the chosen run only; the list of runs links to the others."""
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, f"run {chosen}")] if chosen else []


class IssueStatusFilter(admin.SimpleListFilter):
    """Files that no run could read yet, or those that a later run could read."""

    title = "status"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the two choices."""
        return [("1", "open"), ("0", "resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the open ones or the resolved ones."""
        if self.value() in {"0", "1"}:
            return queryset.filter(resolved_at__isnull=self.value() == "1")
        return queryset


class RunStateFilter(ColumnFilter):
    """The state of import runs."""

    title = parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return RunState.choices


class ImageStateFilter(ColumnFilter):
    """Pictures that are stored, or of which only the URL is known."""

    title = "state"
    parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return ImageState.choices
