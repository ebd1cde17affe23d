"""Lists that answer at once on a million rows: no counting, no offset, one walk along an index.

A page goes on where the one before it ended, by a cursor in ``?p=``. Conditions that no index
serves (words of a name, a kind) look through a stretch of the list at a time, and the page says
how far it has looked. Where the search index has the rows, it gives the page.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from articles.access.client_address import address_of
from articles.access.throttling.rate_limits import seconds_to_wait, too_many
from articles.admin.base.typed_bases import ModelAdmin

STRETCH = 20_000  # rows that a page looks through at most: some 50 ms

Position = tuple[Any, ...]


class Keyset:
    """The order of a list: one or two fields, the last unique, all of one direction."""

    def __init__(self, model: type[Model], order: tuple[str, ...]) -> None:
        self.order = order
        self.descending = order[0].startswith("-")
        self.names = [name.removeprefix("-") for name in order]
        fields = (model._meta.get_field(name) for name in self.names)
        self._fields = [field for field in fields if isinstance(field, Field)]

    def position(self, row: Any) -> Position:
        """Return the place of ``row`` in the order."""
        return tuple(getattr(row, name) for name in self.names)

    def after(self, place: Position) -> Q:
        """Return the condition for what comes behind ``place``."""
        beyond, back = ("lt", "gte") if self.descending else ("gt", "lte")
        if len(place) == 1:
            return Q((f"{self.names[0]}__{beyond}", place[0]))
        # Not as an OR: that costs the index.
        same = Q((self.names[0], place[0]), (f"{self.names[1]}__{back}", place[1]))
        return Q((f"{self.names[0]}__{beyond}e", place[0])) & ~same

    def up_to(self, place: Position) -> Q:
        """Return the condition for what comes before ``place``, and for ``place``."""
        before, beyond = ("gte", "lt") if self.descending else ("lte", "gt")
        if len(place) == 1:
            return Q((f"{self.names[0]}__{before}", place[0]))
        same = Q((self.names[0], place[0]), (f"{self.names[1]}__{beyond}", place[1]))
        return Q((f"{self.names[0]}__{before}", place[0])) & ~same

    def cursor(self, place: Position) -> str:
        """Return ``place`` as it stands in an address."""
        return base64.urlsafe_b64encode(json.dumps([str(v) for v in place]).encode()).decode()

    def place(self, cursor: str) -> Position:
        """Return the place that a cursor names; raises :class:`ValueError` when it names none."""
        try:
            values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            pairs = zip(self._fields, values, strict=True)
            return tuple(field.to_python(str(value)) for field, value in pairs)
        except (binascii.Error, TypeError, ValidationError) as error:
            raise ValueError(f"{cursor!r} is no place in this list") from error


class KeysetChangeList(ChangeList):
    """One page of a :class:`KeysetAdmin`'s list.

    ``older_link`` leads to the next page, empty at the end of the list. ``looked_to`` is where
    the search stopped when the page did not come full, else None. ``notes`` are sentences on how
    the words were read.
    """

    model_admin: KeysetAdmin
    found: Sequence[Any] = ()  # the keys that the words name
    hits: Sequence[Any] | None = None  # the page, and a row more, that the search index gives
    notes: Sequence[str] = ()
    newest_link = ""
    older_link = ""
    looked_to: Any = None

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Return all rows of the list; with words, those that they name, or that hold them.

        Of hits of the search index, these are the rows of the page: nothing that is done to
        chosen rows may reach others.
        """
        words, model_admin = self.query, self.model_admin
        self.found = model_admin.find(words.strip()) if words else ()
        is_indexed = bool(words.strip()) and not self.found and model_admin.has_index
        self.query = "" if self.found or is_indexed else words
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        self.query = words
        rows = model_admin.for_list(rows)
        if is_indexed:
            start, limit = self._start(request), self.list_per_page
            self.hits, self.notes = model_admin.search(words, rows, self._chosen, start, limit + 1)
            return rows.filter(pk__in=[row.pk for row in self.hits])
        return rows.filter(pk__in=self.found) if self.found else rows

    def get_results(self, request: HttpRequest) -> None:
        """Read one page, and where the next one begins."""
        keyset = Keyset(self.model, self.model_admin.order)
        start, limit = self._start(request), self.list_per_page
        rows, edge = (self.hits, None) if self.hits is not None else self._walked(keyset, start)
        end = keyset.position(rows[limit - 1]) if len(rows) > limit else edge
        if end:
            self.older_link = self.get_query_string({PAGE_VAR: keyset.cursor(end)})
        if edge and end == edge:
            self.looked_to = edge[0]
        self.newest_link = self.get_query_string() if start else ""
        self._show(request, list(rows[:limit]))

    @property
    def _chosen(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self.filter_params.items()}

    def _start(self, request: HttpRequest) -> Position | None:
        """Return the place behind which the page begins."""
        cursor = request.GET.get(PAGE_VAR, "")
        try:
            return Keyset(self.model, self.model_admin.order).place(cursor) if cursor else None
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def _walked(
        self, keyset: Keyset, start: Position | None
    ) -> tuple[Sequence[Any], Position | None]:
        """Return a page and a row more, and where the walk stopped to look, if it did."""
        walks = [Q()] if self.found else self.model_admin.walks(self._chosen)
        if start:
            walks = [walk & keyset.after(start) for walk in walks]
        edge = None
        if not self.found and self.model_admin.is_sieved(self._chosen):
            edge = self._edge(keyset, walks)
        within = keyset.up_to(edge) if edge else Q()
        parts = [self._rows(keyset, walk & within)[: self.list_per_page + 1] for walk in walks]
        rows = list(chain(*parts))
        if len(parts) > 1:
            rows.sort(key=keyset.position, reverse=keyset.descending)
        return rows, edge

    def _rows(self, keyset: Keyset, condition: Q) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.queryset.filter(condition)
        return rows.order_by(*keyset.order)

    def _edge(self, keyset: Keyset, walks: list[Q]) -> Position | None:
        """Return where to stop looking; None when the end of the list comes first."""
        last = self.model_admin.stretch - 1
        ends = [
            place
            for walk in walks
            for place in self.root_queryset.filter(walk)
            .order_by(*keyset.order)
            .values_list(*keyset.names)[last : last + 1]
        ]
        return (max if keyset.descending else min)(ends) if ends else None

    def _show(self, request: HttpRequest, rows: list[Any]) -> None:
        """Set what Django's own templates ask a list for."""
        self.result_list = rows
        self.result_count = len(rows)
        self.full_result_count = len(rows)  # the number beside the search would mean a page
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.paginator = Paginator(rows, self.list_per_page)


