"""Finding an article by its address, also by one that it no longer has."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponsePermanentRedirect
from django.utils.translation import gettext as _

from articles.http.public_visibility import NotHereError, erased, seen_by_public
from articles.models import Article, ErasedPath, Redirect


def date_of(year: int, month: int = 1, day: int = 1) -> dt.date:
    """Return the date; raises NotHereError when the calendar does not have it."""
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise NotHereError(_("The calendar has no such day.")) from error


def moved_from(path: str) -> HttpResponsePermanentRedirect:
    """Return the redirect from a path that was an article's address.

    Raises like :func:`seen_by_public`, GoneError for the path of an erased article, and
    NotHereError for a path that never was one.
    """
    row = Redirect.objects.select_related("article").filter(path=path).first()
    if row is not None:
        return redirect_to(row.article)
    former = ErasedPath.objects.select_related("mark").filter(pk=ErasedPath.hash_of(path)).first()
    if former is not None:
        raise erased(former.mark)
    raise NotHereError(_("The archive has no story at this address."))


def redirect_to(article: Article) -> HttpResponsePermanentRedirect:
    """Return the redirect to an article's address; raises like :func:`seen_by_public`."""
    return HttpResponsePermanentRedirect(seen_by_public(article).get_absolute_url())
