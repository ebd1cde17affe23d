"""How far one spelling of a word is from another."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase


def nearest(word: str, known: Iterable[str], limit: int) -> list[str]:
    """Return at most ``limit`` of the known words that are spelled nearly like ``word``.

    >>> nearest("vacine", ["vaccine", "valise", "virtue", "vacine"], 1)
    ['vaccine']

    One letter may differ in a short word, two in a longer one; neighbours that have changed
    places count once.
    """
    allowed = 1 if len(word) < 6 else 2
    found = [
        (distance, other)
        for other in known
        if other != word and (distance := _distance(word, other, allowed)) <= allowed
    ]
    return [other for _, other in sorted(found)[:limit]]


def one_away(word: str) -> set[str]:
    """Return every spelling that is one letter, or one exchange of neighbours, away.

    >>> sorted(other for other in one_away("at") if len(other) < 2 or other == "ta")
    ['a', 't', 'ta']
    """
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    found = {a + b[1:] for a, b in halves if b}
    found |= {a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1}
    found |= {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase}
    found |= {a + letter + b for a, b in halves for letter in ascii_lowercase}
    return found - {word}


def _distance(first: str, second: str, most: int) -> int:
    """Return how many letters have to be changed, or more than ``most``."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(second, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 < j and a == second[j - 2] and b == first[i - 2]:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
