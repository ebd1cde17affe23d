"""Finding an article by what names it: its code, its outlet's address, its address here."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import unquote, urlsplit

from django.db.models import Q

from articles.content.urls import identity_hash, identity_of
from articles.models import Article, Redirect

_CODE = re.compile(r"[0-9a-z]{8,52}")
_SHORT_ADDRESS = re.compile(r"/a/([0-9a-z]{8,52})(?:/|\Z)")
_ADDRESS = re.compile(r"/([0-9]{4})/([0-9]{2})/([0-9]{2})/([-\w]+)/?\Z")


def keys_of(words: str) -> list[int]:
    """Return the keys of the articles that ``words`` name; none when they are only words.

    Each question is answered by a unique index.
    """
    if _CODE.fullmatch(words) and (keys := _keys(Q(code=words))):
        return keys
    if not words.startswith(("http://", "https://", "/")):
        return []
    try:
        path = unquote(urlsplit(words).path)
        by_url = Q(identity_hash=identity_hash(identity_of(words)))
    except ValueError:
        path, by_url = unquote(words), Q(pk=None)
    return _keys(by_url) or _at(path)


def _at(path: str) -> list[int]:
    """Return the article whose address this path is, or was."""
    if short := _SHORT_ADDRESS.match(path):
        return _keys(Q(code=short[1]))
    if address := _ADDRESS.fullmatch(path):
        year, month, day, slug = address.groups()
        try:
            keys = _keys(Q(day=dt.date(int(year), int(month), int(day)), slug=slug))
        except ValueError:
            return []
        moved = Redirect.objects.filter(path=path.rstrip("/") + "/")
        return keys or list(moved.values_list("article_id", flat=True))
    return []


def _keys(condition: Q) -> list[int]:
    return list(Article.objects.filter(condition).order_by().values_list("pk", flat=True))
