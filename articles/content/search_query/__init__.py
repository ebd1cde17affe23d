"""The query language of the search: any input parses into a syntax tree and notes, never an error.

:func:`parse` reads input, :func:`unparse` writes a tree in its one canonical form,
:func:`with_filter` and :func:`without_filter` build the queries of facet links. Nothing here knows
how stories are found.
"""

from articles.content.search_query.formatter import unparse, with_filter, without_filter
from articles.content.search_query.notes import Note, NoteKind, format_note
from articles.content.search_query.parser import LIMITS, Limits
from articles.content.search_query.query import Query, parse
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

__all__ = [
    "EVERYTHING",
    "LIMITS",
    "NOTHING",
    "And",
    "DateRange",
    "Everything",
    "Filter",
    "Limits",
    "Node",
    "Not",
    "Note",
    "NoteKind",
    "Or",
    "Query",
    "Text",
    "format_note",
    "parse",
    "unparse",
    "with_filter",
    "without_filter",
]
