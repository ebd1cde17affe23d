"""The words of a search, apart from its filters: what is marked in a story opened from it."""

from __future__ import annotations

from collections.abc import Iterator

from articles.content.search_query import And, Node, Not, Or, Text, parse, write
from articles.searching import conditions
from articles.searching.conditions import Term
from articles.searching.query_resolution import resolve


def words_of(root: Node) -> str:
    """Return the words that a hit shows, as a search of its own; empty when there are none."""
    return write(And(tuple(_texts(root))))


def terms_of(words: str) -> list[Term]:
    """Return the terms of words that may have been typed by anybody; asks no database."""
    texts = And(tuple(_texts(parse(words).root)))
    return list(conditions.terms(resolve(texts).condition))


def _texts(node: Node) -> Iterator[Text]:
    match node:
        case Text():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _texts(part)
        case Not(Not(part)):
            yield from _texts(part)
        case _:
            pass
