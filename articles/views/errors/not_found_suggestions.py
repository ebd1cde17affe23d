"""Stories that a reader may have looked for at an address where there is nothing."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from articles.access.client_address import address_of
from articles.access.throttling.rate_limits import seconds_to_wait
from articles.content.search_query import Node, Or, Text
from articles.content.urls.url_words import address_words
from articles.models import Article
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.search import Search, Sort, search
from articles.views.search.search_urls import search_url

logger = logging.getLogger(__name__)

_SHOWN = 5
_SECONDS = 1.0  # nobody has asked for a search, so it may take no longer
_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class NearMisses:
    """Stories with the words of an address, the address of the search that finds them all, and
    whether every one of the words is in them.

    ``is_whole`` is false where nobody could look now: what is told then is not for others.
    """

    stories: list[Article]
    address: str = ""
    has_all_words: bool = False
    is_whole: bool = True


_NONE = NearMisses([])
_UNKNOWN = NearMisses([], is_whole=False)


def near_misses(request: HttpRequest) -> NearMisses:
    """Return what may have been looked for at the address of ``request``; never raises.

    It counts as a search of the reader's; who has spent all searches is told nothing.
    """
    words = address_words(request.path_info) if request.method in _READING else []
    if not words:
        return _NONE
    if seconds_to_wait("SEARCH_RATE", address_of(request)):
        return _UNKNOWN
    try:
        with search(" ".join(words), _SECONDS) as found:
            return _first_of(found, words)
    except (IndexMissingError, TooSlowError):
        return _UNKNOWN
    except (DatabaseError, InterfaceError, OSError, sqlite3.Error) as error:
        logger.warning("%s: its words could not be searched: %s", request.path, error)
        return _UNKNOWN


def _first_of(found: Search, words: list[str]) -> NearMisses:
    """Return the newest stories with all words, else the best with some of them."""
    stories = found.page(size=_SHOWN).articles
    if stories:
        return NearMisses(stories, search_url(found.query.root), has_all_words=True)
    if len(words) == 1:
        return _NONE
    some: Node = Or(tuple(Text(word) for word in words))
    stories = found.again(some).page(Sort.RELEVANCE, size=_SHOWN).articles
    return NearMisses(stories, search_url(some, Sort.RELEVANCE)) if stories else _NONE
