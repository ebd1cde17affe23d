"""The search: its page with hits and facets, its help, and what it says when it cannot answer."""

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

from articles.access.throttling.rate_limits import limited
from articles.content.search_query import Days, parse, say, with_filter, write
from articles.content.search_query.date_ranges import range_of
from articles.content.search_query.examples import examples
from articles.content.search_query.fields import FIELDS
from articles.models import Article
from articles.searching.alternative_queries import Hint, hints
from articles.searching.autocomplete import Suggestion, suggestions
from articles.searching.backend import IndexMissingError, TooSlowError
from articles.searching.conditions import terms
from articles.searching.query_terms import words_of
from articles.searching.search import BadCursorError, Search, Sort, search
from articles.views.public_pages import NotHereError, public_page
from articles.views.search.facets import sidebar
from articles.views.search.hits import hits_of
from articles.views.search.search_urls import chips, conditions_of, search_url

PAGE_SIZE = 20
RETRY_SECONDS = 60
_NAMED = {"source": "outlet", "author": "author", "tag": "topic"}
_EXAMPLES = 6  # on the page without a search


@public_page
@limited("SEARCH_RATE")
def page(request: HttpRequest) -> HttpResponseBase:
    """Return the hits of a search, or the box alone while nothing is asked."""
    typed = request.GET.get("q", "").strip()
    if request.GET.get("from") or request.GET.get("to"):
        return HttpResponseRedirect(_with_days(request, typed))
    if not typed:
        context = {"examples": examples()[:_EXAMPLES], "sort": Sort.NEWEST.value}
        return render(request, "pages/search_empty.html", context)
    try:
        with search(typed) as found:
            return render(request, "pages/search.html", _context(found, request))
    except BadCursorError as error:
        words = gettext("This place in the list does not exist. Start again from its first page.")
        raise NotHereError(words) from error
    except TooSlowError:
        return _unavailable(request, typed, is_slow=True)
    except IndexMissingError:
        return _unavailable(request, typed, is_slow=False)


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """Return how to search, with every example as a link."""
    context = {"examples": examples(), "fields": FIELDS}
    return render(request, "pages/search_help.html", context)


@public_page
@limited("SUGGEST_RATE")
def suggest(request: HttpRequest) -> JsonResponse:
    """Return what the reader may be about to type, for the script of the box."""
    found = suggestions(request.GET.get("q", ""))
    return JsonResponse({"suggestions": [_suggested(each) for each in found]})


def _suggested(suggestion: Suggestion) -> dict[str, str]:
    target = suggestion.leads_to
    if isinstance(target, Article):
        kind, address = "story", target.get_absolute_url()
    else:
        kind, address = _NAMED[target.name], search_url(target)
    return {"kind": kind, "text": suggestion.text, "lang": suggestion.language, "url": address}


def _context(found: Search, request: HttpRequest) -> dict[str, Any]:
    sort = _sort(request)
    after = request.GET.get("after", "")
    root = found.query.root
    hits = found.page(sort, after, PAGE_SIZE)
    number = found.count()
    wanted = list(terms(found.condition))
    return {
        "typed": found.query.typed,
        "written": write(root) or "*",
        "sort": sort.value,
        "sorts": [(each, search_url(root, each), each == sort) for each in Sort],
        "notes": [say(note, gettext) for note in found.query.notes],
        "unknown": [
            (_NAMED.get(filter_.name, "address"), filter_.value) for filter_ in found.unknown
        ],
        "count": number,
        "hits": hits_of(hits.articles, wanted, words_of(root)),
        "next": search_url(root, sort, hits.next) if hits.next else "",
        "start": search_url(root, sort),
        "is_first": not after,
        "hints": [] if number.number or after else _hints(found, sort),
        "chips": chips(root, sort),
        "sidebar": sidebar(found.facets(), root, sort),
        "days": next((part for part in conditions_of(root) if isinstance(part, Days)), None),
    }


def _hints(found: Search, sort: Sort) -> list[tuple[Hint, str]]:
    return [(hint, search_url(hint.root, sort)) for hint in hints(found)]


def _sort(request: HttpRequest) -> Sort:
    try:
        return Sort(request.GET.get("sort", Sort.NEWEST))
    except ValueError:
        return Sort.NEWEST


def _with_days(request: HttpRequest, typed: str) -> str:
    """Return the address of the search narrowed to the days of the form.

    Days that nobody can read stay in the search, which then says so.
    """
    first, last = (request.GET.get(name, "").strip()[:40] for name in ("from", "to"))
    found = range_of(f"{first}..{last}")
    root = parse(typed).root
    if found is None:
        return search_url(f'{write(root)} date:"{first}..{last}"'.strip(), _sort(request))
    return search_url(with_filter(root, found.days), _sort(request))


def _unavailable(request: HttpRequest, typed: str, *, is_slow: bool) -> HttpResponse:
    """Return the page for a search that cannot be answered now; nobody keeps it."""
    context = {"typed": typed, "is_slow": is_slow}
    response = render(request, "pages/search_unavailable.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response
