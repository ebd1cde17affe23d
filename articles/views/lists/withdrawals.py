"""The public log of what the archive has taken away, without a word of what it was."""

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
    """A story that was taken away. ``source`` is only told of an outlet that readers can see."""

    code: str
    since: dt.datetime
    reason: str
    is_erased: bool
    source: Source | None = None


@public_page
def withdrawals(request: HttpRequest) -> HttpResponse:
    """Return what was withdrawn and erased, the latest first: no title, no address of it.

    What was withdrawn before anybody saw it is nobody's business.
    """
    withdrawn = Article.objects.filter(state=State.WITHDRAWN, address_frozen=True)
    withdrawn = withdrawn.select_related("source")
    withdrawn = withdrawn.only(
        "code", "state_reason", "state_changed_at", "source__name", "source__slug",
        "source__language", "source__story_count",
    )  # fmt: skip
    erased = BlockedIdentity.objects.only("code", "reason", "blocked_at")
    page = latest_page(request, (withdrawn, "state_changed_at"), (erased, "blocked_at"))
    context = {"page": page, "entries": [_told(row) for row in page.rows]}
    return render(request, "pages/withdrawals.html", context)


def _told(row: Article | BlockedIdentity) -> Withdrawal:
    if isinstance(row, BlockedIdentity):
        return Withdrawal(row.code, row.blocked_at, row.reason, is_erased=True)
    if row.state_changed_at is None:
        raise ValueError(f"{row.code} has no place in the log")
    source = row.source if row.source.story_count else None
    return Withdrawal(row.code, row.state_changed_at, row.state_reason, False, source)
