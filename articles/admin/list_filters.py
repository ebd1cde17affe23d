"""What a list can be narrowed by. Each of them is served by an index or looks at a stretch only."""

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

_LANGUAGES = ("zh-Hans", "zh-Hant", "zh", "en", "ja", "ko")  # those that an import can tell


#: What waits for an editor. ``needs_review=True`` would become a bare column in SQL, for which
#: SQLite does not use an index.
TO_REVIEW = Q(needs_review__in=[True])


class Choice(admin.SimpleListFilter):
    """A filter for one value of one column."""

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the chosen value."""
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.column: value})


class StateFilter(Choice):
    """Public, in review or withdrawn."""

    title = "state"
    parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return State.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows in the chosen state."""
        value = self.value()
        if value is None or not _by_review(request):
            return super().queryset(request, queryset)
        rows: QuerySet[Any] = queryset.alias(_state=Coalesce("state", Value("")))
        return rows.filter(_state=value)


def _by_review(request: HttpRequest) -> bool:
    """Tell whether the list walks the short index of what waits for an editor.

    Another condition must then not look as if its own index, a far longer one, could serve it.
    """
    return request.GET.get(ReviewFilter.parameter_name) == "1"


class ReviewFilter(admin.SimpleListFilter):
    """What an editor has yet to look at."""

    title = "needs review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the one choice."""
        return [("1", "to be reviewed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that need review."""
        return queryset.filter(TO_REVIEW) if self.value() == "1" else queryset


class KindFilter(Choice):
    """Story, video, gallery or stub."""

    title = "kind"
    parameter_name = column = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the kinds."""
        return [(kind.value, kind.value) for kind in Kind]


class LanguageFilter(Choice):
    """The language; those that outlets have are among the choices."""

    title = "language"
    parameter_name = column = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the languages that an article can well have."""
        of_outlets = Source.objects.order_by().values_list("language", flat=True).distinct()
        named = sorted({*_LANGUAGES, *of_outlets} - {""})
        return [*((name, name) for name in named), ("", "not known")]


class _KeyFilter(admin.SimpleListFilter):
    """A filter for the key of another row."""

    column = ""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that belong to the chosen one."""
        value = self.value()
        if not value:
            return queryset
        try:
            key = int(value)
        except ValueError as error:
            raise IncorrectLookupParameters from error
        if not _by_review(request):
            return queryset.filter(**{self.column: key})
        rows: QuerySet[Any] = queryset.alias(_key=Coalesce(self.column, Value(0)))
        return rows.filter(_key=key)


class SourceFilter(_KeyFilter):
    """The outlet, from a menu: a column of links would be longer than the list."""

    title = "outlet"
    parameter_name = "source"
    column = "source_id"
    template = "admin/articles/menu_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return all outlets."""
        rows = Source.objects.order_by("name").values_list("pk", "name")
        return [(str(pk), name) for pk, name in rows]

    def has_output(self) -> bool:
        """Be there without outlets, too: what the address asks for has to be checked."""
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the menu's choices, and with the first the parameters to be kept."""
        others = {k: v for k, v in changelist.params.items() if k != self.parameter_name}
        yield {"selected": not self.value(), "value": "", "display": "All", "others": others}
        for value, display in self.lookup_choices:
            yield {"selected": self.value() == value, "value": value, "display": display}


class RunFilter(_KeyFilter):
    """The import run; the page of a run leads here."""

    title = "import run"
    parameter_name = "run"
    column = "run_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the chosen run: the others stand in their own list."""
        chosen = request.GET.get(self.parameter_name, "")
        return [(chosen, f"run {chosen}")] if chosen else []


class OpenFilter(admin.SimpleListFilter):
    """Files that no run could read yet, or those that one could read after all."""

    title = "standing"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the two."""
        return [("1", "open"), ("0", "resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the open ones or the resolved ones."""
        if self.value() in {"0", "1"}:
            return queryset.filter(resolved_at__isnull=self.value() == "1")
        return queryset


class RunStateFilter(Choice):
    """How runs ended."""

    title = parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return RunState.choices


class HeldFilter(Choice):
    """Pictures that are here, or of which only the address is known."""

    title = "held"
    parameter_name = column = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Return the states."""
        return ImageState.choices
