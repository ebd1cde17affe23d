"""The grammar of the search: what a reader types becomes a tree and notes, never an error.

:func:`parse` reads, :func:`write` gives the one way to type a tree, :func:`with_filter` and
:func:`without_filter` are what a facet's link does. Nothing here knows how a story is found.
"""

from articles.content.search_query.formatter import with_filter, without_filter, write
from articles.content.search_query.notes import About, Note, say
from articles.content.search_query.parser import LIMITS, Limits
from articles.content.search_query.query import Query, parse
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

__all__ = [
    "EVERYTHING",
    "LIMITS",
    "NOTHING",
    "About",
    "And",
    "Days",
    "Everything",
    "Filter",
    "Limits",
    "Node",
    "Not",
    "Note",
    "Or",
    "Query",
    "Text",
    "parse",
    "say",
    "with_filter",
    "without_filter",
    "write",
]
