"""How long a text takes to read, in any mixture of scripts."""

from __future__ import annotations

import re

from articles.content.text.language_detection import CHARACTERS

_CHARACTER = re.compile(f"[{CHARACTERS}]")  # what is left is read word by word
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_CHARACTERS_A_MINUTE = 400  # of Chinese news read silently
_WORDS_A_MINUTE = 230  # (Brysbaert 2019: 238 in English non-fiction)


def reading_minutes(text: str) -> int:
    """Return the minutes that ``text`` takes, at least 1; 0 for a text without a word.

    >>> reading_minutes("字" * 800), reading_minutes("字" * 800 + " word" * 230)
    (2, 3)
    """
    characters = len(_CHARACTER.findall(text))
    words = len(_WORD.findall(_CHARACTER.sub(" ", text)))
    minutes = characters / _CHARACTERS_A_MINUTE + words / _WORDS_A_MINUTE
    return max(1, round(minutes)) if minutes else 0
