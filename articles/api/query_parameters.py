"""What may stand behind the question mark of an address. Anything else is told, never passed over.

A parameter that is misspelt and passed over would give a program the wrong stories.
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


def checked(given: QueryDict, known: Collection[str]) -> dict[str, str]:
    """Return the given parameters; raises ProblemError for unknown and repeated ones."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        words = f"Unknown: {', '.join(unknown)}. Known here: {', '.join(known) or 'none'}."
        raise _bad(words, unknown)
    repeated = sorted(name for name, values in given.lists() if len(values) > 1)
    if repeated:
        raise _bad(f"Given more than once: {', '.join(repeated)}. Give each once.", repeated)
    return {name: str(given[name]) for name in given}


def size_of(text: str | None) -> int:
    """Return the wanted number of stories on a page."""
    if text is None:
        return DEFAULT_SIZE
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        words = f"page_size is {text!r}. Write a whole number from 1 to {MAX_SIZE}."
        raise _bad(words, ["page_size"])
    return int(text)


def sort_of(text: str | None, known: Collection[Sort] = tuple(Sort)) -> Sort:
    """Return the wanted order."""
    if text is None:
        return Sort.NEWEST
    if text not in known:
        raise _bad(f"sort is {text!r}. Write {' or '.join(known)}.", ["sort"])
    return Sort(text)


def yes_of(name: str, text: str | None) -> bool:
    """Return whether a thing is wanted that is left out unless one says yes."""
    if text not in {None, "yes", "no"}:
        raise _bad(f"{name} is {text!r}. Write yes or no.", [name])
    return text == "yes"


def _bad(words: str, names: list[str]) -> ProblemError:
    return ProblemError(HTTPStatus.BAD_REQUEST, words, parameters=names)
