"""The normal form of a tree: nested parts of one kind merged, no duplicates, no empty parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    NOTHING,
    And,
    DateRange,
    Everything,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import (
    has_words,
    is_bare_word,
    make_quotable,
    strip_unstorable,
)


def normalize(node: Node) -> Node:
    """Return the normal form of ``node``, which :func:`parse` gives; it matches the same stories.

    >>> normalize(And((Text("a"), And((Text("b"), Text("a"))), Everything())))
    And(parts=(Text(value='a', ...), Text(value='b', ...)))
    """
    match node:
        case Text():
            return _normalize_text(node)
        case Filter():
            value = normalize_value(node.value)
            return replace(node, value=value) if value else EVERYTHING
        case DateRange(None, None):
            return EVERYTHING
        case DateRange(first, last):
            return DateRange(last, first) if first and last and first > last else node
        case Not(part):
            part = normalize(part)
            return part.part if isinstance(part, Not) else Not(part)
        case And(parts):
            return _normalize_and(normalize(part) for part in parts)
        case Or(parts):
            return _normalize_or(normalize(part) for part in parts)
        case Everything():
            return node


def normalize_value(text: str) -> str:
    """Return ``text`` as it can be typed: storable, one line, quotable by some pair of marks."""
    return make_quotable(" ".join(strip_unstorable(text).split()))


def _normalize_text(node: Text) -> Node:
    value = normalize_value(node.value)
    if not has_words(value):
        return EVERYTHING
    return replace(node, value=value, phrase=node.phrase or not is_bare_word(value))


def _normalize_and(parts: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, And) else [part]
    unique = [part for part in dict.fromkeys(flat) if part != EVERYTHING]
    if NOTHING in unique:
        return NOTHING
    unique = _intersect_date_ranges(unique)
    if not unique:
        return EVERYTHING
    return unique[0] if len(unique) == 1 else And(tuple(unique))


def _normalize_or(parts: Iterable[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, Or) else [part]
    unique = [part for part in dict.fromkeys(flat) if part != NOTHING]
    if EVERYTHING in unique:
        return EVERYTHING
    if not unique:
        return NOTHING
    return unique[0] if len(unique) == 1 else Or(tuple(unique))


def _intersect_date_ranges(parts: list[Node]) -> list[Node]:
    """Return the parts of an And with their date ranges replaced by the intersection.

    It takes the position of the first of them. Ranges without a common day stay as they are, so
    that the reader sees in the query why it finds nothing.
    """
    date_ranges = [part for part in parts if isinstance(part, DateRange)]
    if len(date_ranges) < 2:
        return parts
    first = max((date_range.first for date_range in date_ranges if date_range.first), default=None)
    last = min((date_range.last for date_range in date_ranges if date_range.last), default=None)
    if first and last and first > last:
        return parts
    where = parts.index(date_ranges[0])
    rest = [part for part in parts[where:] if not isinstance(part, DateRange)]
    return [*parts[:where], DateRange(first, last), *rest]


def find_contradiction(node: Node) -> tuple[Node, Node] | None:
    """Return two conditions of a normal tree that no story matches together, or None.

    Outlets and languages are not compared: two names may stand for the same one.
    """
    parts = node.parts if isinstance(node, And) else ()
    for at, part in enumerate(parts):
        for other in parts[:at]:
            if part == Not(other) or other == Not(part) or _are_disjoint(part, other):
                return other, part
    return None


def _are_disjoint(one: Node, other: Node) -> bool:
    match one, other:
        case Filter("kind", a), Filter("kind", b):
            return a != b
        case DateRange(), DateRange():
            return len(_intersect_date_ranges([one, other])) > 1
        case _:
            return False
