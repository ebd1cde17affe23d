"""Edit distance between spellings of a word (Damerau-Levenshtein, adjacent letters only)."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase


def find_nearest_words(word: str, known: Iterable[str], limit: int) -> list[str]:
    """Return at most ``limit`` of the ``known`` words that are nearest to ``word``, nearest first.

    >>> find_nearest_words("vacine", ["vaccine", "valise", "virtue", "vacine"], 1)
    ['vaccine']

    Words of fewer than 6 letters may differ by one edit, longer ones by two. Two neighbours that
    have swapped places count as one edit.
    """
    max_distance = 1 if len(word) < 6 else 2
    matches = [
        (distance, other)
        for other in known
        if other != word and (distance := _edit_distance(word, other, max_distance)) <= max_distance
    ]
    return [other for _, other in sorted(matches)[:limit]]


def generate_edits(word: str) -> set[str]:
    """Return every spelling at edit distance 1, with the letters a to z.

    >>> sorted(other for other in generate_edits("at") if len(other) < 2 or other == "ta")
    ['a', 't', 'ta']
    """
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    edits = {a + b[1:] for a, b in halves if b}
    edits |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    edits |= {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase}
    edits |= {a + letter + b for a, b in halves for letter in ascii_lowercase}
    return edits - {word}


def _edit_distance(a_word: str, b_word: str, limit: int) -> int:
    """Return the number of edits between two words, ``limit + 1`` when it exceeds ``limit``."""
    if abs(len(a_word) - len(b_word)) > limit:
        return limit + 1
    previous: list[int] = []
    row = list(range(len(b_word) + 1))
    for i, a in enumerate(a_word, 1):
        before_previous, previous, row = previous, row, [i]
        for j, b in enumerate(b_word, 1):
            cost = min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b))
            if i > 1 < j and a == b_word[j - 2] and b == a_word[i - 2]:
                cost = min(cost, before_previous[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
