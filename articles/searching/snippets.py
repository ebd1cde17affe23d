"""Snippets and highlighting: the part of the original text that best shows its hits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles.content.search_text.character_folding import is_cjk
from articles.content.search_text.text_folding import (
    find_exact_matches,
    find_highlights,
    find_matches,
    fold,
)
from articles.searching.conditions import Term

CJK_LENGTH, LATIN_LENGTH = 120, 200  # characters in a snippet
#: Characters. Only chunks with a hit are highlighted: folding alone is ten times as fast.
_CHUNK_SIZE = 600
_MAX_SNIPPET_TEXT = 400_000  # characters of a text that are searched for a snippet
#: Characters of a text that are highlighted: a common word takes half a second.
_MAX_HIGHLIGHTED_TEXT = 100_000
_SENTENCE = re.compile(r"[。！？!?；;…]+[」』”’\"')）]*\s*|\.\s+|\n+")
_CLAUSE = re.compile(r"[，、,：:—]+\s*|\s+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a title or text; ``is_hit`` is true for an occurrence of a term."""

    text: str
    is_hit: bool = False


def split_at_hits(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return all of ``text`` as pieces, split at the hits."""
    return _split(text, find_spans(text, terms), 0, len(text))


def make_snippet(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return the passage of ``text`` with the most terms, else its beginning, as pieces.

    It starts and ends at a sentence boundary if one is near, else between words, and has an
    ellipsis where text is omitted.
    """
    found = _best_chunk_spans(text, terms)
    length = CJK_LENGTH if _is_cjk(text, found) else LATIN_LENGTH
    first, last = _densest_window(text, found, length)
    start = _snippet_start(text, first, last, length)
    end = _snippet_end(text, start, max(last, start), length)
    reach = _overlap(terms)
    around = _spans_within(text, max(0, start - reach), min(len(text), end + reach), terms)
    pieces = _split(
        text, [span for span in around if start <= span[0] and span[1] <= end], start, end
    )
    before, after = text[:start].strip(), text[end:].strip()
    return [*[Piece("… ")] * bool(before), *pieces, *[Piece(" …")] * bool(after)]


def find_spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Return where the terms occur in ``text``, as sorted spans that do not overlap."""
    found: list[Span] = []
    for first, last in _chunks(text, terms, _MAX_HIGHLIGHTED_TEXT):
        if _count_terms(text[first:last], terms):
            found += _spans_within(text, first, last, terms)
    return _merge_spans(found)


def _best_chunk_spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Return the hits in the first chunk of ``text`` with the largest number of different terms."""
    most, best = 0, (0, 0)
    for first, last in _chunks(text, terms, _MAX_SNIPPET_TEXT):
        count = _count_terms(text[first:last], terms)
        if count > most:
            most, best = count, (first, last)
        if most == len(terms):
            break
    return _spans_within(text, *best, terms)


def _chunks(text: str, terms: Sequence[Term], most: int) -> Iterator[Span]:
    """Yield the chunks of ``text`` as overlapping spans, so that no hit is cut in two.

    Yields nothing without terms.
    """
    end = min(len(text), most) if terms else 0
    reach = _overlap(terms)
    for first in range(0, end, _CHUNK_SIZE):
        yield max(0, first - reach), min(end, first + _CHUNK_SIZE)


def _overlap(terms: Sequence[Term]) -> int:
    """Return the maximal length of a hit, with characters inside it that folding removes."""
    return 2 * max((len(term.needle) for term in terms), default=0) + 20


def _count_terms(chunk: str, terms: Sequence[Term]) -> int:
    """Return how many of the terms occur in ``chunk``."""
    folded = fold(chunk)
    return sum(any(True for _ in _find_term(chunk, folded, term)) for term in terms)


def _find_term(chunk: str, folded: str, term: Term) -> Iterator[Span]:
    return (
        find_exact_matches(chunk, term.exact) if term.exact else find_matches(folded, term.needle)
    )


def _spans_within(text: str, first: int, last: int, terms: Sequence[Term]) -> list[Span]:
    """Return the hits between two positions, without those at an edge: they may be half a word."""
    chunk = text[first:last]
    found = find_highlights(chunk, [term.needle for term in terms if not term.exact])
    for term in terms:
        found += find_exact_matches(chunk, term.exact) if term.exact else ()
    return [
        (first + start, first + end)
        for start, end in _merge_spans(found)
        if (start or not first) and (end < len(chunk) or last == len(text))
    ]


def _merge_spans(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _is_cjk(text: str, found: list[Span]) -> bool:
    """Return whether the text around the first hit is mostly Chinese, Japanese or Korean."""
    start = max(0, found[0][0] - 50) if found else 0
    around = text[start : start + 100]
    return sum(is_cjk(char) is not None for char in around) * 3 > len(around)


def _densest_window(text: str, found: list[Span], length: int) -> Span:
    """Return the span of the window with the most hits; of equal ones, the first.

    Different words weigh more than repetitions of one word.
    """
    words = [fold(text[start:end]) for start, end in found]
    best: tuple[int, Span] = (0, (0, 0))
    last = 0
    for first, (start, own_end) in enumerate(found):
        last = max(last, first + 1)
        while last < len(found) and found[last][1] - start <= length:
            last += 1
        window = found[first:last]
        weight = len(window) + 3 * len(set(words[first:last]))
        if weight > best[0]:
            best = weight, (start, max(own_end, window[-1][1]))
    return best[1]


def _snippet_start(text: str, first: int, last: int, length: int) -> int:
    """Return the start of a snippet that includes the hits from ``first`` to ``last``."""
    spare = max(0, length - (last - first))
    earliest = max(0, first - spare)
    if not earliest and first <= length // 2:
        return 0
    for border, reach in ((_SENTENCE, spare * 2 // 3), (_CLAUSE, spare // 3)):
        ends = [match.end() for match in border.finditer(text, max(0, first - reach), first)]
        if ends:
            return ends[0]
    start = max(0, first - spare // 4)
    return _next_word(text, start, first)


def _snippet_end(text: str, start: int, last: int, length: int) -> int:
    """Return the end of a snippet that starts at ``start`` and includes everything to ``last``."""
    end = max(last, start + length)
    if end >= len(text):
        return len(text)
    for border, least in ((_SENTENCE, start + length // 2), (_CLAUSE, start + length * 3 // 4)):
        ends = [match.end() for match in border.finditer(text, max(last, least), end)]
        if ends:
            return ends[-1]
    return max(last, _last_word(text, last, end))


def _next_word(text: str, start: int, limit: int) -> int:
    """Return the next position from ``start`` on that is not inside a word."""
    while start < limit and _is_inside_word(text, start):
        start += 1
    return start


def _last_word(text: str, limit: int, end: int) -> int:
    position = end
    while position > limit and _is_inside_word(text, position):
        position -= 1
    return position if position > limit else end


def _is_inside_word(text: str, position: int) -> bool:
    """Return whether ``position`` is inside a word of a script that separates words."""
    if not 0 < position < len(text):
        return False
    before, after = text[position - 1], text[position]
    return not (before.isspace() or after.isspace() or is_cjk(before) or is_cjk(after))


def _split(text: str, found: Sequence[Span], start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    for first, last in found:
        if first > start:
            pieces.append(Piece(text[start:first]))
        pieces.append(Piece(text[first:last], is_hit=True))
        start = last
    if start < end:
        pieces.append(Piece(text[start:end]))
    return pieces
