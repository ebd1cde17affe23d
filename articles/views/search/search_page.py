"""The search page with hits and facets, its help page, suggestions, and its 503 page."""

from __future__ import annotations

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils.translation import gettext

from articles.access.throttling.rate_limits import rate_limited
from articles.content.search_query import DateRange, format_note, parse, unparse, with_filter
from articles.content.search_query.date_ranges import parse_date_range
from articles.content.search_query.examples import examples
from articles.content.search_query.fields import FIELDS
from articles.models import Article
from articles.searching.alternative_queries import AlternativeQuery, find_alternatives
from articles.searching.autocomplete import Suggestion, find_suggestions
from articles.searching.backend import IndexMissingError, SearchTimeoutError
from articles.searching.conditions import positive_terms
from articles.searching.query_terms import highlight_query
from articles.searching.search import BadCursorError, Search, Sort, search
from articles.views.public_pages import NotFoundError, public_page
from articles.views.search.facets import build_sidebar
from articles.views.search.hits import make_hits
from articles.views.search.search_urls import filter_chips, required_conditions, search_url

PAGE_SIZE = 20
RETRY_SECONDS = 60  # Retry-After of the 503 page
_PUBLIC_NAMES = {"source": "outlet", "author": "author", "tag": "topic"}
_MAX_EXAMPLES = 6  # on the page without a search


@public_page
@rate_limited("SEARCH_RATE")
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the hits of a search, or only the search box for an empty query."""
    typed = request.GET.get("q", "").strip()
    if request.GET.get("from") or request.GET.get("to"):
        return HttpResponseRedirect(_url_with_days(request, typed))
    if not typed:
        context = {"examples": examples()[:_MAX_EXAMPLES], "sort": Sort.NEWEST.value}
        return render(request, "pages/search/search_empty.html", context)
    try:
        with search(typed) as found:
            return render(request, "pages/search/search.html", _context(found, request))
    except BadCursorError as error:
        words = gettext("This place in the list does not exist. Start again from its first page.")
        raise NotFoundError(words) from error
    except SearchTimeoutError:
        return _unavailable(request, typed, is_slow=True)
    except IndexMissingError:
        return _unavailable(request, typed, is_slow=False)


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """Return how to search, with every example as a link."""
    context = {"examples": examples(), "fields": FIELDS}
    return render(request, "pages/search/search_help.html", context)


@public_page
@rate_limited("SUGGEST_RATE")
def suggest(request: HttpRequest) -> JsonResponse:
    """Return suggestions for the text typed so far, for the script of the search box."""
    found = find_suggestions(request.GET.get("q", ""))
    return JsonResponse({"suggestions": [_suggestion_json(each) for each in found]})


def _suggestion_json(suggestion: Suggestion) -> dict[str, str]:
    target = suggestion.target
    if isinstance(target, Article):
        kind, url = "story", target.get_absolute_url()
    else:
        kind, url = _PUBLIC_NAMES[target.name], search_url(target)
    return {"kind": kind, "text": suggestion.text, "lang": suggestion.language, "url": url}


def _context(found: Search, request: HttpRequest) -> dict[str, Any]:
    sort = _sort(request)
    after = request.GET.get("after", "")
    root = found.query.root
    hits = found.page(sort, after, PAGE_SIZE)
    number = found.count()
    wanted = list(positive_terms(found.condition))
    return {
        "typed": found.query.typed,
        "query": unparse(root) or "*",
        "sort": sort.value,
        "sorts": [(each, search_url(root, each), each == sort) for each in Sort],
        "notes": [format_note(note, gettext) for note in found.query.notes],
        "unknown_filters": [
            (_PUBLIC_NAMES.get(filter_.name, "address"), filter_.value) for filter_ in found.unknown
        ],
        "count": number,
        "hits": make_hits(hits.articles, wanted, highlight_query(root)),
        "next": search_url(root, sort, hits.next) if hits.next else "",
        "start": search_url(root, sort),
        "is_first": not after,
        "alternatives": [] if number.number or after else _find_alternatives(found, sort),
        "chips": filter_chips(root, sort),
        "sidebar": build_sidebar(found.facets(), root, sort),
        "days": next(
            (part for part in required_conditions(root) if isinstance(part, DateRange)), None
        ),
    }


def _find_alternatives(found: Search, sort: Sort) -> list[tuple[AlternativeQuery, str]]:
    return [(each, search_url(each.root, sort)) for each in find_alternatives(found)]


def _sort(request: HttpRequest) -> Sort:
    try:
        return Sort(request.GET.get("sort", Sort.NEWEST))
    except ValueError:
        return Sort.NEWEST


def _url_with_days(request: HttpRequest, typed: str) -> str:
    """Return the URL of the search narrowed to the dates of the form.

    Dates that cannot be parsed stay in the query, whose notes then say so.
    """
    first, last = (request.GET.get(name, "").strip()[:40] for name in ("from", "to"))
    found = parse_date_range(f"{first}..{last}")
    root = parse(typed).root
    if found is None:
        return search_url(f'{unparse(root)} date:"{first}..{last}"'.strip(), _sort(request))
    return search_url(with_filter(root, found.days), _sort(request))


def _unavailable(request: HttpRequest, typed: str, *, is_slow: bool) -> HttpResponse:
    """Return the 503 page of a search that is not possible now; it must not be cached."""
    context = {"typed": typed, "is_slow": is_slow}
    response = render(request, "pages/search/search_unavailable.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
