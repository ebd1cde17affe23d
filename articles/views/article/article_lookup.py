"""Lookup of an article by its path, including former paths."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponsePermanentRedirect
from django.utils.translation import gettext as _

from articles.http.public_visibility import NotFoundError, erased_error, require_public
from articles.models import Article, ErasedPath, Redirect


def date_or_404(year: int, month: int = 1, day: int = 1) -> dt.date:
    """Return the date; raises NotFoundError if it does not exist."""
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise NotFoundError(_("The calendar has no such day.")) from error


def redirect_from_former_path(path: str) -> HttpResponsePermanentRedirect:
    """Return the redirect from a former path of an article.

    Raises like :func:`require_public`, GoneError for the path of an erased article, and
    NotFoundError for a path that never was an article's.
    """
    row = Redirect.objects.select_related("article").filter(path=path).first()
    if row is not None:
        return redirect_to_article(row.article)
    former = ErasedPath.objects.select_related("mark").filter(pk=ErasedPath.hash_path(path)).first()
    if former is not None:
        raise erased_error(former.mark)
    raise NotFoundError(_("The archive has no story at this address."))


def redirect_to_article(article: Article) -> HttpResponsePermanentRedirect:
    """Return the redirect to an article; raises like :func:`require_public`."""
    return HttpResponsePermanentRedirect(require_public(article).get_absolute_url())
