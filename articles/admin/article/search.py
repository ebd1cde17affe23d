"""Finding articles in the admin: by code or URL, or with the archive's search."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.db.models import Q, QuerySet

from articles.content.search_query import format_note, parse
from articles.content.urls.normalization import identity_hash, normalize_url
from articles.models import Article, Redirect
from articles.searching.backend import IndexMissingError, Position, SearchTimeoutError
from articles.searching.conditions import Condition, OneOf
from articles.searching.index_documents import epoch_microseconds
from articles.searching.search import Sort, search_among

_CODE = re.compile(r"[0-9a-z]{8,52}")
_SHORT_PATH = re.compile(r"/a/([0-9a-z]{8,52})(?:/|\Z)")
_DATED_PATH = re.compile(r"/([0-9]{4})/([0-9]{2})/([0-9]{2})/([-\w]+)/?\Z")


def find_article_keys(query: str) -> list[int]:
    """Return the keys of the articles whose code, original URL or archive URL is ``query``.

    Empty when there is none. Each lookup uses a unique index.
    """
    if _CODE.fullmatch(query) and (keys := _article_keys(Q(code=query))):
        return keys
    if not query.startswith(("http://", "https://", "/")):
        return []
    try:
        path = unquote(urlsplit(query).path)
        by_url = Q(identity_hash=identity_hash(normalize_url(query)))
    except ValueError:
        path, by_url = unquote(query), Q(pk=None)
    return _article_keys(by_url) or _find_by_path(path)


def search_articles(
    query: str,
    rows: QuerySet[Article],
    filters: Mapping[str, str],
    after: tuple[Any, ...] | None,
    limit: int,
) -> tuple[list[Article], list[str]]:
    """Return at most ``limit`` of ``rows`` that the search finds, newest first, and notes to show.

    ``rows`` are already filtered by ``filters``, the filters of the list; the index also gets those
    that it supports. ``after`` is the publication time and key after which the page begins.
    """
    position = Position(epoch_microseconds(after[0]), after[1]) if after else None
    notes = [format_note(note) for note in parse(query).notes]
    try:
        with search_among(rows, query, *_index_conditions(filters)) as hits:
            found = hits.find_hits(Sort.NEWEST, position, limit)
    except SearchTimeoutError:
        return [], [
            *notes,
            "This search took too long. Search for rarer words, or choose an outlet.",
        ]
    except IndexMissingError:
        return [], [*notes, "The archive has no search index. Run manage.py update_index."]
    return [article for _, article in found], notes


def _index_conditions(filters: Mapping[str, str]) -> Iterator[Condition]:
    """Yield the conditions of the filters that the index supports."""
    if source := filters.get("source"):
        yield OneOf("source", (int(source),))
    if kind := filters.get("kind"):
        yield OneOf("kind", (kind,))
    if language := filters.get("language"):
        yield OneOf("lang", (language.lower(),))


def _find_by_path(path: str) -> list[int]:
    """Return the keys of the article whose current or former path this is."""
    if short := _SHORT_PATH.match(path):
        return _article_keys(Q(code=short[1]))
    if dated := _DATED_PATH.fullmatch(path):
        year, month, day, slug = dated.groups()
        try:
            keys = _article_keys(Q(day=dt.date(int(year), int(month), int(day)), slug=slug))
        except ValueError:
            return []
        moved = Redirect.objects.filter(path=path.rstrip("/") + "/")
        return keys or list(moved.values_list("article_id", flat=True))
    return []


def _article_keys(condition: Q) -> list[int]:
    return list(Article.objects.filter(condition).order_by().values_list("pk", flat=True))
