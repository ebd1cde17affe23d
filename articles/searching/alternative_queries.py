"""What else could be searched for when nothing is found, each with how much it would find."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from articles.content.search_query import And, Days, Node, Not, Or, Text, write
from articles.content.search_text.folding import fold
from articles.searching.search import Count, Search

_TERMS = 6  # terms that are left out in turn
_SPELLINGS = 2  # of a search that are shown
_SECONDS = 1.0  # after which nothing more is tried


class Way(StrEnum):
    """How a hint differs from the search."""

    SPELLING = "spelling"
    WITHOUT = "without"
    ANYWHERE = "anywhere"  # not in the title alone
    ANY_TIME = "any-time"
    ANY_SCRIPT = "any-script"  # not the very characters


@dataclass(frozen=True, slots=True)
class Hint:
    """A search that finds something. ``words`` is what was changed, or left out."""

    way: Way
    words: str
    root: Node
    count: Count


def hints(found: Search) -> list[Hint]:
    """Return what finds more than ``found``, which has found nothing; raises TooSlowError."""
    until = time.monotonic() + _SECONDS
    given: list[Hint] = []
    seen: set[Node] = {found.query.root}
    for way, words, root in _ways(found):
        if time.monotonic() > until:
            break
        if root in seen:
            continue
        seen.add(root)
        count = found.again(root).count()
        if count.number:
            given.append(Hint(way, words, root, count))
    spelled = [hint for hint in given if hint.way == Way.SPELLING]
    spelled.sort(key=lambda hint: hint.count.number, reverse=True)
    return [*spelled[:_SPELLINGS], *(hint for hint in given if hint.way != Way.SPELLING)]


def _ways(found: Search) -> Iterator[tuple[Way, str, Node]]:
    root = found.query.root
    for text in _texts(root):
        for word in found.spellings(fold(text.value)) if _is_word(text) else ():
            yield Way.SPELLING, word, _changed(root, text, replace(text, value=word))
    for text in _texts(root):
        if text.exact:
            inexact = _changed(root, text, replace(text, exact=False))
            yield Way.ANY_SCRIPT, text.value, inexact
    for text in _texts(root):
        if text.field == "title":
            yield Way.ANYWHERE, text.value, _changed(root, text, replace(text, field="any"))
    parts = root.parts if isinstance(root, And) else ()
    for part in parts:
        rest = And(tuple(other for other in parts if other != part))
        if isinstance(part, Days):
            yield Way.ANY_TIME, write(part), _plain(rest)
    for part in [part for part in parts if not isinstance(part, Days)][:_TERMS]:
        rest = And(tuple(other for other in parts if other != part))
        yield Way.WITHOUT, write(part), _plain(rest)


def _plain(node: And) -> Node:
    return node.parts[0] if len(node.parts) == 1 else node


def _texts(node: Node) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _texts(part)
        case _:
            pass


def _changed(node: Node, old: Text, new: Text) -> Node:
    match node:
        case And(parts):
            return And(tuple(_changed(part, old, new) for part in parts))
        case Or(parts):
            return Or(tuple(_changed(part, old, new) for part in parts))
        case Not():
            return node
    return new if node == old else node


def _is_word(text: Text) -> bool:
    """Tell whether a term is one Latin word, of which another spelling may be known."""
    folded = fold(text.value)
    return not text.exact and folded.isascii() and folded.isalpha() and 4 <= len(folded) <= 24
