"""Kinds of queries, with needles that stand in the archive that is searched.

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
from articles.searching.conditions import All, Any, Condition, Days, Not, OneOf, term
from articles.searching.index_documents import Document
from benchmarks.search_runs.documents import FIRST, PER_DAY, SOURCES, Archive

EACH = 12  # queries of a kind
_SAMPLE = 1_500  # articles that needles are taken from
_RUN = re.compile(f"[{CJK}]+")
_MIXED = re.compile(f"[a-z0-9]+[{CJK}]{{1,2}}")
_WORD = re.compile("[a-z]{4,}")


@dataclass(frozen=True, slots=True)
class Query:
    """A query of a kind. ``needles`` must all be there: what other engines can be asked for too.

    Queries that ask for more than that have none.
    """

    kind: str
    condition: Condition
    needles: tuple[str, ...] = ()


def choose(archive: Archive) -> list[Query]:
    """Return queries of every kind, none twice, the same for the same archive."""
    return list(dict.fromkeys(_Chooser(archive).queries()))


def _pairs(needle: str) -> list[str]:
    return [needle[:2], needle[1:]]


class _Chooser:
    def __init__(self, archive: Archive) -> None:
        self._size = archive.size
        self._rng = random.Random(f"{archive.seed} queries")  # noqa: S311 - chance, no secret
        self._documents = list(archive.some(_SAMPLE, "needles"))
        pairs = Counter[str]()
        for document in self._documents:
            pairs.update({token for token in document.cut_text.main if len(token) == 2})
        self._pairs = {pair: count for pair, count in pairs.items() if _RUN.fullmatch(pair)}
        self._common = [pair for pair, _ in Counter(self._pairs).most_common(60)]

    def queries(self) -> Iterator[Query]:
        """Yield EACH queries of each kind."""
        yield from self._plain("1 character", lambda: self._cut_out(1))
        yield from self._plain("2 characters", lambda: self._cut_out(2))
        yield from self._plain("4 characters", lambda: self._cut_out(4))
        yield from self._plain("phrase of 8", lambda: self._cut_out(8))
        yield from self._plain("mixed", lambda: self._found(_MIXED))
        yield from self._plain("English", lambda: self._found(_WORD))
        yield from self._plain("rare", self._rare)
        yield from self._plain("common", lambda: self._rng.choice(self._common))
        for _ in range(EACH):
            yield self._all("two common", self._one_common(), self._one_common())
            yield self._all("common and 1 character", self._one_common(), self._cut_out(1))
            yield Query("common, one outlet", All((self._common_term(), self._outlet())))
            yield Query("common, a rare topic", All((self._common_term(), self._topic())))
            yield Query("common, a month", All((self._common_term(), self._month())))
            yield Query("one outlet", self._outlet())
            yield Query("common, not common", All((self._common_term(), Not(self._common_term()))))
            yield Query("common or common", Any((self._common_term(), self._common_term())))
            yield Query("not common", Not(self._common_term()))
            yield Query("in titles", term(self._title(), "title"))
        yield Query("everything", All())

    def _plain(self, name: str, needle: Callable[[], str]) -> Iterator[Query]:
        for _ in range(EACH):
            found = needle()
            yield Query(name, term(found), (found,))

    def _text(self) -> Document:
        return self._rng.choice(self._documents)

    def _cut_out(self, length: int) -> str:
        """Return so many characters out of any text: what is frequent is drawn often."""
        while True:
            runs = [run for run in _RUN.findall(self._text().folded_text) if len(run) >= length]
            if runs:
                run: str = self._rng.choice(runs)
                start = self._rng.randrange(len(run) - length + 1)
                return run[start : start + length]

    def _found(self, pattern: re.Pattern[str]) -> str:
        while True:
            found = pattern.findall(self._text().folded_text)
            if found:
                drawn: str = self._rng.choice(found)
                return drawn

    def _rare(self) -> str:
        """Return the rarest of many three characters, by the pairs in them."""
        needles = (self._cut_out(3) for _ in range(200))
        return min(needles, key=lambda needle: max(map(self._pairs.__getitem__, _pairs(needle))))

    def _one_common(self) -> str:
        return self._rng.choice(self._common)

    def _common_term(self) -> Condition:
        return term(self._one_common())

    def _all(self, kind: str, *needles: str) -> Query:
        return Query(kind, All(tuple(map(term, needles))), needles)

    def _outlet(self) -> Condition:
        return OneOf("source", (self._rng.randint(1, SOURCES),))

    def _topic(self) -> Condition:
        return OneOf("tag", (self._rng.randint(200, 400),))

    def _month(self) -> Condition:
        start = FIRST.date() + dt.timedelta(days=self._rng.randrange(self._size // PER_DAY + 1))
        return Days(start, start + dt.timedelta(days=30))

    def _title(self) -> str:
        while True:
            runs = [run for run in _RUN.findall(self._text().folded_title) if len(run) > 1]
            if runs:
                run: str = self._rng.choice(runs)
                start = self._rng.randrange(len(run) - 1)
                return run[start : start + 2]
