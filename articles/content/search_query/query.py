"""A query as typed, parsed into a syntax tree and notes. No input is an error."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from articles.content.search_query.formatter import unparse
from articles.content.search_query.normalization import find_contradiction, normalize
from articles.content.search_query.notes import Note, NoteKind
from articles.content.search_query.parser import LIMITS, Limits, Parser
from articles.content.search_query.syntax_tree import EVERYTHING, Node
from articles.content.search_query.tokenizer import strip_unstorable

_MAX_DROPPED_WORD = 40  # characters; a longer run is cut in the middle, not left out


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. ``typed`` is the part of the input that was parsed, safe to show again."""

    root: Node
    notes: tuple[Note, ...]
    typed: str


def parse(typed: str, limits: Limits = LIMITS) -> Query:
    """Return ``typed`` as a syntax tree in normal form, with notes on how it was read.

    Never raises. Of input over a limit, the part that fits is parsed. ``unparse`` of the tree
    keeps to the limits too, so that a link can carry it: where its output would be longer than
    input may be, less is parsed.

    >>> parse("標題：台灣 -foo:bar").root
    And(parts=(Text(value='台灣', field='title', ...), Not(part=Text(value='foo bar', ...))))
    """
    typed = typed.strip()
    text = strip_unstorable(typed[: limits.characters + 1])
    is_truncated = len(typed) > limits.characters
    query = _parse_text(_truncate(text, limits.characters), limits, is_truncated=is_truncated)
    if _fits_limits(query, limits):
        return query
    first_too_long = bisect_left(
        range(len(query.typed)),
        True,
        key=lambda length: (
            not _fits_limits(
                _parse_text(_truncate(text, length), limits, is_truncated=True), limits
            )
        ),
    )
    return _parse_text(_truncate(text, first_too_long - 1), limits, is_truncated=True)


def _fits_limits(query: Query, limits: Limits) -> bool:
    return len(unparse(query.root)) <= limits.characters


def _parse_text(text: str, limits: Limits, *, is_truncated: bool) -> Query:
    parser = Parser(text, limits, is_truncated=is_truncated)
    tree = parser.parse_group()
    root = EVERYTHING if tree is None else normalize(tree)
    notes = parser.notes
    if is_truncated:
        notes.append(Note(NoteKind.TOO_LONG, "", str(limits.characters)))
    if tree is None and text and not notes:
        notes.append(Note(NoteKind.NO_WORDS, text, ""))
    if contradiction := find_contradiction(root):
        notes.append(Note(NoteKind.NO_STORY, " ".join(unparse(part) for part in contradiction), ""))
    return Query(root, tuple(dict.fromkeys(notes)), text)


def _truncate(text: str, length: int) -> str:
    """Return at most ``length`` characters of ``text``, without the half word at the cut."""
    head = text[:length]
    if length < len(text) and not text[length].isspace():
        start = max(head.rfind(char) for char in " \u3000")
        if start > 0 and length - start < _MAX_DROPPED_WORD:
            head = head[:start]
    return head.rstrip()
