"""Reading an index file: walks in the order of days, counts and facets that end somewhere."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from functools import cache

from articles.content.spelling import nearest
from articles.searching.backend import BEST_LIMIT, COUNT_LIMIT, Facets, Place
from articles.searching.conditions import All, Condition, Term, terms
from articles.searching.sqlite.matching import FIRST, LAST, in_ft, planned
from articles.searching.sqlite.schema import VOCABULARY

_ALIVE = "NOT EXISTS (SELECT 1 FROM dead WHERE docid = {rowid})"
_PART = 500  # rows asked for by key in one statement


class Reader:
    """One state of an index file; ``connection`` is in a transaction."""

    def __init__(self, connection: sqlite3.Connection, day_bits: int) -> None:
        self._connection = connection
        self._bits = day_bits
        (self._has_dead,) = connection.execute("SELECT EXISTS (SELECT 1 FROM dead)").fetchone()

    def newest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the newest first, behind ``after``."""
        return self._walk(condition, after, limit, newest=True)

    def oldest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the oldest first, behind ``after``."""
        return self._walk(condition, after, limit, newest=False)

    def best(self, condition: Condition) -> list[Place]:
        """Return the newest BEST_LIMIT hits, the most relevant first.

        FTS5 weighs them by BM25, a word of the title like many of the text. A word that is in
        many articles weighs next to nothing, and to learn how little, FTS5 would walk through all
        of them; so it is left out. Where nothing is weighed, those with the words in the title
        come first.
        """
        found = self.newest(condition, None, BEST_LIMIT)
        weighed = self._weighed(condition)
        if not found or weighed is None:
            return self._titled_first(condition, found)
        plan = planned(condition, self._bits)
        rows = self._connection.execute(
            "SELECT hit.docid, moment, article FROM ("
            "SELECT rowid AS docid, bm25(ft, 1.0, 10.0, 0.0, 0.0, 0.0) AS weight FROM ft "
            "WHERE ft MATCH ? AND rowid BETWEEN ? AND ?) AS hit CROSS JOIN doc USING (docid) "
            "ORDER BY weight, moment DESC, article DESC",
            [weighed, max(plan.first, self._day_of(found[-1])[0]), plan.last],
        )
        is_found = set(found)
        ranked = [Place(moment, article) for _, moment, article in rows]
        return [place for place in ranked if place in is_found]

    def _weighed(self, condition: Condition) -> str | None:
        """Return the expression of what is to be weighed: terms that are not in too many."""
        parts = condition.parts if isinstance(condition, All) else (condition,)
        wanted = tuple(
            part
            for part in parts
            if any(True for _ in terms(part)) and in_ft(part) and self.count(part) <= COUNT_LIMIT
        )
        return in_ft(All(wanted)) if wanted else None

    def _titled_first(self, condition: Condition, found: list[Place]) -> list[Place]:
        titled = _in_titles(condition)
        if titled is None:
            return found
        in_front = set(self.newest(All((titled, condition)), None, BEST_LIMIT))
        return sorted(found, key=lambda place: place not in in_front)

    def count(self, condition: Condition) -> int:
        """Return how many hits there are; COUNT_LIMIT + 1 stands for more than COUNT_LIMIT."""
        statement, parameters = self._rows(condition, newest=True)
        row = self._connection.execute(
            f"SELECT count(*) FROM ({statement} LIMIT ?)",
            [*parameters, COUNT_LIMIT + 1],
        ).fetchone()
        return int(row[0])

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""
        statement, parameters = self._rows(condition, newest=True)
        rows = self._connection.execute(
            "SELECT hit.docid, source, tags, language, kind "
            f"FROM ({statement} LIMIT ?) AS hit CROSS JOIN doc USING (docid)",
            [*parameters, COUNT_LIMIT + 1],
        )
        return _facets(rows.fetchall(), self._bits)

    def spellings(self, word: str, limit: int) -> list[str]:
        """Return words of the index spelled nearly like a folded Latin word, the nearest first.

        Only those with the same first letter and about the same length are looked at.
        """
        first, after = word[0], chr(ord(word[0]) + 1)
        rows = self._connection.execute(
            f"SELECT term FROM {VOCABULARY} WHERE term >= ? AND term < ? "
            "AND length(term) BETWEEN ? AND ?",
            [first, after, len(word) - 1, len(word) + 1],
        )
        return nearest(word, (term for (term,) in rows), limit)

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield the key and the fingerprint of every article in the index, by key."""
        yield from self._connection.execute("SELECT article, fingerprint FROM doc ORDER BY article")

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the file itself, in words."""
        for (line,) in self._connection.execute("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield f"the index file is damaged: {line}"

    def _rows(
        self, condition: Condition, *, newest: bool, first: int = FIRST, last: int = LAST
    ) -> tuple[str, list[str | int]]:
        """Return the statement that walks the rows of hits between two row ids, both included."""
        plan = planned(condition, self._bits)
        first, last = max(first, plan.first), min(last, plan.last)
        where = [*plan.where, f"{plan.rowid} BETWEEN ? AND ?"]
        if plan.walked != "doc" and self._has_dead:
            where.append(_ALIVE.format(rowid=plan.rowid))
        order = "DESC" if newest else "ASC"
        statement = (
            f"SELECT {plan.rowid} AS docid FROM {plan.tables} "
            f"WHERE {' AND '.join(where)} ORDER BY {plan.rowid} {order}"
        )
        return statement, [*plan.parameters, first, last]

    def _walk(
        self, condition: Condition, after: Place | None, limit: int, *, newest: bool
    ) -> list[Place]:
        """Return the hits behind ``after``.

        Row ids follow the days only: every day that is touched is read to its end, and sorted.
        """
        first, last = FIRST, LAST
        if after is not None:
            bounds = self._day_of(after)
            first, last = (FIRST, bounds[1]) if newest else (bounds[0], LAST)
        found: list[Place] = []
        while len(found) < limit:
            wanted = limit - len(found)
            rows = self._docids(condition, newest, first, last, wanted)
            if len(rows) == wanted:  # the last day may go on
                start = rows[-1] >> self._bits << self._bits
                end = start + (1 << self._bits) - 1
                rows = [row for row in rows if not start <= row <= end]
                rows += self._docids(condition, newest, max(first, start), min(last, end), -1)
            places = self._places(rows)
            if after is not None:
                places = [p for p in places if (p < after if newest else p > after)]
            found += sorted(places, reverse=newest)
            if len(rows) < wanted:
                break
            if newest:
                last = (rows[-1] >> self._bits << self._bits) - 1
            else:
                first = (rows[-1] >> self._bits) + 1 << self._bits
        return found[:limit]

    def _docids(
        self, condition: Condition, newest: bool, first: int, last: int, limit: int
    ) -> list[int]:
        if first > last:
            return []
        statement, parameters = self._rows(condition, newest=newest, first=first, last=last)
        rows = self._connection.execute(f"{statement} LIMIT ?", [*parameters, limit])
        return [docid for (docid,) in rows]

    def _places(self, docids: list[int]) -> list[Place]:
        found: list[Place] = []
        for start in range(0, len(docids), _PART):
            part = docids[start : start + _PART]
            marks = ",".join("?" * len(part))
            found += [
                Place(moment, article)
                for moment, article in self._connection.execute(
                    f"SELECT moment, article FROM doc WHERE docid IN ({marks})",
                    part,
                )
            ]
        return found

    def _day_of(self, place: Place) -> tuple[int, int]:
        """Return the row ids of the day on which ``place`` stands, or stood, with a day around.

        A story that is known by its day alone may have another one than its moment tells.
        """
        moment = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=place.moment)  # noqa: DTZ001
        day = moment.date().toordinal()
        return (day - 1 << self._bits), (day + 2 << self._bits) - 1


def _facets(rows: list[tuple[int, int, str, str, str]], bits: int) -> Facets:
    facets = Facets(is_capped=len(rows) > COUNT_LIMIT)
    rows = rows[:COUNT_LIMIT]
    facets.counted = len(rows)
    facets.sources.update(row[1] for row in rows)
    for tags in (row[2] for row in rows if row[2]):
        facets.tags.update(map(int, tags.split()))
    facets.languages.update(row[3] for row in rows if row[3])
    facets.kinds.update(row[4] for row in rows)

    @cache
    def month_of(day: int) -> dt.date:
        return dt.date.fromordinal(day).replace(day=1)

    facets.months.update(month_of(row[0] >> bits) for row in rows)
    return facets


def _in_titles(condition: Condition) -> Condition | None:
    """Return the condition that every wanted term stands in the title; None without terms."""
    wanted = [Term(each.needle, "title", each.plan) for each in terms(condition) if not each.exact]
    return All(tuple(wanted)) if wanted else None
