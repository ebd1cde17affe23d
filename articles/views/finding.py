"""Finding an article by its address or code, and telling what the public may know of it."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.http import HttpResponsePermanentRedirect

from articles.models import Article, BlockedIdentity, ErasedPath, Redirect, State
from articles.views.public import GoneError, NotHereError


def date_of(year: int, month: int = 1, day: int = 1) -> dt.date:
    """Return the date; raises NotHereError when the calendar does not have it."""
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise NotHereError("The calendar has no such day.") from error


def by_code(articles: QuerySet[Article], code: str) -> Article:
    """Return the public article with this code.

    Raises GoneError for one that was withdrawn or erased, NotHereError for any other.
    """
    article = articles.filter(code=code).first()
    if article is not None:
        return seen_by_public(article)
    blocked = BlockedIdentity.objects.filter(code=code).first()
    if blocked is not None:
        raise _erased(blocked)
    raise NotHereError("The archive has no story with this code.")


def _erased(mark: BlockedIdentity) -> GoneError:
    return GoneError("This story was erased from the archive.", mark.reason, mark.blocked_at)


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


def moved_from(path: str) -> HttpResponsePermanentRedirect:
    """Return the redirect from a path that was an article's address.

    Raises like :func:`seen_by_public`, GoneError for the path of an erased article, and
    NotHereError for a path that never was one.
    """
    row = Redirect.objects.select_related("article").filter(path=path).first()
    if row is not None:
        return redirect_to(row.article)
    erased = ErasedPath.objects.select_related("mark").filter(pk=ErasedPath.hash_of(path)).first()
    if erased is not None:
        raise _erased(erased.mark)
    raise NotHereError("The archive has no story at this address.")


def redirect_to(article: Article) -> HttpResponsePermanentRedirect:
    """Return the redirect to an article's address; raises like :func:`seen_by_public`."""
    return HttpResponsePermanentRedirect(seen_by_public(article).get_absolute_url())
