"""Invented languages: random words with natural frequencies (Zipf's law)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

WORDS = 6_000
CLAUSES = 16_000  # enough that two stories rarely share more than a clause or two
# Of 100 words in Chinese text about this many have one, two, three, four characters.
WORD_LENGTHS = (1, 2, 3, 4)
WORD_LENGTH_WEIGHTS = (18, 64, 12, 6)
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo")
ENDINGS = ("", "n", "r", "s", "t", "l")


@dataclass(frozen=True, slots=True)
class Language:
    """A pool of clauses, and the punctuation that joins them into sentences."""

    code: str
    clauses: tuple[str, ...]
    words: tuple[str, ...]
    joins: tuple[str, ...]
    end: str

    def text(self, rng: random.Random, size: int) -> str:
        """Return one paragraph of about ``size`` bytes of UTF-8, ended by a full stop."""
        parts: list[str] = []
        size_so_far = 0
        joins = self.joins
        # A clause has about 36 bytes; to draw a few too many is cheaper than to draw one by one.
        for clause in rng.choices(self.clauses, k=size // 24 + 1):
            parts.append(clause)
            size_so_far += len(clause.encode()) + 3
            if size_so_far >= size:
                break
            parts.append(joins[len(clause) % len(joins)])
        else:
            parts.pop()
        return "".join(parts) + self.end

    def title(self, rng: random.Random) -> str:
        """Return a headline: one or two clauses, without a full stop."""
        clauses = rng.choices(self.clauses, k=1 if rng.random() < 0.2 else 2)
        return " ".join(clauses)


def _common_characters(encoding: str, rows: range, columns: Sequence[int]) -> list[str]:
    """Return the common characters: the first level of a national encoding."""
    characters: list[str] = []
    for row in rows:
        for column in columns:
            try:
                characters.append(bytes((row, column)).decode(encoding))
            except UnicodeDecodeError:  # a hole at the end of the table
                continue
    return characters


def _zipf(count: int, offset: float) -> list[float]:
    """Return cumulative weights 1 / (rank + offset), Mandelbrot's form of Zipf's law.

    With an offset of 2.7 the first of 6,000 words is one in 27, about what 的 is in Chinese.
    """
    return list(accumulate(1 / (rank + offset) for rank in range(1, count + 1)))


def _chinese_words(rng: random.Random, characters: list[str]) -> list[str]:
    rng.shuffle(characters)  # the tables are ordered by sound or strokes, not by frequency
    lengths = rng.choices(WORD_LENGTHS, WORD_LENGTH_WEIGHTS, k=WORDS)
    drawn = iter(rng.choices(characters, cum_weights=_zipf(len(characters), 40), k=sum(lengths)))
    return ["".join(next(drawn) for _ in range(length)) for length in lengths]


def _latin_words(rng: random.Random) -> list[str]:
    return [
        "".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) + rng.choice(ENDINGS)
        for _ in range(WORDS)
    ]


def _clauses(rng: random.Random, words: list[str], glue: str) -> tuple[str, ...]:
    lengths = [rng.randint(3, 8) for _ in range(CLAUSES)]
    drawn = iter(rng.choices(words, cum_weights=_zipf(len(words), 2.7), k=sum(lengths)))
    clauses: list[str] = []
    for number, length in enumerate(lengths):
        parts = [next(drawn) for _ in range(length)]
        if number % 7 == 0:  # news is full of figures
            parts[1] = str(rng.randint(2, 2021))
        clauses.append(glue.join(parts))
    return tuple(clauses)


@lru_cache(maxsize=4)
def languages(seed: int) -> dict[str, Language]:
    """Return the languages ``hans``, ``hant`` and ``en``; the same seed gives the same ones."""
    rng = random.Random(f"language {seed}")  # noqa: S311 - chance, no secret
    simplified = _common_characters("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    traditional = _common_characters(
        "big5", range(0xA4, 0xC6), [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    )
    result: dict[str, Language] = {}
    for code, characters in (("hans", simplified), ("hant", traditional)):
        words = _chinese_words(rng, characters)
        result[code] = Language(
            code, _clauses(rng, words, ""), tuple(words), ("，", "，", "、", "。", "；"), "。"
        )
    latin = _latin_words(rng)
    clauses = tuple(clause.capitalize() for clause in _clauses(rng, latin, " "))
    result["en"] = Language("en", clauses, tuple(latin), (", ", ". ", ". ", "; "), ".")
    return result
