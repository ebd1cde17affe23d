"""``/api/v1/articles``: a page of search hits as JSON, and one story by its code."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

from articles.api.endpoint import endpoint, enforce_rate_limit, json_response
from articles.api.query_parameters import parse_page_size, parse_parameters, parse_sort
from articles.api.serializers import serialize_article, serialize_rows
from articles.content.search_query import format_note, unparse
from articles.http.public_visibility import public_article_by_code
from articles.models import Article
from articles.searching.search import Count, Search, search

PARAMETERS = ("q", "page_size", "sort", "after")


@endpoint
def articles(request: HttpRequest) -> HttpResponseBase:
    """Return a page of search hits; without a query, of all stories."""
    parameters = parse_parameters(request.GET, PARAMETERS)
    size, sort = parse_page_size(parameters.get("page_size")), parse_sort(parameters.get("sort"))
    enforce_rate_limit("SEARCH_RATE", request)
    with search(parameters.get("q", "")) as results:
        page = results.page(sort, parameters.get("after", ""), size)
        payload = {
            **_serialize_count(results.count()),
            "notes": _notes(results),
            "results": serialize_rows(page.articles),
            "next": _page_url(request, parameters | {"after": page.next}) if page.next else None,
        }
    return json_response(payload)


@endpoint
def article(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a story with its text."""
    parse_parameters(request.GET, ())
    story = public_article_by_code(Article.objects.select_related("source", "author", "body"), code)
    return json_response(serialize_article(story))


def _serialize_count(count: Count) -> dict[str, int]:
    return {"count" if count.is_exact else "count_at_least": count.number}


def _notes(results: Search) -> list[dict[str, str]]:
    """Return how ambiguous parts of the query were read, and names that no story has."""
    notes = [
        {
            "code": note.kind.value,
            "words": note.words,
            "reading": note.reading,
            "says": format_note(note),
        }
        for note in results.query.notes
    ]
    for each in results.unknown:
        words = unparse(each)
        says = f"Nothing in the archive has the name in {words}."
        notes.append({"code": "unknown-name", "words": words, "reading": "", "says": says})
    return notes


def _page_url(request: HttpRequest, parameters: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update(parameters)
    return f"{request.path}?{query.urlencode()}"
