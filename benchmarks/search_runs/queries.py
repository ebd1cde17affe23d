"""Kinds of queries, with needles that occur in the searched archive.

Django must be set up before this module is imported.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from articles.content.search_text.character_folding import CJK
from articles.searching.conditions import All, Any, Condition, DateRange, Not, OneOf, term
from articles.searching.index_documents import Document
from benchmarks.search_runs.documents import FIRST, PER_DAY, SOURCES, GeneratedArchive

PER_KIND = 12  # queries of a kind
_SAMPLE = 1_500  # articles from which needles are taken
_RUN = re.compile(f"[{CJK}]+")
_MIXED = re.compile(f"[a-z0-9]+[{CJK}]{{1,2}}")
_WORD = re.compile("[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Query:
    """A query of one kind; ``needles`` are the strings that a hit contains, for other engines.

    Queries that other engines do not support have none.
    """

    kind: str
    condition: Condition
    needles: tuple[str, ...] = ()


def choose_queries(archive: GeneratedArchive) -> list[Query]:
    """Return distinct queries of every kind; the same archive gives the same queries."""
    return list(dict.fromkeys(_Chooser(archive).queries()))


def _pairs(needle: str) -> list[str]:
    return [needle[:2], needle[1:]]


class _Chooser:
    def __init__(self, archive: GeneratedArchive) -> None:
        self._size = archive.size
        self._rng = random.Random(f"{archive.seed} queries")  # noqa: S311 - chance, no secret
        self._documents = list(archive.some(_SAMPLE, "needles"))
        pairs = Counter[str]()
        for document in self._documents:
            pairs.update({token for token in document.text_tokens.main if len(token) == 2})
        self._pairs = {pair: count for pair, count in pairs.items() if _RUN.fullmatch(pair)}
        self._common = [pair for pair, _ in Counter(self._pairs).most_common(60)]

    def queries(self) -> Iterator[Query]:
        """Yield EACH queries of each kind."""
        yield from self._single_terms("1 character", lambda: self._random_substring(1))
        yield from self._single_terms("2 characters", lambda: self._random_substring(2))
        yield from self._single_terms("4 characters", lambda: self._random_substring(4))
        yield from self._single_terms("phrase of 8", lambda: self._random_substring(8))
        yield from self._single_terms("mixed", lambda: self._random_match(_MIXED))
        yield from self._single_terms("English", lambda: self._random_match(_WORD))
        yield from self._single_terms("rare", self._rare_substring)
        yield from self._single_terms("common", lambda: self._rng.choice(self._common))
        for _ in range(PER_KIND):
            yield self._all("two common", self._common_pair(), self._common_pair())
            yield self._all(
                "common and 1 character", self._common_pair(), self._random_substring(1)
            )
            yield Query("common, one outlet", All((self._common_term(), self._outlet())))
            yield Query("common, a rare topic", All((self._common_term(), self._topic())))
            yield Query("common, a month", All((self._common_term(), self._month())))
            yield Query("one outlet", self._outlet())
            yield Query("common, not common", All((self._common_term(), Not(self._common_term()))))
            yield Query("common or common", Any((self._common_term(), self._common_term())))
            yield Query("not common", Not(self._common_term()))
            yield Query("in titles", term(self._random_title_pair(), "title"))
        yield Query("everything", All())

    def _single_terms(self, name: str, needle: Callable[[], str]) -> Iterator[Query]:
        for _ in range(PER_KIND):
            text = needle()
            yield Query(name, term(text), (text,))

    def _random_document(self) -> Document:
        return self._rng.choice(self._documents)

    def _random_substring(self, length: int) -> str:
        """Return ``length`` adjacent characters of a random text; frequent ones are likelier."""
        while True:
            runs = [
                run
                for run in _RUN.findall(self._random_document().folded_text)
                if len(run) >= length
            ]
            if runs:
                run: str = self._rng.choice(runs)
                start = self._rng.randrange(len(run) - length + 1)
                return run[start : start + length]

    def _random_match(self, pattern: re.Pattern[str]) -> str:
        while True:
            matches = pattern.findall(self._random_document().folded_text)
            if matches:
                drawn: str = self._rng.choice(matches)
                return drawn

    def _rare_substring(self) -> str:
        """Return the rarest of 200 random substrings of three characters, by their pairs."""
        needles = (self._random_substring(3) for _ in range(200))
        return min(needles, key=lambda needle: max(map(self._pairs.__getitem__, _pairs(needle))))

    def _common_pair(self) -> str:
        return self._rng.choice(self._common)

    def _common_term(self) -> Condition:
        return term(self._common_pair())

    def _all(self, kind: str, *needles: str) -> Query:
        return Query(kind, All(tuple(map(term, needles))), needles)

    def _outlet(self) -> Condition:
        return OneOf("source", (self._rng.randint(1, SOURCES),))

    def _topic(self) -> Condition:
        return OneOf("tag", (self._rng.randint(200, 400),))

    def _month(self) -> Condition:
        start = FIRST.date() + dt.timedelta(days=self._rng.randrange(self._size // PER_DAY + 1))
        return DateRange(start, start + dt.timedelta(days=30))

    def _random_title_pair(self) -> str:
        while True:
            runs = [
                run for run in _RUN.findall(self._random_document().folded_title) if len(run) > 1
            ]
            if runs:
                run: str = self._rng.choice(runs)
                start = self._rng.randrange(len(run) - 1)
                return run[start : start + 2]
