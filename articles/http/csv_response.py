"""CSV that no spreadsheet takes for formulas. Every CSV of the archive is written here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from articles.http.security_headers import FILE_POLICY

#: What a spreadsheet takes for the beginning of a formula, also in full width.
_FORMULA = tuple("=+-@＝＋－＠\t\r\n\0")
#: What a spreadsheet passes over before it looks.
_PASSED_OVER = " \"'\u00a0\u3000\u200b\ufeff"


def defused(value: object) -> object:
    """Return ``value`` as it may stand in a cell: text that begins like a formula gets a quote.

    Numbers stay numbers, also those below zero.

    >>> defused("=1+1"), defused("-5"), defused(-5)
    ("'=1+1", "'-5", -5)
    """
    if isinstance(value, int | float):
        return value
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    if text.startswith(_FORMULA) or text.lstrip(_PASSED_OVER).startswith(_FORMULA):
        return "'" + text
    return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file (RFC 4180) that holds ``rows``, each cell defused."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([defused(value) for value in row])
        yield line.getvalue()


def csv_response(name: str, rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Return ``rows`` as a file ``name.csv`` to be saved; ``name`` is ours, of plain letters."""
    # Without the mark at its beginning, Excel takes UTF-8 for something else.
    lines = (line.encode() for part in (["\ufeff"], csv_lines(rows)) for line in part)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Content-Security-Policy"] = FILE_POLICY
    return response
