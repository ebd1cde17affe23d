"""The part of a text that shows best why it was found, from the original text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles.content.search_text.character_folding import is_cjk
from articles.content.search_text.folding import find, find_exact, fold, marks
from articles.searching.conditions import Term

CJK_LENGTH, LATIN_LENGTH = 120, 200  # characters of a snippet
_PART = 600  # characters measured at once; folding alone is ten times as quick
_LONGEST = 400_000  # characters of a text in which a snippet is looked for
_MEASURED = 100_000  # characters of a text that are marked: a common word takes half a second
_SENTENCE = re.compile(r"[。！？!?；;…]+[」』”’\"')）]*\s*|\.\s+|\n+")
_CLAUSE = re.compile(r"[，、,：:—]+\s*|\s+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a title or a text; ``is_hit`` tells that it is what was looked for."""

    text: str
    is_hit: bool = False


def pieces(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return the whole of ``text`` in pieces."""
    return _cut(text, spans(text, terms), 0, len(text))


def snippet(text: str, terms: Sequence[Term]) -> list[Piece]:
    """Return the place of ``text`` with the most of the terms, else its beginning.

    It begins and ends between sentences where one ends near by, else between words, and has an
    ellipsis where something is left out.
    """
    found = _best_spans(text, terms)
    length = CJK_LENGTH if _is_cjk(text, found) else LATIN_LENGTH
    first, last = _densest(text, found, length)
    start = _start(text, first, last, length)
    end = _end(text, start, max(last, start), length)
    reach = _overlap(terms)
    around = _spans_within(text, max(0, start - reach), min(len(text), end + reach), terms)
    shown = _cut(text, [span for span in around if start <= span[0] and span[1] <= end], start, end)
    before, after = text[:start].strip(), text[end:].strip()
    return [*[Piece("… ")] * bool(before), *shown, *[Piece(" …")] * bool(after)]


def spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Return where the terms stand in ``text``, sorted, none over another."""
    found: list[Span] = []
    for first, last in _parts(text, terms, _MEASURED):
        if _held(text[first:last], terms):
            found += _spans_within(text, first, last, terms)
    return _joined(found)


def _best_spans(text: str, terms: Sequence[Term]) -> list[Span]:
    """Return the hits of the first part of ``text`` that has as many of the terms as any."""
    most, best = 0, (0, 0)
    for first, last in _parts(text, terms, _LONGEST):
        held = _held(text[first:last], terms)
        if held > most:
            most, best = held, (first, last)
        if most == len(terms):
            break
    return _spans_within(text, *best, terms)


def _parts(text: str, terms: Sequence[Term], most: int) -> Iterator[Span]:
    """Yield parts of ``text``, each over the end of the one before, so that no hit is cut in two.

    Without terms there is nothing to look for.
    """
    end = min(len(text), most) if terms else 0
    reach = _overlap(terms)
    for first in range(0, end, _PART):
        yield max(0, first - reach), min(end, first + _PART)


def _overlap(terms: Sequence[Term]) -> int:
    """Return how far a hit reaches, with what folding takes away between its characters."""
    return 2 * max((len(term.needle) for term in terms), default=0) + 20


def _held(part: str, terms: Sequence[Term]) -> int:
    """Return how many of the terms ``part`` has."""
    folded = fold(part)
    return sum(any(True for _ in _found(part, folded, term)) for term in terms)


def _found(part: str, folded: str, term: Term) -> Iterator[Span]:
    return find_exact(part, term.exact) if term.exact else find(folded, term.needle)


def _spans_within(text: str, first: int, last: int, terms: Sequence[Term]) -> list[Span]:
    """Return the hits between two places; what touches an edge may be half a word, and is none."""
    part = text[first:last]
    found = marks(part, [term.needle for term in terms if not term.exact])
    for term in terms:
        found += find_exact(part, term.exact) if term.exact else ()
    return [
        (first + start, first + end)
        for start, end in _joined(found)
        if (start or not first) and (end < len(part) or last == len(text))
    ]


def _joined(found: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _is_cjk(text: str, found: list[Span]) -> bool:
    """Tell whether the text around the first hit is mostly Chinese, Japanese or Korean."""
    start = max(0, found[0][0] - 50) if found else 0
    around = text[start : start + 100]
    return sum(is_cjk(char) is not None for char in around) * 3 > len(around)


def _densest(text: str, found: list[Span], length: int) -> Span:
    """Return from where to where the window with the most hits reaches; the first of equals.

    Different words count for more than one word again and again.
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


def _start(text: str, first: int, last: int, length: int) -> int:
    """Return where a snippet begins that shows the hits from ``first`` to ``last``."""
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


def _end(text: str, start: int, last: int, length: int) -> int:
    """Return where a snippet ends that begins at ``start`` and shows all up to ``last``."""
    end = max(last, start + length)
    if end >= len(text):
        return len(text)
    for border, least in ((_SENTENCE, start + length // 2), (_CLAUSE, start + length * 3 // 4)):
        ends = [match.end() for match in border.finditer(text, max(last, least), end)]
        if ends:
            return ends[-1]
    return max(last, _last_word(text, last, end))


def _next_word(text: str, start: int, limit: int) -> int:
    """Return the next place from ``start`` on where no word is cut in two."""
    while start < limit and _is_within(text, start):
        start += 1
    return start


def _last_word(text: str, limit: int, end: int) -> int:
    place = end
    while place > limit and _is_within(text, place):
        place -= 1
    return place if place > limit else end


def _is_within(text: str, place: int) -> bool:
    """Tell whether ``place`` is within a word of a script that has words."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    return not (before.isspace() or after.isspace() or is_cjk(before) or is_cjk(after))


def _cut(text: str, found: Sequence[Span], start: int, end: int) -> list[Piece]:
    shown: list[Piece] = []
    for first, last in found:
        if first > start:
            shown.append(Piece(text[start:first]))
        shown.append(Piece(text[first:last], is_hit=True))
        start = last
    if start < end:
        shown.append(Piece(text[start:end]))
    return shown
