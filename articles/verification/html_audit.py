"""Audit the stored HTML: clean every body again with both sanitizers and report differences."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from articles.content.html.cleaning.sanitizer import clean_with_bleach, clean_with_nh3
from articles.content.html.cleaning.strict_check import first_fault
from articles.models import ArticleBody, ArticleEdit, EditedField
from articles.verification.archive_checks import Finding

_ROWS_AT_ONCE = 200
_CONTEXT = 30  # characters shown on either side of the first difference
_LINES = 64  # blocks in one call of bleach, whose time grows with the square of their number


def stored_bodies() -> Iterator[tuple[str, str]]:
    """Yield the URL path and the HTML of each stored body, and of each editor's value."""
    current = ArticleBody.objects.order_by("pk").values_list("article__code", "html")
    edits = (
        ArticleEdit.objects.filter(field=EditedField.HTML)
        .order_by("pk")
        .values_list("article__code", "pk", "value")
    )
    return chain(
        ((f"/a/{code}/", html) for code, html in current.iterator(chunk_size=_ROWS_AT_ONCE)),
        (
            (f"/a/{code}/, edit {pk}", str(value or ""))
            for code, pk, value in edits.iterator(chunk_size=_ROWS_AT_ONCE)
        ),
    )


def audit_html(location: str, html: str) -> Iterator[Finding]:
    """Yield what the strict check rejects, and what nh3 or bleach would change, in a body."""
    if fault := first_fault(html):
        yield Finding("strict check", location, str(fault), is_fixable=False)
    for name, cleaned in (("nh3", clean_with_nh3(html)), ("bleach", _clean_with_bleach(html))):
        if cleaned != html:
            yield Finding(
                f"{name} would change it",
                location,
                _first_difference(html, cleaned),
                is_fixable=False,
            )


def _clean_with_bleach(html: str) -> str:
    """Return ``html`` cleaned with bleach: in chunks of lines first, for speed."""
    lines = html.split("\n")
    chunks = ("\n".join(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES))
    if all(clean_with_bleach(chunk) == chunk for chunk in chunks if chunk):
        return html  # each chunk is complete: bleach would have closed an open element
    return clean_with_bleach(html)


def _first_difference(old: str, new: str) -> str:
    """Return the position of the first difference, with the text around it in both strings."""
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), -1)
    at = min(len(old), len(new)) if at < 0 else at
    context = slice(max(0, at - _CONTEXT), at + _CONTEXT)
    return f"character {at}: {old[context]!r} would be {new[context]!r}"
