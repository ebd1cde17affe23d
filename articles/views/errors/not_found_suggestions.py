"""Suggestions on the 404 page: stories with the words of the requested URL."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from articles.access.client_address import client_address
from articles.access.throttling.rate_limits import consume
from articles.content.search_query import Node, Or, Text
from articles.content.urls.url_words import extract_url_words
from articles.models import Article
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.search import Search, Sort, search
from articles.views.search.search_urls import search_url

logger = logging.getLogger(__name__)

_MAX_STORIES = 5
_TIME_LIMIT = 1.0  # seconds; short, because the reader did not request a search
_SAFE_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class NotFoundSuggestions:
    """Stories with words of a URL, and the URL of the search that finds all of them.

    ``has_all_words``: each story has every word. ``is_complete`` is false when the search was not
    possible: such a page must not be cached.
    """

    stories: list[Article]
    search_url: str = ""
    has_all_words: bool = False
    is_complete: bool = True


_NONE = NotFoundSuggestions([])
_UNKNOWN = NotFoundSuggestions([], is_complete=False)


def suggest_stories(request: HttpRequest) -> NotFoundSuggestions:
    """Return stories for the words in the URL of ``request``; never raises.

    It counts against the reader's rate limit of searches; beyond it nothing is suggested.
    """
    words = extract_url_words(request.path_info) if request.method in _SAFE_METHODS else []
    if not words:
        return _NONE
    if consume("SEARCH_RATE", client_address(request)):
        return _UNKNOWN
    try:
        with search(" ".join(words), _TIME_LIMIT) as found:
            return _find_stories(found, words)
    except (IndexMissingError, SearchTimeoutError):
        return _UNKNOWN
    except (DatabaseError, InterfaceError, OSError, sqlite3.Error) as error:
        logger.warning("%s: its words could not be searched: %s", request.path, error)
        return _UNKNOWN


def _find_stories(found: Search, words: list[str]) -> NotFoundSuggestions:
    """Return the newest stories with all words, else the most relevant ones with some."""
    stories = found.page(size=_MAX_STORIES).articles
    if stories:
        return NotFoundSuggestions(stories, search_url(found.query.root), has_all_words=True)
    if len(words) == 1:
        return _NONE
    some: Node = Or(tuple(Text(word) for word in words))
    stories = found.with_query(some).page(Sort.RELEVANCE, size=_MAX_STORIES).articles
    return NotFoundSuggestions(stories, search_url(some, Sort.RELEVANCE)) if stories else _NONE
