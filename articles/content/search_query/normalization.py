"""The one form of a tree: nested alike parts in one, nothing twice, no empty part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    NOTHING,
    And,
    Days,
    Everything,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import clean, has_words, is_bare, quotable


def normalise(node: Node) -> Node:
    """Return the form of ``node`` that :func:`parse` gives; the same stories meet both.

    >>> normalise(And((Text("a"), And((Text("b"), Text("a"))), Everything())))
    And(parts=(Text(value='a', ...), Text(value='b', ...)))
    """
    match node:
        case Text():
            return _text(node)
        case Filter():
            value = one_line(node.value)
            return replace(node, value=value) if value else EVERYTHING
        case Days(None, None):
            return EVERYTHING
        case Days(first, last):
            return Days(last, first) if first and last and first > last else node
        case Not(part):
            part = normalise(part)
            return part.part if isinstance(part, Not) else Not(part)
        case And(parts):
            return _and(normalise(part) for part in parts)
        case Or(parts):
            return _or(normalise(part) for part in parts)
        case Everything():
            return node


def one_line(text: str) -> str:
    """Return ``text`` as it can be typed: clean, one line, between some quotation marks."""
    return quotable(" ".join(clean(text).split()))


def _text(node: Text) -> Node:
    value = one_line(node.value)
    if not has_words(value):
        return EVERYTHING
    return replace(node, value=value, phrase=node.phrase or not is_bare(value))


def _and(parts: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, And) else [part]
    unique = [part for part in dict.fromkeys(flat) if part != EVERYTHING]
    if NOTHING in unique:
        return NOTHING
    unique = _days_in_one(unique)
    if not unique:
        return EVERYTHING
    return unique[0] if len(unique) == 1 else And(tuple(unique))


def _or(parts: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, Or) else [part]
    unique = [part for part in dict.fromkeys(flat) if part != NOTHING]
    if EVERYTHING in unique:
        return EVERYTHING
    if not unique:
        return NOTHING
    return unique[0] if len(unique) == 1 else Or(tuple(unique))


def _days_in_one(parts: list[Node]) -> list[Node]:
    """Return the parts with one span of days for all that must hold; apart ones stay as they are.

    The common days stand where the first of them stood. Days that have none in common are kept,
    so that the reader sees in the search why it finds nothing.
    """
    spans = [part for part in parts if isinstance(part, Days)]
    if len(spans) < 2:
        return parts
    first = max((span.first for span in spans if span.first), default=None)
    last = min((span.last for span in spans if span.last), default=None)
    if first and last and first > last:
        return parts
    where = parts.index(spans[0])
    rest = [part for part in parts[where:] if not isinstance(part, Days)]
    return [*parts[:where], Days(first, last), *rest]


def clash(node: Node) -> tuple[Node, Node] | None:
    """Return two conditions of a normal tree that no story meets both, or None.

    Of outlets and languages it cannot be told from their names.
    """
    parts = node.parts if isinstance(node, And) else ()
    for at, part in enumerate(parts):
        for other in parts[:at]:
            if part == Not(other) or other == Not(part) or _apart(part, other):
                return other, part
    return None


def _apart(one: Node, other: Node) -> bool:
    match one, other:
        case Filter("kind", a), Filter("kind", b):
            return a != b
        case Days(), Days():
            return len(_days_in_one([one, other])) > 1
        case _:
            return False
