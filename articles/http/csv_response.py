"""CSV without formula injection. Every CSV file of the archive is written here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from articles.http.security_headers import DOWNLOAD_CSP

#: Characters with which a formula starts in a spreadsheet, also in full width.
_FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n\0")
#: Characters that a spreadsheet skips before it looks for a formula.
_IGNORED_PREFIX = " \"'\u00a0\u3000\u200b\ufeff"


def escape_formula(value: object) -> object:
    """Return ``value`` as a safe cell: text that starts like a formula gets a leading quote.

    Numbers stay numbers, also negative ones.

    >>> escape_formula("=1+1"), escape_formula("-5"), escape_formula(-5)
    ("'=1+1", "'-5", -5)
    """
    if isinstance(value, int | float):
        return value
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    if text.startswith(_FORMULA_STARTS) or text.lstrip(_IGNORED_PREFIX).startswith(_FORMULA_STARTS):
        return "'" + text
    return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield ``rows`` as lines of a CSV file (RFC 4180), with formulas escaped in each cell."""
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([escape_formula(value) for value in row])
        yield line.getvalue()


def csv_response(name: str, rows: Iterable[Iterable[object]]) -> StreamingHttpResponse:
    """Return ``rows`` as a download ``name.csv``; ``name`` is trusted and plain ASCII letters."""
    # Without the byte order mark, Excel does not recognize UTF-8.
    lines = (line.encode() for part in (["\ufeff"], csv_lines(rows)) for line in part)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Content-Security-Policy"] = DOWNLOAD_CSP
    return response