class KeysetAdmin(ModelAdmin):
    """An admin whose list is paged by keyset, in one fixed ``order`` that has an index."""

    order: tuple[str, ...] = ("-id",)
    stretch = STRETCH
    has_index = False  # the search index has these rows: search() answers
    sortable_by = ()
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list; a search reads many rows, so an address may make only so many."""
        wait = seconds_to_wait("SEARCH_RATE", address_of(request)) if "q" in request.GET else 0
        if wait:
            return too_many(request, wait)
        return super().changelist_view(request, extra_context)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the order of the list, also where Django asks for it."""
        return self.order

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the class of the list's page."""
        return KeysetChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the filters beside the list only: any other condition could scan the table."""
        return lookup in {getattr(item, "parameter_name", None) for item in self.list_filter}

    def for_list(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the columns that the list shows."""
        return rows

    def find(self, words: str) -> Sequence[Any]:
        """Return the keys of the rows that a search names exactly, by code or address."""
        return ()

    def search(
        self,
        words: str,
        rows: QuerySet[Any],
        chosen: Mapping[str, str],
        after: Position | None,
        limit: int,
    ) -> tuple[Sequence[Any], Sequence[str]]:
        """Return those of ``rows`` that the index finds behind a place, and notes on the words."""
        return (), ()

    def walks(self, chosen: Mapping[str, str]) -> list[Q]:
        """Return conditions that an index serves, disjoint, for the ``chosen`` filters."""
        return [Q()]

    def is_sieved(self, chosen: Mapping[str, str]) -> bool:
        """Tell whether more is chosen (or searched for) than the index of the walks serves."""
        return bool(chosen)
