"""CSV without formula injection. Every CSV file of the archive is written here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse

from articles.content.text.stream_safe_text import normalize_unicode
from articles.http.security_headers import DOWNLOAD_CSP

#: Characters with which a formula starts in a spreadsheet.
_FORMULA_STARTS = tuple("=+-@\t\r\n\0")
#: Characters that a spreadsheet skips before it looks for a formula.
_IGNORED_PREFIX = " \"'\u00a0\u3000\u200b\ufeff"
_START = 100  # characters that are looked at


def escape_formula(value: object) -> object:
    """Return ``value`` as a safe cell: text that starts like a formula gets a leading quote.

    Numbers stay numbers, also negative ones.

    Compatibility forms of these characters count as well, such as ＝ and ﹢ (NFKC).

    >>> escape_formula("=1+1"), escape_formula("-5"), escape_formula(-5), escape_formula("﹢1")
    ("'=1+1", "'-5", -5, "'﹢1")
    """
    if isinstance(value, int | float):
        return value
    text = "" if value is None else str(value)
    text = text.replace("\0", "")
    start = normalize_unicode("NFKC", text[:_START])
    for candidate in (text, start, text.lstrip(_IGNORED_PREFIX)[:1], start.lstrip(_IGNORED_PREFIX)):
        if candidate.startswith(_FORMULA_STARTS):
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
