"""A search as typed, read into a tree and notes. Nothing that is typed is an error."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from articles.content.search_query.formatter import write
from articles.content.search_query.normalization import clash, normalise
from articles.content.search_query.notes import About, Note
from articles.content.search_query.parser import LIMITS, Limits, Reader
from articles.content.search_query.syntax_tree import EVERYTHING, Node
from articles.content.search_query.tokenizer import clean

_WORD = 40  # characters; a longer run is cut within rather than left out


@dataclass(frozen=True, slots=True)
class Query:
    """A search that was read; ``typed`` is what of the input was read, fit to be shown again."""

    root: Node
    notes: tuple[Note, ...]
    typed: str


def parse(typed: str, limits: Limits = LIMITS) -> Query:
    """Return the tree of what was typed, in its normal form, and the notes on it.

    Never raises. Over a limit what fits is read. ``write`` of the tree keeps to the limits too,
    so that a link can carry it: where it would be longer than what may be typed, less is read.

    >>> parse("標題：台灣 -foo:bar").root
    And(parts=(Text(value='台灣', field='title', ...), Not(part=Text(value='foo bar', ...))))
    """
    typed = typed.strip()
    text = clean(typed[: limits.characters + 1])
    cut = len(typed) > limits.characters
    query = _read(_head(text, limits.characters), limits, cut=cut)
    if _fits(query, limits):
        return query
    too_long = bisect_left(
        range(len(query.typed)),
        True,
        key=lambda length: not _fits(_read(_head(text, length), limits, cut=True), limits),
    )
    return _read(_head(text, too_long - 1), limits, cut=True)


def _fits(query: Query, limits: Limits) -> bool:
    return len(write(query.root)) <= limits.characters


def _read(text: str, limits: Limits, *, cut: bool) -> Query:
    reader = Reader(text, limits, cut=cut)
    found = reader.group()
    root = EVERYTHING if found is None else normalise(found)
    notes = reader.notes
    if cut:
        notes.append(Note(About.TOO_LONG, "", str(limits.characters)))
    if found is None and text and not notes:
        notes.append(Note(About.NO_WORDS, text, ""))
    if both := clash(root):
        notes.append(Note(About.NO_STORY, " ".join(write(part) for part in both), ""))
    return Query(root, tuple(dict.fromkeys(notes)), text)


def _head(text: str, length: int) -> str:
    """Return at most ``length`` characters of ``text``, without the half word that a cut leaves."""
    head = text[:length]
    if length < len(text) and not text[length].isspace():
        start = max(head.rfind(char) for char in " \u3000")
        if start > 0 and length - start < _WORD:
            head = head[:start]
    return head.rstrip()
