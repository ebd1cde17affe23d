"""Changelists that stay fast on a million rows: keyset pagination, no counts, no offsets.

A page continues where the previous one ended, by a cursor in ``?p=``. Filters that no index serves
(part of a name, a kind) scan a limited number of rows per page, and the page shows how far it has
scanned. Rows that are in the search index are searched there.
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

from articles.access.client_address import client_address
from articles.access.throttling.rate_limits import consume, too_many_requests
from articles.admin.base.typed_bases import ModelAdmin

SCAN_LIMIT = 20_000  # rows that one page scans at most: some 50 ms

Position = tuple[Any, ...]


class Keyset:
    """The order of a list: one or two fields, the last one unique, all in one direction."""

    def __init__(self, model: type[Model], order: tuple[str, ...]) -> None:
        self.order = order
        self.descending = order[0].startswith("-")
        self.names = [name.removeprefix("-") for name in order]
        fields = (model._meta.get_field(name) for name in self.names)
        self._fields = [field for field in fields if isinstance(field, Field)]

    def position(self, row: Any) -> Position:
        """Return the values of ``row`` in the ordering fields."""
        return tuple(getattr(row, name) for name in self.names)

    def after(self, position: Position) -> Q:
        """Return the condition for the rows after ``position``."""
        beyond, back = ("lt", "gte") if self.descending else ("gt", "lte")
        if len(position) == 1:
            return Q((f"{self.names[0]}__{beyond}", position[0]))
        # Not as an OR: the database would not use the index.
        same = Q((self.names[0], position[0]), (f"{self.names[1]}__{back}", position[1]))
        return Q((f"{self.names[0]}__{beyond}e", position[0])) & ~same

    def up_to(self, position: Position) -> Q:
        """Return the condition for the rows before ``position``, and for ``position`` itself."""
        before, beyond = ("gte", "lt") if self.descending else ("lte", "gt")
        if len(position) == 1:
            return Q((f"{self.names[0]}__{before}", position[0]))
        same = Q((self.names[0], position[0]), (f"{self.names[1]}__{beyond}", position[1]))
        return Q((f"{self.names[0]}__{before}", position[0])) & ~same

    def encode_cursor(self, position: Position) -> str:
        """Return ``position`` as a cursor for a query string: base64 of JSON."""
        return base64.urlsafe_b64encode(json.dumps([str(v) for v in position]).encode()).decode()

    def decode_cursor(self, cursor: str) -> Position:
        """Return the position in a cursor; raises :class:`ValueError` when it is malformed."""
        try:
            values = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            pairs = zip(self._fields, values, strict=True)
            return tuple(field.to_python(str(value)) for field, value in pairs)
        except (binascii.Error, TypeError, ValidationError) as error:
            raise ValueError(f"{cursor!r} is not a cursor of this list") from error


class KeysetChangeList(ChangeList):
    """One page of a :class:`KeysetAdmin`'s list.

    ``next_page_link`` is empty at the end of the list. ``scanned_to`` is the first ordering value
    of the last scanned row when the scan limit ended the page, else None. ``notes`` are sentences
    on how the search query was understood.
    """

    model_admin: KeysetAdmin
    exact_keys: Sequence[Any] = ()  # of the rows that the query names
    hits: Sequence[Any] | None = None  # of the search index: the page and one more row
    notes: Sequence[str] = ()
    first_page_link = ""
    next_page_link = ""
    scanned_to: Any = None

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        """Return all rows of the list, or those that match the search query.

        With the search index, these are the rows of the page only: an action on selected rows must
        not reach others.
        """
        query, model_admin = self.query, self.model_admin
        self.exact_keys = model_admin.find_exact(query.strip()) if query else ()
        is_indexed = bool(query.strip()) and not self.exact_keys and model_admin.has_search_index
        self.query = "" if self.exact_keys or is_indexed else query
        rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        self.query = query
        rows = model_admin.for_changelist(rows)
        if is_indexed:
            start, limit = self._start(request), self.list_per_page
            self.hits, self.notes = model_admin.search_index(
                query, rows, self._filters, start, limit + 1
            )
            return rows.filter(pk__in=[row.pk for row in self.hits])
        return rows.filter(pk__in=self.exact_keys) if self.exact_keys else rows

    def get_results(self, request: HttpRequest) -> None:
        """Read one page, and find the cursor of the next one."""
        keyset = Keyset(self.model, self.model_admin.order)
        start, limit = self._start(request), self.list_per_page
        rows, scan_end = (self.hits, None) if self.hits is not None else self._scan(keyset, start)
        end = keyset.position(rows[limit - 1]) if len(rows) > limit else scan_end
        if end:
            self.next_page_link = self.get_query_string({PAGE_VAR: keyset.encode_cursor(end)})
        if scan_end and end == scan_end:
            self.scanned_to = scan_end[0]
        self.first_page_link = self.get_query_string() if start else ""
        self._set_results(request, list(rows[:limit]))

    @property
    def _filters(self) -> dict[str, str]:
        return {name: values[-1] for name, values in self.filter_params.items()}

    def _start(self, request: HttpRequest) -> Position | None:
        """Return the position after which the page begins; None for the first page."""
        cursor = request.GET.get(PAGE_VAR, "")
        keyset = Keyset(self.model, self.model_admin.order)
        try:
            return keyset.decode_cursor(cursor) if cursor else None
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def _scan(
        self, keyset: Keyset, start: Position | None
    ) -> tuple[Sequence[Any], Position | None]:
        """Return a page and one more row, and where the scan limit ended the scan, if it did."""
        scans = [Q()] if self.exact_keys else self.model_admin.index_scans(self._filters)
        if start:
            scans = [scan & keyset.after(start) for scan in scans]
        scan_end = None
        if not self.exact_keys and self.model_admin.has_unindexed_filters(self._filters):
            scan_end = self._scan_end(keyset, scans)
        within = keyset.up_to(scan_end) if scan_end else Q()
        parts = [self._rows(keyset, scan & within)[: self.list_per_page + 1] for scan in scans]
        rows = list(chain(*parts))
        if len(parts) > 1:
            rows.sort(key=keyset.position, reverse=keyset.descending)
        return rows, scan_end

    def _rows(self, keyset: Keyset, condition: Q) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.queryset.filter(condition)
        return rows.order_by(*keyset.order)

    def _scan_end(self, keyset: Keyset, scans: list[Q]) -> Position | None:
        """Return the position at the scan limit; None when the list ends before it."""
        last = self.model_admin.scan_limit - 1
        ends = [
            position
            for scan in scans
            for position in self.root_queryset.filter(scan)
            .order_by(*keyset.order)
            .values_list(*keyset.names)[last : last + 1]
        ]
        return (max if keyset.descending else min)(ends) if ends else None

    def _set_results(self, request: HttpRequest, rows: list[Any]) -> None:
        """Set the attributes that Django's changelist templates read."""
        self.result_list = rows
        self.result_count = len(rows)
        self.full_result_count = len(rows)  # the table is never counted
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.paginator = Paginator(rows, self.list_per_page)


