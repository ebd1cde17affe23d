"""An admin action that exports the selected rows as CSV; it needs the view permission."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from articles.access.security_log import log_event
from articles.admin.base.typed_bases import ModelAdmin
from articles.http.csv_response import csv_response


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """The header of a CSV file, and a function that returns the cells of one row."""

    columns: Sequence[str]
    cells: Callable[[Any], Sequence[object]]


def csv_export_action(name: str, row: CsvColumns) -> Callable[..., StreamingHttpResponse]:
    """Return the action that exports the selected rows as ``name.csv``."""

    @admin.action(permissions=["view"], description="Save as CSV")
    def save_selected(
        model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Any]
    ) -> StreamingHttpResponse:
        """Return the CSV file, streamed; log the export."""
        log_event(request, "Export: %s, %s.csv", request.user.get_username(), name)
        return csv_response(name, chain([row.columns], map(row.cells, rows)))

    return save_selected
