"""A tree as a search that can be typed, and what the link of a facet makes of one."""

from __future__ import annotations

from typing import TypeAlias

from articles.content.search_query.date_ranges import written
from articles.content.search_query.fields import field_of
from articles.content.search_query.normalization import normalise
from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    And,
    Days,
    Everything,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import is_bare, is_bare_address, quoted
from articles.content.search_query.value_lists import has_mark

#: What a facet offers: a property, or the stories without it.
Facet: TypeAlias = Filter | Days | Not

#: Filters of which a story has one value: a new one takes the place of the old.
_SINGLE = {"source", "lang", "kind", "url"}


def write(node: Node) -> str:
    """Return the one way to type ``node``; reading it gives the normal form of ``node`` back.

    >>> write(Or((Filter("source", "BBC"), Filter("source", "联合早报 网"))))
    'source:BBC,"联合早报 网"'
    """
    node = normalise(node)
    return "" if node == EVERYTHING else _written(node)


def with_filter(node: Node, new: Facet) -> Node:
    """Return ``node`` narrowed to ``new``, instead of what cannot hold beside it.

    A story stands on one day, in one outlet, in one language and is of one kind; it may have
    several tags and authors.
    """
    return normalise(And((*(p for p in _conditions(node) if not _gives_way(p, new)), new)))


def without_filter(node: Node, old: Facet) -> Node:
    """Return ``node`` without the condition ``old``, also where it is one of a list."""
    gone = normalise(old)
    kept: list[Node] = []
    for part in _conditions(node):
        if part == gone:
            continue
        if isinstance(part, Or) and _is_list(part):
            part = Or(tuple(item for item in part.parts if item != gone))
        kept.append(part)
    return normalise(And(tuple(kept)))


def _conditions(node: Node) -> tuple[Node, ...]:
    node = normalise(node)
    return node.parts if isinstance(node, And) else (node,)


def _gives_way(part: Node, new: Facet) -> bool:
    """Tell whether a condition contradicts ``new`` or says less."""
    if part in (Not(new), new) or new == Not(part):
        return True
    items = part.parts if isinstance(part, Or) and _is_list(part) else (part,)
    if isinstance(new, Days):
        return all(isinstance(item, Days) for item in items)
    return isinstance(new, Filter) and all(
        isinstance(item, Filter) and item.name == new.name and (new.name in _SINGLE or new in items)
        for item in items
    )


def _is_list(node: Or) -> bool:
    """Tell whether the parts can be typed as one field with commas."""
    first = node.parts[0]
    if isinstance(first, Filter) and field_of(first.name).listed:
        return all(isinstance(part, Filter) and part.name == first.name for part in node.parts)
    return all(isinstance(part, Days) for part in node.parts)


def _written(node: Node, inside: type[And | Or | Not] | None = None) -> str:
    match node:
        case Text():
            return _fields(node) + _word(node)
        case Filter("url", value) if is_bare_address(value):
            return value
        case Filter() | Days():
            return _list((node,))
        case Everything():
            return "*"
        case Not(part):
            return "-" + _written(part, Not)
        case And(parts):
            if inside is not Or and (text := _with_common_fields(parts, " ")):
                return text
            text = " ".join(_written(part, And) for part in parts)
            return f"({text})" if inside is Not else text
        case Or(parts):
            if _is_list(node):
                return _list(parts)
            if text := _with_common_fields(parts, " OR "):
                return text
            text = " OR ".join(_written(part, Or) for part in parts)
            return f"({text})" if inside else text


def _list(parts: tuple[Node, ...]) -> str:
    """Return filters of one name, or days, as one field with commas."""
    items = [part for part in parts if isinstance(part, Filter | Days)]
    first = items[0]
    name = "date" if isinstance(first, Days) else field_of(first.name).name
    return f"{name}:{','.join(_value(item) for item in items)}"


def _with_common_fields(parts: tuple[Node, ...], between: str) -> str:
    """Return words that all stand behind the same fields as ``title:(a b)``, else nothing.

    Only where there are parentheses anyway, or none around: no tree is written deeper than typed.
    """
    texts = [part for part in parts if isinstance(part, Text)]
    fields = {_fields(text) for text in texts}
    if len(texts) < len(parts) or len(fields) > 1 or fields == {""}:
        return ""
    return f"{fields.pop()}({between.join(_word(text) for text in texts)})"


def _fields(text: Text) -> str:
    return ("title:" if text.field == "title" else "") + ("exact:" if text.exact else "")


def _word(text: Text) -> str:
    return quoted(text.value) if text.phrase else text.value


def _value(node: Filter | Days) -> str:
    """Return what stands behind the colon."""
    if isinstance(node, Days):
        return written(node)
    if field_of(node.name).takes == "choice":
        return "image" if node.name == "image" else node.value
    bare = is_bare(node.value) and not has_mark(node.value)
    return node.value if bare else quoted(node.value)
