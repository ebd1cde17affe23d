"""Folding of text for search, and matching in folded text.

Stories, queries and highlights all use it, so 計劃, 計畫 and 计划 are the same everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.content.search_text.character_folding import (
    CJK,
    FIRST_CJK,
    FOLDING_TABLE,
    SEPARATOR,
    is_cjk,
)
from articles.content.text.stream_safe_text import MAX_COMBINING_MARKS

_SEPARATORS = re.compile(f"[ {SEPARATOR}]+")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Folded text with the offsets of its characters in the original.

    Character ``i`` came from ``original[starts[i]:ends[i]]``. The ends include combining marks that
    folding removed, so that a decomposed é is not split.
    """

    text: str
    starts: array[int]
    ends: array[int]


def fold(text: str) -> str:
    """Return ``text`` folded for indexing and searching.

    Forms of one character become one: scripts, variants, widths, cases, accents. Invisible
    characters are removed, and so is white space beside a CJK character; any other run of
    separators becomes one space, and so does a run with punctuation.

    >>> fold("臺灣 與\\nAI 時代"), fold("Ｔaiwan，　 Café"), fold("台灣，香港。")
    ('台湾与ai时代', 'taiwan cafe', '台湾 香港')

    Not idempotent: folding ``台湾 香港`` again would remove the space.
    """
    return _compose(_SEPARATORS.sub(_replace_separators, text.translate(FOLDING_TABLE)))


def fold_with_offsets(text: str) -> FoldedText:
    """Return ``fold(text)`` with the offsets of each character in ``text``.

    >>> folded = fold_with_offsets("《Cafe\u0301》 ㎞")
    >>> folded.text, list(folded.starts), list(folded.ends)
    ('cafe km', [1, 2, 3, 4, 6, 8, 8], [2, 3, 4, 6, 8, 9, 9])
    """
    values = [FOLDING_TABLE[code] for code in map(ord, text)]
    ends = array("I", range(1, len(text) + 1))
    base = 0
    changes = []
    for position, value in enumerate(values):
        if len(value) != 1:
            changes.append((position, position + 1, value))
            if position and not value and unicodedata.category(text[position])[0] == "M":
                base = position - 1 if values[position - 1] else base
                if ends[base] == position:
                    ends[base] += 1
    translated = "".join(value if len(value) == 1 else SEPARATOR for value in values)
    folded = _apply_changes(FoldedText(translated, array("I", range(len(text))), ends), changes)
    runs = ((run, _replace_separators(run)) for run in _SEPARATORS.finditer(folded.text))
    folded = _apply_changes(folded, ((*run.span(), new) for run, new in runs if run[0] != new))
    return _apply_changes(folded, _find_compositions(folded.text))


def find_matches(folded_text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield the spans (start, end) of a folded needle, left to right, without overlaps.

    Where the needle begins or ends with a letter or digit of a script with words, the match needs
    a word boundary; CJK text has none.

    >>> list(find_matches("ai与rain ai", "ai")), list(find_matches("台湾人", "湾"))
    ([(0, 2), (8, 10)], [(1, 2)])
    """
    if needle:
        literal = re.escape(needle)  # first, since re is fast for patterns with a literal prefix
        before = "" if is_cjk(needle[0]) else f"(?<![^ {CJK}]{literal})"
        after = "" if is_cjk(needle[-1]) else f"(?![^ {CJK}])"
        for match in re.finditer(literal + before + after, folded_text):
            yield match.span()


def find_exact_matches(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of ``needle`` in a text that is not folded, character for character."""
    if needle:
        for match in re.finditer(re.escape(needle), text):
            yield match.span()


def find_highlights(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Return the spans of folded needles in the original ``text``, sorted; touching ones merge.

    >>> find_highlights("臺灣、香港", [fold("台湾"), fold("湾，香")])
    [(0, 4)]
    """
    folded = fold_with_offsets(text)
    spans = sorted(
        (folded.starts[start], folded.ends[end - 1])
        for needle in needles
        for start, end in find_matches(folded.text, needle)
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _replace_separators(run: re.Match[str]) -> str:
    """Return the replacement for a run of separators in a translated text."""
    text, (start, end) = run.string, run.span()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if before < FIRST_CJK > after or SEPARATOR in run[0]:
        return " "
    return "" if is_cjk(before) or is_cjk(after) else " "


def _compose(text: str) -> str:
    parts: list[str] = []
    position = 0
    for start, end, new in _find_compositions(text):
        parts += text[position:start], new
        position = end
    return "".join((*parts, text[position:])) if parts else text


def _find_compositions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, new) for what NFC composes: ｶﾞ to ガ, jamo to a syllable.

    A part is a character and the combining marks or Hangul jamo that follow it.
    """
    if unicodedata.is_normalized("NFC", text):
        return
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or end - start > MAX_COMBINING_MARKS or not _is_combining(text[end]):
            part = text[start:end]
            composed = unicodedata.normalize("NFC", part)  # noqa: TID251 - a part is short
            if composed != part:
                yield start, end, composed
            start = end


def _is_combining(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff" or unicodedata.category(char)[0] == "M"


def _apply_changes(folded: FoldedText, changes: Iterable[tuple[int, int, str]]) -> FoldedText:
    """Return ``folded`` with the changes (start, end, new) applied, offsets included."""
    parts: list[str] = []
    starts, ends = array("I"), array("I")
    position = 0
    for start, end, new in (*changes, (len(folded.text), len(folded.text), "")):
        parts += folded.text[position:start], new
        starts.extend(folded.starts[position:start])
        ends.extend(folded.ends[position:start])
        if new:
            starts.extend([folded.starts[start]] * len(new))
            ends.extend([folded.ends[end - 1]] * len(new))
        position = end
    return FoldedText("".join(parts), starts, ends)
