"""Audit the stored HTML: clean every body again with either cleaner and tell what would change."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from articles.content.html.cleaning.sanitizer import bleach_cleaned, nh3_cleaned
from articles.content.html.cleaning.strict_check import first_fault
from articles.models import ArticleBody, ArticleEdit, EditedField
from articles.verification.archive_checks import Finding

_ROWS_AT_ONCE = 200
_CONTEXT = 30  # characters shown on either side of the first difference
_LINES = 64  # blocks that bleach sees at a time: its time grows with the square of their number


def bodies() -> Iterator[tuple[str, str]]:
    """Yield where each stored body is, and its HTML: what is shown, and every editor's value."""
    shown = ArticleBody.objects.order_by("pk").values_list("article__code", "html")
    edits = (
        ArticleEdit.objects.filter(field=EditedField.HTML)
        .order_by("pk")
        .values_list("article__code", "pk", "value")
    )
    return chain(
        ((f"/a/{code}/", html) for code, html in shown.iterator(chunk_size=_ROWS_AT_ONCE)),
        (
            (f"/a/{code}/, edit {pk}", str(value or ""))
            for code, pk, value in edits.iterator(chunk_size=_ROWS_AT_ONCE)
        ),
    )


def audit(where: str, html: str) -> Iterator[Finding]:
    """Yield what the strict check, nh3 and bleach have to say against a body."""
    if fault := first_fault(html):
        yield Finding("strict check", where, str(fault), fixable=False)
    for name, again in (("nh3", nh3_cleaned(html)), ("bleach", _bleached(html))):
        if again != html:
            yield Finding(f"{name} would change it", where, _first_difference(html, again), False)


def _bleached(html: str) -> str:
    """Return what bleach makes of ``html``, some lines at a time where that changes nothing."""
    lines = html.split("\n")
    parts = ("\n".join(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES))
    if all(bleach_cleaned(part) == part for part in parts if part):
        return html  # each part stands for itself, or bleach would have closed what is open
    return bleach_cleaned(html)


def _first_difference(old: str, new: str) -> str:
    """Return where two strings part, with some of both around it."""
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), -1)
    at = min(len(old), len(new)) if at < 0 else at
    around = slice(max(0, at - _CONTEXT), at + _CONTEXT)
    return f"character {at}: {old[around]!r} would be {new[around]!r}"
