"""The public log of withdrawn and erased stories, without any of their content."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.http.pagination import latest_page
from articles.models import Article, BlockedIdentity, Source, State
from articles.views.public_pages import public_page


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawn or erased story. ``source`` is None for outlets without public stories."""

    code: str
    since: dt.datetime
    reason: str
    is_erased: bool
    source: Source | None = None


@public_page
def withdrawals(request: HttpRequest) -> HttpResponse:
    """Return the withdrawn and erased stories, latest first, without titles and URLs.

    Stories that were withdrawn before they were ever public are not listed.
    """
    withdrawn = Article.objects.filter(state=State.WITHDRAWN, first_public_at__isnull=False)
    withdrawn = withdrawn.select_related("source")
    withdrawn = withdrawn.only(
        "code", "state_reason", "state_changed_at", "source__name", "source__slug",
        "source__language", "source__story_count",
    )  # fmt: skip
    erased = BlockedIdentity.objects.only("code", "reason", "blocked_at")
    page = latest_page(request, (withdrawn, "state_changed_at"), (erased, "blocked_at"))
    context = {"page": page, "entries": [_to_withdrawal(row) for row in page.rows]}
    return render(request, "pages/lists/withdrawals.html", context)


def _to_withdrawal(row: Article | BlockedIdentity) -> Withdrawal:
    if isinstance(row, BlockedIdentity):
        return Withdrawal(row.code, row.blocked_at, row.reason, is_erased=True)
    if row.state_changed_at is None:
        raise ValueError(f"{row.code} has no date of withdrawal")
    source = row.source if row.source.story_count else None
    return Withdrawal(row.code, row.state_changed_at, row.state_reason, False, source)
