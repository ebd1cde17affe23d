"""How long a text takes to read, in any mixture of scripts."""

from __future__ import annotations

import re

#: Han and kana, each character by itself; what is left is read word by word.
_CHARACTER = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_CHARACTERS = 400  # a minute, of Chinese news read silently
_WORDS = 230  # a minute (Brysbaert 2019: 238 in English non-fiction)


def reading_minutes(text: str) -> int:
    """Return the minutes that ``text`` takes, at least 1; 0 for a text without a word.

    >>> reading_minutes("字" * 800), reading_minutes("字" * 800 + " word" * 230)
    (2, 3)
    """
    characters = len(_CHARACTER.findall(text))
    words = len(_WORD.findall(_CHARACTER.sub(" ", text)))
    minutes = characters / _CHARACTERS + words / _WORDS
    return max(1, round(minutes)) if minutes else 0
