"""Strict parsing of query parameters: anything unknown or invalid is a 400.

If a misspelt parameter were ignored, a program would get the wrong stories.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from http import HTTPStatus

from django.http import QueryDict

from articles.api.problem_details import ProblemError
from articles.searching.search import Sort

MAX_SIZE = 100
DEFAULT_SIZE = 20
_SIZE = re.compile("[1-9][0-9]{0,5}")


def parse_parameters(query: QueryDict, known: Collection[str]) -> dict[str, str]:
    """Return the query parameters; raise ProblemError for unknown and repeated ones."""
    unknown = sorted(set(query) - set(known))
    if unknown:
        detail = f"Unknown: {', '.join(unknown)}. Known here: {', '.join(known) or 'none'}."
        raise _bad_request(detail, unknown)
    repeated = sorted(name for name, values in query.lists() if len(values) > 1)
    if repeated:
        detail = f"Given more than once: {', '.join(repeated)}. Give each once."
        raise _bad_request(detail, repeated)
    return {name: str(query[name]) for name in query}


def parse_page_size(text: str | None) -> int:
    """Return the number of stories per page; raise ProblemError for an invalid one."""
    if text is None:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        detail = f"page_size is {text!r}. Write a whole number from 1 to {MAX_SIZE}."
        raise _bad_request(detail, ["page_size"])
    return int(text)


def parse_sort(text: str | None, known: Collection[Sort] = tuple(Sort)) -> Sort:
    """Return the sort order; raise ProblemError for an unknown one."""
    if text is None:
        return Sort.NEWEST
    if text not in known:
        raise _bad_request(f"sort is {text!r}. Write {' or '.join(known)}.", ["sort"])
    return Sort(text)


def parse_yes_no(name: str, text: str | None) -> bool:
    """Return the value of the flag ``name``, False by default; raise ProblemError unless yes/no."""
    if text not in {None, "yes", "no"}:
        raise _bad_request(f"{name} is {text!r}. Write yes or no.", [name])
    return text == "yes"


def _bad_request(detail: str, names: list[str]) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, detail, parameters=names)
