"""Alternative queries for a search without hits, each with the number of hits it has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from articles.content.search_query import And, DateRange, Node, Not, Or, Text, unparse
from articles.content.search_text.text_folding import fold
from articles.searching.search import Count, Search

_MAX_TERMS = 6  # terms that are left out, one at a time
_MAX_SPELLINGS = 2  # alternatives with another spelling
_TIME_LIMIT = 1.0  # seconds; after them nothing more is tried


class Change(StrEnum):
    """How an alternative query differs from the search."""

    SPELLING = "spelling"
    WITHOUT = "without"
    ANYWHERE = "anywhere"  # also in the text, not only in the title
    ANY_TIME = "any-time"
    ANY_SCRIPT = "any-script"  # without ``exact:``


@dataclass(frozen=True, slots=True)
class AlternativeQuery:
    """A query that has hits. ``text`` is the term that was changed or left out."""

    change: Change
    text: str
    root: Node
    count: Count


def find_alternatives(search: Search) -> list[AlternativeQuery]:
    """Return queries like ``search``, which has no hits, that have some.

    Raises SearchTimeoutError.
    """
    deadline = time.monotonic() + _TIME_LIMIT
    alternatives: list[AlternativeQuery] = []
    seen: set[Node] = {search.query.root}
    for change, text, root in _candidates(search):
        if time.monotonic() > deadline:
            break
        if root in seen:
            continue
        seen.add(root)
        count = search.with_query(root).count()
        if count.number:
            alternatives.append(AlternativeQuery(change, text, root, count))
    respelled = [each for each in alternatives if each.change == Change.SPELLING]
    respelled.sort(key=lambda each: each.count.number, reverse=True)
    return [
        *respelled[:_MAX_SPELLINGS],
        *(each for each in alternatives if each.change != Change.SPELLING),
    ]


def _candidates(search: Search) -> Iterator[tuple[Change, str, Node]]:
    root = search.query.root
    for text in _text_terms(root):
        for word in search.spellings(fold(text.value)) if _is_latin_word(text) else ():
            yield Change.SPELLING, word, _replace_term(root, text, replace(text, value=word))
    for text in _text_terms(root):
        if text.exact:
            inexact = _replace_term(root, text, replace(text, exact=False))
            yield Change.ANY_SCRIPT, text.value, inexact
    for text in _text_terms(root):
        if text.field == "title":
            yield Change.ANYWHERE, text.value, _replace_term(root, text, replace(text, field="any"))
    parts = root.parts if isinstance(root, And) else ()
    for part in parts:
        rest = And(tuple(other for other in parts if other != part))
        if isinstance(part, DateRange):
            yield Change.ANY_TIME, unparse(part), _unwrap_single(rest)
    for part in [part for part in parts if not isinstance(part, DateRange)][:_MAX_TERMS]:
        rest = And(tuple(other for other in parts if other != part))
        yield Change.WITHOUT, unparse(part), _unwrap_single(rest)


def _unwrap_single(node: And) -> Node:
    return node.parts[0] if len(node.parts) == 1 else node


def _text_terms(node: Node) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _text_terms(part)
        case _:
            pass


def _replace_term(node: Node, old: Text, new: Text) -> Node:
    match node:
        case And(parts):
            return And(tuple(_replace_term(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(_replace_term(part, old, new) for part in parts))
        case Not():
            return node
    return new if node == old else node


def _is_latin_word(text: Text) -> bool:
    """Return whether a term is one Latin word of 4 to 24 letters, which may be misspelled."""
    folded = fold(text.value)
    return not text.exact and folded.isascii() and folded.isalpha() and 4 <= len(folded) <= 24
