"""Text as search sees it: one way to fold it, and to find in it.

Stories, queries and what is highlighted all go through here, so 計劃, 計畫 and 计划 are the same
everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.content.search_text.character_folding import BREAK, CJK, FIRST_CJK, TABLE, is_cjk

#: On one letter, as in Unicode's stream-safe format: NFC's time grows with the square of them.
MAX_MARKS = 30
_SEPARATORS = re.compile(f"[ {BREAK}]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text, with the place in the original that each of its characters came from.

    Character ``i`` came from ``original[starts[i]:ends[i]]``. The ends take in marks that
    vanished, so that é in two characters is not cut in two.
    """

    text: str
    starts: array[int]
    ends: array[int]


def fold(text: str) -> str:
    """Return ``text`` as it is indexed and searched.

    Forms of one character are one: scripts, variants, widths, cases, accents. What is not seen
    vanishes, and so does white space beside a CJK character; any other run of separators is one
    space, and so is a run with punctuation.

    >>> fold("臺灣 與\\nAI 時代"), fold("Ｔaiwan，　 Café"), fold("台灣，香港。")
    ('台湾与ai时代', 'taiwan cafe', '台湾 香港')

    Fold a text once: in ``台湾 香港`` the space beside CJK would vanish the second time.
    """
    return _composed(_SEPARATORS.sub(_separator, text.translate(TABLE)))


def fold_with_offsets(text: str) -> Folded:
    """Return ``fold(text)`` with the place of each character in ``text``.

    >>> folded = fold_with_offsets("《Cafe\u0301》 ㎞")
    >>> folded.text, list(folded.starts), list(folded.ends)
    ('cafe km', [1, 2, 3, 4, 6, 8, 8], [2, 3, 4, 6, 8, 9, 9])
    """
    values = [TABLE[code] for code in map(ord, text)]
    ends = array("I", range(1, len(text) + 1))
    base = 0
    changes = []
    for place, value in enumerate(values):
        if len(value) != 1:
            changes.append((place, place + 1, value))
            if place and not value and unicodedata.category(text[place])[0] == "M":
                base = place - 1 if values[place - 1] else base
                if ends[base] == place:
                    ends[base] += 1
    letters = "".join(value if len(value) == 1 else BREAK for value in values)
    folded = _replaced(Folded(letters, array("I", range(len(text))), ends), changes)
    runs = ((run, _separator(run)) for run in _SEPARATORS.finditer(folded.text))
    folded = _replaced(folded, ((*run.span(), new) for run, new in runs if run[0] != new))
    return _replaced(folded, _compositions(folded.text))


def find(folded_text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield the places (start, end) of a folded needle, left to right, none over another.

    Where the needle begins or ends with a letter or digit of a script with words, the word begins
    or ends there too; CJK text has no such borders.

    >>> list(find("ai与rain ai", "ai")), list(find("台湾人", "湾"))
    ([(0, 2), (8, 10)], [(1, 2)])
    """
    if needle:
        literal = re.escape(needle)  # first, since re is fast at finding what begins with one
        before = "" if is_cjk(needle[0]) else f"(?<![^ {CJK}]{literal})"
        after = "" if is_cjk(needle[-1]) else f"(?![^ {CJK}])"
        for match in re.finditer(literal + before + after, folded_text):
            yield match.span()


def find_exact(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield the places of the very characters of ``needle`` in a text that is not folded."""
    if needle:
        for match in re.finditer(re.escape(needle), text):
            yield match.span()


def marks(text: str, needles: Iterable[str]) -> list[tuple[int, int]]:
    """Return where folded needles stand in the original ``text``, sorted, those that touch joined.

    >>> marks("臺灣、香港", [fold("台湾"), fold("湾，香")])
    [(0, 4)]
    """
    folded = fold_with_offsets(text)
    found = sorted(
        (folded.starts[start], folded.ends[end - 1])
        for needle in needles
        for start, end in find(folded.text, needle)
    )
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _separator(run: re.Match[str]) -> str:
    """Return what a run of separators in a translated text becomes."""
    text, (start, end) = run.string, run.span()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if before < FIRST_CJK > after or BREAK in run[0]:
        return " "
    return "" if is_cjk(before) or is_cjk(after) else " "


def _composed(text: str) -> str:
    letters: list[str] = []
    done = 0
    for start, end, new in _compositions(text):
        letters += text[done:start], new
        done = end
    return "".join((*letters, text[done:])) if letters else text


def _compositions(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of ``text`` that NFC writes otherwise: ｶﾞ is ガ, jamo are a syllable.

    Only characters with the marks, or the parts of a Hangul syllable, that follow them.
    """
    if unicodedata.is_normalized("NFC", text):
        return
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or end - start > MAX_MARKS or not _follows(text[end]):
            part = text[start:end]
            composed = unicodedata.normalize("NFC", part)
            if composed != part:
                yield start, end, composed
            start = end


def _follows(char: str) -> bool:
    return "\u1160" <= char <= "\u11ff" or unicodedata.category(char)[0] == "M"


def _replaced(folded: Folded, changes: Iterable[tuple[int, int, str]]) -> Folded:
    """Return ``folded`` with parts (start, end) replaced, each by what stands for all of it."""
    letters: list[str] = []
    starts, ends = array("I"), array("I")
    done = 0
    for start, end, new in (*changes, (len(folded.text), len(folded.text), "")):
        letters += folded.text[done:start], new
        starts.extend(folded.starts[done:start])
        ends.extend(folded.ends[done:start])
        if new:
            starts.extend([folded.starts[start]] * len(new))
            ends.extend([folded.ends[end - 1]] * len(new))
        done = end
    return Folded("".join(letters), starts, ends)
