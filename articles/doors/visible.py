"""What the public may know of an article, and how it is told that something is not here.

Pages and the API ask here alike, so that none of them shows what another one hides.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import Http404

from articles.models import Article, BlockedIdentity, State


class NotHereError(Http404):
    """There is nothing to show the public; the message is a sentence for the reader."""


class GoneError(Exception):
    """It was here and was taken away for good: answered with 410."""

    def __init__(self, what: str, reason: str = "", since: dt.datetime | None = None) -> None:
        super().__init__(what)
        self.what, self.reason, self.since = what, reason, since


def by_code(articles: QuerySet[Article], code: str) -> Article:
    """Return the public article with this code.

    Raises GoneError for one that was withdrawn or erased, NotHereError for any other.
    """
    article = articles.filter(code=code).first()
    if article is not None:
        return seen_by_public(article)
    blocked = BlockedIdentity.objects.filter(code=code).first()
    if blocked is not None:
        raise erased(blocked)
    raise NotHereError("The archive has no story with this code.")


def seen_by_public(article: Article) -> Article:
    """Return ``article`` if readers may see it.

    Raises GoneError when it was withdrawn and NotHereError when it is in review.
    """
    if article.state == State.WITHDRAWN:
        raise GoneError(
            "This story was withdrawn from the archive.",
            article.state_reason,
            article.state_changed_at,
        )
    if not article.is_public:
        raise NotHereError("The archive shows no story at this address.")
    return article


def erased(mark: BlockedIdentity) -> GoneError:
    """Return what is told of an article that was erased."""
    return GoneError("This story was erased from the archive.", mark.reason, mark.blocked_at)