class KeysetAdmin(ModelAdmin):
    """An admin with a keyset-paginated list, in one fixed ``order`` that has an index."""

    order: tuple[str, ...] = ("-id",)
    scan_limit = SCAN_LIMIT
    has_search_index = False  # the rows are in the search index: search_index() finds them
    sortable_by = ()
    list_per_page = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list; searches are rate limited per IP address, as they read many rows."""
        wait = consume("SEARCH_RATE", client_address(request)) if "q" in request.GET else 0
        if wait:
            return too_many_requests(request, wait)
        return super().changelist_view(request, extra_context)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the fixed order of the list."""
        return self.order

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the changelist class with keyset pagination."""
        return KeysetChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow only the filters of ``list_filter``: other lookups could scan the whole table."""
        return lookup in {getattr(item, "parameter_name", None) for item in self.list_filter}

    def for_changelist(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows with the columns that the list shows."""
        return rows

    def find_exact(self, query: str) -> Sequence[Any]:
        """Return the keys of the rows that the query names exactly, by code or URL."""
        return ()

    def search_index(
        self,
        query: str,
        rows: QuerySet[Any],
        filters: Mapping[str, str],
        after: Position | None,
        limit: int,
    ) -> tuple[Sequence[Any], Sequence[str]]:
        """Return at most ``limit`` of ``rows`` that match, after a position, and notes to show."""
        return (), ()

    def index_scans(self, filters: Mapping[str, str]) -> list[Q]:
        """Return disjoint conditions, each one range scan of an index, that cover ``filters``."""
        return [Q()]

    def has_unindexed_filters(self, filters: Mapping[str, str]) -> bool:
        """Return whether ``filters`` has conditions, or a search, that the scans do not serve."""
        return bool(filters)
