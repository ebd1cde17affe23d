"""``/api/v1/articles``: a search as JSON, and one story by its code."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict

from articles.api.endpoint import endpoint, json_answer, spend
from articles.api.query_parameters import checked, size_of, sort_of
from articles.api.serializers import rows_of, whole
from articles.content.search_query import say, write
from articles.http.public_visibility import by_code
from articles.models import Article
from articles.searching.search import Count, Search, search

PARAMETERS = ("q", "page_size", "sort", "after")


@endpoint
def articles(request: HttpRequest) -> HttpResponseBase:
    """Return a page of the hits of a search; without one, of all stories."""
    given = checked(request.GET, PARAMETERS)
    size, sort = size_of(given.get("page_size")), sort_of(given.get("sort"))
    spend("SEARCH_RATE", request)
    with search(given.get("q", "")) as found:
        page = found.page(sort, given.get("after", ""), size)
        told = {
            **_counted(found.count()),
            "notes": _notes(found),
            "results": rows_of(page.articles),
            "next": _address(request, given | {"after": page.next}) if page.next else None,
        }
    return json_answer(told)


@endpoint
def article(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return a story with its text."""
    checked(request.GET, ())
    story = by_code(Article.objects.select_related("source", "author", "body"), code)
    return json_answer(whole(story))


def _counted(count: Count) -> dict[str, int]:
    return {"count" if count.is_exact else "count_at_least": count.number}


def _notes(found: Search) -> list[dict[str, str]]:
    """Return how the search was read where that is not plain, and names that nothing has."""
    notes = [
        {"code": note.kind.value, "words": note.words, "reading": note.reading, "says": say(note)}
        for note in found.query.notes
    ]
    for each in found.unknown:
        words = write(each)
        says = f"Nothing in the archive has the name in {words}."
        notes.append({"code": "unknown-name", "words": words, "reading": "", "says": says})
    return notes


def _address(request: HttpRequest, parameters: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update(parameters)
    return f"{request.path}?{query.urlencode()}"
