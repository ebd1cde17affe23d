"""Reading an index file: walks in the order of days, counts and facets that end somewhere."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from articles.content.text.edit_distance import nearest
from articles.searching.backend import BEST_LIMIT, COUNT_LIMIT, Facets, Place
from articles.searching.conditions import All, Condition, Days, Term, terms
from articles.searching.sqlite.query_plan import Bound, Plan, in_ft, planned
from articles.searching.sqlite.schema import VOCABULARY, Shelf, shelf

_ALIVE = "NOT EXISTS (SELECT 1 FROM dead WHERE docid = {rowid})"
_PART = 500  # rows asked for by key in one statement
_RARE = 300  # rows that are looked up one by one
_WINDOW_DAYS = 4  # of the first window, in which two long lists are met


class Reader:
    """One shelf of one state of an index file; ``connection`` is in a transaction."""

    def __init__(self, connection: sqlite3.Connection, of: Shelf) -> None:
        self._connection = connection
        self._shelf = of
        (self._has_dead,) = connection.execute("SELECT EXISTS (SELECT 1 FROM dead)").fetchone()

    def hidden(self) -> Reader:
        """Return the reader of those articles that are not public."""
        return Reader(self._connection, shelf(self._shelf.day_bits, is_public=False))

    def newest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the newest first, behind ``after``."""
        return self._walk(condition, after, limit, newest=True)

    def oldest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the oldest first, behind ``after``."""
        return self._walk(condition, after, limit, newest=False)

    def best(self, condition: Condition) -> list[Place]:
        """Return the newest BEST_LIMIT hits, the most relevant first.

        FTS5 weighs them by BM25, a word of the title like ten of the text. A word that is in more
        articles than BEST_LIMIT weighs little, and to learn how little, FTS5 would walk through
        all of them; so it is left out. Where nothing is weighed, those with the words in the title
        come first.
        """
        found = self.newest(condition, None, BEST_LIMIT)
        weighed = self._weighed(condition, are_all=len(found) < BEST_LIMIT)
        if not found or weighed is None:
            return self._titled_first(condition, found)
        plan = planned(condition, self._shelf)
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

    def _weighed(self, condition: Condition, *, are_all: bool) -> str | None:
        """Return the expression of what is to be weighed: terms that are not in too many.

        ``are_all`` tells that the condition itself is in fewer.
        """
        parts = condition.parts if isinstance(condition, All) else (condition,)
        wanted = tuple(
            part
            for part in parts
            if any(True for _ in terms(part))
            and in_ft(part)
            and (are_all if len(parts) == 1 else self.count(part) <= BEST_LIMIT)
        )
        return in_ft(All(wanted)) if wanted else None

    def _titled_first(self, condition: Condition, found: list[Place]) -> list[Place]:
        titled = _in_titles(condition)
        if not titled or not found:
            return found
        if len(found) < BEST_LIMIT:
            in_front = set(self.newest(All((*titled, condition)), None, BEST_LIMIT))
        else:
            # In those days alone, and each term for itself: to look for a title that has all of
            # them, FTS5 would walk on until there is one.
            days = Days(_date(found[-1], -1), _date(found[0], 1))
            in_front = set(found)
            for part in titled:
                in_front &= set(self.newest(All((days, part)), None, COUNT_LIMIT))
        return sorted(found, key=lambda place: place not in in_front)

    def count(self, condition: Condition) -> int:
        """Return how many hits there are; COUNT_LIMIT + 1 stands for more than COUNT_LIMIT."""
        plan = planned(condition, self._shelf)
        if plan.characters or plan.has_lists:
            return len(self._docids(plan, True, plan.first, plan.last, COUNT_LIMIT + 1))
        statement, parameters = self._rows(plan, newest=True)
        row = self._connection.execute(
            f"SELECT count(*) FROM ({statement} LIMIT ?)",
            [*parameters, COUNT_LIMIT + 1],
        ).fetchone()
        return int(row[0])

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""
        plan = planned(condition, self._shelf)
        columns, limit = "facet.docid, combination, tags", COUNT_LIMIT + 1
        if plan.characters or plan.has_lists:
            docids = self._docids(plan, True, plan.first, plan.last, limit)
            return self._counted(self._of(docids, "facet", columns))
        # Rows that count no more have none there.
        statement, parameters = self._rows(plan, newest=True, beside="facet", columns=columns)
        return self._counted(self._connection.execute(f"{statement} LIMIT ?", [*parameters, limit]))

    def _counted(self, rows: Iterator[tuple[int, int, str | None]]) -> Facets:
        """Return the facets of rows of docid, combination and tags: each is counted at once.

        No row is held: thousands of them would set off Python's search for garbage.
        """
        docids: list[int] = []
        combinations: list[int] = []
        tagged: list[str] = []
        for docid, combination, tags in islice(rows, COUNT_LIMIT):
            docids.append(docid)
            combinations.append(combination)
            if tags:
                tagged.append(tags)
        facets = Facets(counted=len(docids), is_capped=next(rows, None) is not None)
        numbers = Counter(combinations)
        for number, source, language, kind in self._of(
            list(numbers), "combination", "id, source, language, kind", "id"
        ):
            facets.sources[source] += numbers[number]
            facets.kinds[kind] += numbers[number]
            if language:
                facets.languages[language] += numbers[number]
        for tag, count in Counter(chain.from_iterable(map(str.split, tagged))).items():
            facets.tags[int(tag)] = count
        lowest, bits = self._shelf.lowest, self._shelf.day_bits
        for day, count in Counter([docid - lowest >> bits for docid in docids]).items():
            facets.months[dt.date.fromordinal(day).replace(day=1)] += count
        return facets

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
        """Yield key and fingerprint of every article in the index, public or not, by key."""
        yield from self._connection.execute("SELECT article, fingerprint FROM doc ORDER BY article")

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the file itself, in words."""
        for (line,) in self._connection.execute("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield f"the index file is damaged: {line}"

    def _rows(
        self,
        plan: Plan,
        *,
        newest: bool,
        first: int | None = None,
        last: int | None = None,
        joined: bool = False,
        beside: str = "",
        columns: str = "",
    ) -> tuple[str, list[str | int]]:
        """Return the statement that walks the rows of hits between two row ids, both included.

        Where a plan wants characters as well, ``joined`` has ``ch`` asked for each row of ``ft``;
        else its rows between the two are put together first. It gives row ids, or ``columns`` of a
        table ``beside`` that has no rows but those that count.
        """
        first = plan.first if first is None else max(first, plan.first)
        last = plan.last if last is None else min(last, plan.last)
        tables, where, parameters = plan.walked, [*plan.where], [*plan.parameters]
        if plan.characters and joined:
            tables = "ft CROSS JOIN ch ON ch.rowid = ft.rowid"
            where.append("ch MATCH ?")
            parameters.append(plan.characters)
        elif plan.characters:
            # With the sign, or each row of ch would be looked up in ft.
            where.append(
                "+ft.rowid IN (SELECT rowid FROM ch WHERE ch MATCH ? AND rowid BETWEEN ? AND ?)"
            )
            parameters += [plan.characters, Bound.FIRST, Bound.LAST]
        where.append(f"{plan.rowid} BETWEEN ? AND ?")
        parameters += [Bound.FIRST, Bound.LAST]
        if beside:
            tables += f" CROSS JOIN {beside} ON {beside}.docid = {plan.rowid}"
        elif plan.walked != "doc" and self._has_dead:
            where.append(_ALIVE.format(rowid=plan.rowid))
        order = "DESC" if newest else "ASC"
        statement = (
            f"SELECT {columns or f'{plan.rowid} AS docid'} FROM {tables} "
            f"WHERE {' AND '.join(where)} ORDER BY {plan.rowid} {order}"
        )
        ends = {Bound.FIRST: first, Bound.LAST: last}
        return statement, [ends[p] if isinstance(p, Bound) else p for p in parameters]

    def _walk(
        self, condition: Condition, after: Place | None, limit: int, *, newest: bool
    ) -> list[Place]:
        """Return the hits behind ``after``.

        Row ids follow the days only: every day that is touched is read to its end, and sorted.
        """
        plan = planned(condition, self._shelf)
        first, last = plan.first, plan.last
        if after is not None:
            bounds = self._day_of(after)
            first, last = (first, bounds[1]) if newest else (bounds[0], last)
        found: list[Place] = []
        while len(found) < limit:
            wanted = limit - len(found)
            rows = self._docids(plan, newest, first, last, wanted)
            if len(rows) == wanted:  # the last day may go on
                day = self._shelf.day_of(rows[-1])
                start, end = self._shelf.first_of(day), self._shelf.last_of(day)
                rows = [row for row in rows if not start <= row <= end]
                rows += self._docids(plan, newest, max(first, start), min(last, end), -1)
            places = self._places(rows)
            if after is not None:
                places = [p for p in places if (p < after if newest else p > after)]
            found += sorted(places, reverse=newest)
            if len(rows) < wanted:
                break
            day = self._shelf.day_of(rows[-1])
            if newest:
                last = self._shelf.last_of(day - 1)
            else:
                first = self._shelf.first_of(day + 1)
        return found[:limit]

    def _docids(self, plan: Plan, newest: bool, first: int, last: int, limit: int) -> list[int]:
        """Return the row ids of at most ``limit`` hits, of all with a negative one, in order."""
        if first > last:
            return []
        if plan.has_lists or (plan.characters and not self._is_rare(plan)):
            return self._by_windows(plan, newest, first, last, limit)
        statement, parameters = self._rows(plan, newest=newest, first=first, last=last, joined=True)
        rows = self._connection.execute(f"{statement} LIMIT ?", [*parameters, limit])
        return [docid for (docid,) in rows]

    def _is_rare(self, plan: Plan) -> bool:
        """Tell whether ``ft`` gives so few rows that ``ch`` can be asked for each of them."""
        statement, parameters = self._rows(replace(plan, characters=""), newest=True)
        counted = f"SELECT count(*) FROM ({statement} LIMIT {_RARE})"
        (number,) = self._connection.execute(counted, parameters).fetchone()
        return int(number) < _RARE

    def _by_windows(self, plan: Plan, newest: bool, first: int, last: int, limit: int) -> list[int]:
        """Return the same where long lists are met: window by window, each wider than the last.

        To look a row up in a list costs a walk along it, from the last row that is marked there;
        so what both have between two days is put together, and met.
        """
        lowest, highest = self._ends()
        first, last = max(first, lowest, plan.first), min(last, highest, plan.last)
        width = _WINDOW_DAYS << self._shelf.day_bits
        found: list[int] = []
        while first <= last and not 0 <= limit <= len(found):
            start, end = (max(first, last - width + 1), last) if newest else (
                first, min(last, first + width - 1)
            )  # fmt: skip
            statement, parameters = self._rows(plan, newest=newest, first=start, last=end)
            rows = self._connection.execute(
                f"{statement} LIMIT ?", [*parameters, limit - len(found) if limit >= 0 else -1]
            )
            found += [docid for (docid,) in rows]
            first, last = (first, start - 1) if newest else (end + 1, last)
            width *= 2
        return found

    def _ends(self) -> tuple[int, int]:
        """Return the first and the last row id that there is; each is looked up by itself.

        Together they would be a walk through all.
        """
        within = "FROM doc WHERE docid BETWEEN ?1 AND ?2"
        lowest, highest = self._connection.execute(
            f"SELECT (SELECT min(docid) {within}), (SELECT max(docid) {within})",
            [self._shelf.lowest, self._shelf.highest],
        ).fetchone()
        return (0, -1) if lowest is None else (lowest, highest)

    def _places(self, docids: list[int]) -> list[Place]:
        return [Place(*row) for row in self._of(docids, "doc", "moment, article")]

    def _of(
        self, keys: list[int], table: str, columns: str, key: str = "docid"
    ) -> Iterator[tuple[Any, ...]]:
        """Yield columns of a table for these keys, some at a time."""
        for start in range(0, len(keys), _PART):
            part = keys[start : start + _PART]
            marks = ",".join("?" * len(part))
            yield from self._connection.execute(
                f"SELECT {columns} FROM {table} WHERE {key} IN ({marks})", part
            )

    def _day_of(self, place: Place) -> tuple[int, int]:
        """Return the row ids of the day on which ``place`` stands, or stood, with a day around.

        A story that is known by its day alone may have another one than its moment tells.
        """
        day = _date(place).toordinal()
        return self._shelf.first_of(day - 1), self._shelf.last_of(day + 1)


def _date(place: Place, days: int = 0) -> dt.date:
    """Return the day of a moment in UTC, or one some days before or behind it."""
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=place.moment)
    day = moment.toordinal() + days
    return dt.date.fromordinal(min(max(day, 1), dt.date.max.toordinal()))


def _in_titles(condition: Condition) -> list[Condition]:
    """Return for each wanted term that it stands in the title."""
    return [Term(each.needle, "title", each.plan) for each in terms(condition) if not each.exact]
