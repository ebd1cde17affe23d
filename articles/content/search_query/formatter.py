"""The formatter: unparses a syntax tree, and adds and removes the filters of facet links."""

from __future__ import annotations

from typing import TypeAlias

from articles.content.search_query.date_ranges import format_date_range
from articles.content.search_query.field_values import has_separator
from articles.content.search_query.fields import field_for_filter
from articles.content.search_query.normalization import normalize
from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    And,
    DateRange,
    Everything,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import is_bare_url, is_bare_word, quote

#: The condition of a facet link: a property, or its negation.
Facet: TypeAlias = Filter | DateRange | Not

#: Filters of which a story has one value: a new filter replaces the old one.
_SINGLE_VALUED = {"source", "lang", "kind", "url"}


def unparse(node: Node) -> str:
    """Return ``node`` as canonical input; parsing it gives the normal form of ``node`` back.

    >>> unparse(Or((Filter("source", "BBC"), Filter("source", "联合早报 网"))))
    'source:BBC,"联合早报 网"'
    """
    node = normalize(node)
    return "" if node == EVERYTHING else _unparse(node)


def with_filter(node: Node, new: Facet) -> Node:
    """Return ``node`` narrowed to ``new``, which replaces the conditions that contradict it.

    A story has one date, one outlet, one language and one kind; it may have several tags and
    authors.
    """
    return normalize(And((*(p for p in _conditions(node) if not _is_replaced_by(p, new)), new)))


def without_filter(node: Node, old: Facet) -> Node:
    """Return ``node`` without the condition ``old``, which may also be one value of a list."""
    removed = normalize(old)
    remaining: list[Node] = []
    for part in _conditions(node):
        if part == removed:
            continue
        if isinstance(part, Or) and _is_value_list(part):
            part = Or(tuple(item for item in part.parts if item != removed))
        remaining.append(part)
    return normalize(And(tuple(remaining)))


def _conditions(node: Node) -> tuple[Node, ...]:
    node = normalize(node)
    return node.parts if isinstance(node, And) else (node,)


def _is_replaced_by(part: Node, new: Facet) -> bool:
    """Return whether the condition ``part`` contradicts ``new`` or follows from it."""
    if part in (Not(new), new) or new == Not(part):
        return True
    items = part.parts if isinstance(part, Or) and _is_value_list(part) else (part,)
    if isinstance(new, DateRange):
        return all(isinstance(item, DateRange) for item in items)
    return isinstance(new, Filter) and all(
        isinstance(item, Filter)
        and item.name == new.name
        and (new.name in _SINGLE_VALUED or new in items)
        for item in items
    )


def _is_value_list(node: Or) -> bool:
    """Return whether the parts can be typed as one field with a list of values."""
    first = node.parts[0]
    if isinstance(first, Filter) and field_for_filter(first.name).allows_list:
        return all(isinstance(part, Filter) and part.name == first.name for part in node.parts)
    return all(isinstance(part, DateRange) for part in node.parts)


def _unparse(node: Node, parent: type[And | Or | Not] | None = None) -> str:
    match node:
        case Text():
            return _field_prefix(node) + _quote_text(node)
        case Filter("url", value) if is_bare_url(value):
            return value
        case Filter() | DateRange():
            return _unparse_list((node,))
        case Everything():
            return "*"
        case Not(part):
            return "-" + _unparse(part, Not)
        case And(parts):
            if parent is not Or and (text := _unparse_with_common_fields(parts, " ")):
                return text
            text = " ".join(_unparse(part, And) for part in parts)
            return f"({text})" if parent is Not else text
        case Or(parts):
            if _is_value_list(node):
                return _unparse_list(parts)
            if text := _unparse_with_common_fields(parts, " OR "):
                return text
            text = " OR ".join(_unparse(part, Or) for part in parts)
            return f"({text})" if parent else text


def _unparse_list(parts: tuple[Node, ...]) -> str:
    """Return filters of one name, or date ranges, as one field with a list of values."""
    items = [part for part in parts if isinstance(part, Filter | DateRange)]
    first = items[0]
    name = "date" if isinstance(first, DateRange) else field_for_filter(first.name).name
    return f"{name}:{','.join(_unparse_value(item) for item in items)}"


def _unparse_with_common_fields(parts: tuple[Node, ...], separator: str) -> str:
    """Return texts that all have the same fields as ``title:(a b)``, else an empty string.

    Callers ask for it only in parentheses or at the top, so no output is nested deeper than input.
    """
    texts = [part for part in parts if isinstance(part, Text)]
    fields = {_field_prefix(text) for text in texts}
    if len(texts) < len(parts) or len(fields) > 1 or fields == {""}:
        return ""
    return f"{fields.pop()}({separator.join(_quote_text(text) for text in texts)})"


def _field_prefix(text: Text) -> str:
    return ("title:" if text.field == "title" else "") + ("exact:" if text.exact else "")


def _quote_text(text: Text) -> str:
    return quote(text.value) if text.phrase else text.value


def _unparse_value(node: Filter | DateRange) -> str:
    """Return the value of a field, quoted where it has to be."""
    if isinstance(node, DateRange):
        return format_date_range(node)
    if field_for_filter(node.name).value_type == "choice":
        return "image" if node.name == "image" else node.value
    bare = is_bare_word(node.value) and not has_separator(node.value)
    return node.value if bare else quote(node.value)
