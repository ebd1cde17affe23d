"""The ticked rows of a list as a CSV file, for those who may look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse

from articles.access.security_log import note
from articles.admin.base.typed_bases import ModelAdmin
from articles.http.csv_response import csv_response


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The columns of a file, and the cells of one row."""

    columns: Sequence[str]
    cells: Callable[[Any], Sequence[object]]


def list_action(name: str, row: CsvRow) -> Callable[..., StreamingHttpResponse]:
    """Return the action that saves the ticked rows as ``name.csv``."""

    @admin.action(permissions=["view"], description="Save as CSV")
    def save_selected(
        model_admin: ModelAdmin, request: HttpRequest, rows: QuerySet[Any]
    ) -> StreamingHttpResponse:
        """Return the file."""
        note(request, "Export: %s, %s.csv", request.user.get_username(), name)
        return csv_response(name, chain([row.columns], map(row.cells, rows)))

    return save_selected
