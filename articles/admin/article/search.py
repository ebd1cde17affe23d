"""Finding articles: by what names one (its code, its addresses), or by the archive's search."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import Q, QuerySet

from articles.content.search_query import parse, say
from articles.content.urls.normalization import identity_hash, identity_of
from articles.models import Article, Redirect
from articles.searching.backend import IndexMissingError, Place, TooSlowError
from articles.searching.conditions import Condition, OneOf
from articles.searching.index_documents import microseconds
from articles.searching.search import Sort, search_among

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


def articles_of(
    words: str,
    rows: QuerySet[Article],
    chosen: Mapping[str, str],
    after: tuple[Any, ...] | None,
    limit: int,
) -> tuple[list[Article], list[str]]:
    """Return those of the ``rows`` that the archive's search finds, the newest first, and notes.

    ``chosen`` are the filters of the list, which the rows are narrowed by; the index is told those
    that it knows. ``after`` is the publication and the key behind which the page begins.
    """
    place = Place(microseconds(after[0]), after[1]) if after else None
    notes = [say(note) for note in parse(words).notes]
    try:
        with search_among(rows, words, *_known(chosen)) as hits:
            found = hits.in_time(Sort.NEWEST, place, limit)
    except TooSlowError:
        return [], [*notes, "This search took too long. Ask for rarer words, or for an outlet."]
    except IndexMissingError:
        return [], [*notes, "No search index serves the archive: run manage.py update_index."]
    return [article for _, article in found], notes


def _known(chosen: Mapping[str, str]) -> Iterator[Condition]:
    """Yield what the index knows of the filters."""
    if source := chosen.get("source"):
        yield OneOf("source", (int(source),))
    if kind := chosen.get("kind"):
        yield OneOf("kind", (kind,))
    if language := chosen.get("language"):
        yield OneOf("lang", (language.lower(),))


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
