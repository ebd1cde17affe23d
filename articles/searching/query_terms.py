"""The text terms of a query, without its filters: they are highlighted in a story it finds."""

from __future__ import annotations

from collections.abc import Iterator

from articles.content.search_query import And, Node, Not, Or, Text, parse, unparse
from articles.searching import conditions
from articles.searching.conditions import Term
from articles.searching.query_resolution import resolve


def highlight_query(root: Node) -> str:
    """Return the text terms of a query as a query string; empty when there are none."""
    return unparse(And(tuple(_text_terms(root))))


def highlight_terms(query: str) -> list[Term]:
    """Return the terms of a query string from an untrusted URL; needs no database."""
    texts = And(tuple(_text_terms(parse(query).root)))
    return list(conditions.positive_terms(resolve(texts).condition))


def _text_terms(node: Node) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _text_terms(part)
        case Not(Not(part)):
            yield from _text_terms(part)
        case _:
            pass
