"""The reading time of a text, in any mixture of scripts."""

from __future__ import annotations

import re

from articles.content.text.language_detection import HAN_AND_KANA

_HAN_OR_KANA = re.compile(f"[{HAN_AND_KANA}]")  # the rest is counted in words
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_CHARACTERS_PER_MINUTE = 400  # of Chinese news read silently
_WORDS_PER_MINUTE = 230  # (Brysbaert 2019: 238 in English non-fiction)


def estimate_reading_minutes(text: str) -> int:
    """Return the reading time of ``text`` in minutes, at least 1; 0 for a text without words.

    >>> estimate_reading_minutes("字" * 800), estimate_reading_minutes("字" * 800 + " word" * 230)
    (2, 3)
    """
    characters = len(_HAN_OR_KANA.findall(text))
    words = len(_WORD.findall(_HAN_OR_KANA.sub(" ", text)))
    minutes = characters / _CHARACTERS_PER_MINUTE + words / _WORDS_PER_MINUTE
    return max(1, round(minutes)) if minutes else 0
