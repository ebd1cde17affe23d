"""The reader of an index file: scans by day, and counts and facets with a limit."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from articles.content.text.edit_distance import find_nearest_words
from articles.searching.backend import Facets, Position
from articles.searching.conditions import All, Condition, DateRange, Term, positive_terms
from articles.searching.limits import COUNT_LIMIT, RELEVANCE_LIMIT
from articles.searching.sqlite.query_compiler import Bound, Plan, ft_expression, plan_walk
from articles.searching.sqlite.schema import VOCABULARY, RowIdRange, row_id_range

_NOT_DEAD = "NOT EXISTS (SELECT 1 FROM dead WHERE docid = {rowid})"
_KEYS_PER_STATEMENT = 500  # in an IN list
_MAX_LOOKUPS = 300  # rows that are looked up in ``ch`` one by one
_WINDOW_DAYS = 4  # of the first window in which two long lists are intersected


class Reader:
    """Reads one row id range in one snapshot; ``connection`` is in a transaction."""

    def __init__(self, connection: sqlite3.Connection, row_ids: RowIdRange) -> None:
        self._connection = connection
        self._row_ids = row_ids
        (self._has_dead,) = connection.execute("SELECT EXISTS (SELECT 1 FROM dead)").fetchone()

    def non_public(self) -> Reader:
        """Return a reader of the articles that are not public."""
        return Reader(self._connection, row_id_range(self._row_ids.day_bits, is_public=False))

    def newest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, newest first."""
        return self._walk(condition, after, limit, newest=True)

    def oldest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, oldest first."""
        return self._walk(condition, after, limit, newest=False)

    def most_relevant(self, condition: Condition) -> list[Position]:
        """Return the newest RELEVANCE_LIMIT hits, most relevant first.

        FTS5 ranks them by BM25; a word in the title counts like ten in the text. A word that is in
        more than RELEVANCE_LIMIT articles has little weight, and to compute it FTS5 would scan all
        of them; so it is left out. When no word is left, hits with the terms in the title come
        first.
        """
        found = self.newest(condition, None, RELEVANCE_LIMIT)
        ranking_expression = self._ranking_expression(
            condition, is_rare=len(found) < RELEVANCE_LIMIT
        )
        if not found or ranking_expression is None:
            return self._title_matches_first(condition, found)
        plan = plan_walk(condition, self._row_ids)
        rows = self._connection.execute(
            "SELECT hit.docid, moment, article FROM ("
            "SELECT rowid AS docid, bm25(ft, 1.0, 10.0, 0.0, 0.0, 0.0) AS weight FROM ft "
            "WHERE ft MATCH ? AND rowid BETWEEN ? AND ?) AS hit CROSS JOIN doc USING (docid) "
            "ORDER BY weight, moment DESC, article DESC",
            [ranking_expression, max(plan.first, self._day_range(found[-1])[0]), plan.last],
        )
        is_found = set(found)
        ranked = [Position(moment, article) for _, moment, article in rows]
        return [position for position in ranked if position in is_found]

    def _ranking_expression(self, condition: Condition, *, is_rare: bool) -> str | None:
        """Return the FTS5 expression to rank by: the terms that are not in too many articles.

        ``is_rare`` says that the condition as a whole has fewer than RELEVANCE_LIMIT hits.
        """
        parts = condition.parts if isinstance(condition, All) else (condition,)
        wanted = tuple(
            part
            for part in parts
            if any(True for _ in positive_terms(part))
            and ft_expression(part)
            and (is_rare if len(parts) == 1 else self.count(part) <= RELEVANCE_LIMIT)
        )
        return ft_expression(All(wanted)) if wanted else None

    def _title_matches_first(self, condition: Condition, found: list[Position]) -> list[Position]:
        title_terms = _as_title_terms(condition)
        if not title_terms or not found:
            return found
        if len(found) < RELEVANCE_LIMIT:
            title_matches = set(self.newest(All((*title_terms, condition)), None, RELEVANCE_LIMIT))
        else:
            # Only in those days, and each term by itself: to find a title with all of them, FTS5
            # would scan on until there is one.
            days = DateRange(_date(found[-1], -1), _date(found[0], 1))
            title_matches = set(found)
            for part in title_terms:
                title_matches &= set(self.newest(All((days, part)), None, COUNT_LIMIT))
        return sorted(found, key=lambda position: position not in title_matches)

    def count(self, condition: Condition) -> int:
        """Return the number of hits; COUNT_LIMIT + 1 means more than COUNT_LIMIT."""
        plan = plan_walk(condition, self._row_ids)
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
        plan = plan_walk(condition, self._row_ids)
        columns, limit = "facet.docid, combination, tags", COUNT_LIMIT + 1
        if plan.characters or plan.has_lists:
            docids = self._docids(plan, True, plan.first, plan.last, limit)
            return self._count_facets(self._select_by_key(docids, "facet", columns))
        # Dead rows have no row in ``facet``.
        statement, parameters = self._rows(plan, newest=True, beside="facet", columns=columns)
        return self._count_facets(
            self._connection.execute(f"{statement} LIMIT ?", [*parameters, limit])
        )

    def _count_facets(self, rows: Iterator[tuple[int, int, str | None]]) -> Facets:
        """Return the facets of rows of docid, combination and tags.

        No row is kept: thousands of tuples would trigger Python's garbage collector.
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
        for number, source, language, kind in self._select_by_key(
            list(numbers), "combination", "id, source, language, kind", "id"
        ):
            facets.sources[source] += numbers[number]
            facets.kinds[kind] += numbers[number]
            if language:
                facets.languages[language] += numbers[number]
        for tag, count in Counter(chain.from_iterable(map(str.split, tagged))).items():
            facets.tags[int(tag)] = count
        lowest, bits = self._row_ids.lowest, self._row_ids.day_bits
        for day, count in Counter([docid - lowest >> bits for docid in docids]).items():
            facets.months[dt.date.fromordinal(day).replace(day=1)] += count
        return facets

    def spellings(self, word: str, limit: int) -> list[str]:
        """Return indexed words spelled like a folded Latin word, most similar first.

        Only words with the same first letter and about the same length are compared.
        """
        first, after = word[0], chr(ord(word[0]) + 1)
        rows = self._connection.execute(
            f"SELECT term FROM {VOCABULARY} WHERE term >= ? AND term < ? "
            "AND length(term) BETWEEN ? AND ?",
            [first, after, len(word) - 1, len(word) + 1],
        )
        return find_nearest_words(word, (term for (term,) in rows), limit)

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield primary key and fingerprint of every indexed article, public or not, by key."""
        yield from self._connection.execute("SELECT article, fingerprint FROM doc ORDER BY article")

    def problems(self) -> Iterator[str]:
        """Yield a message for each integrity problem of the file."""
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
        is_joined: bool = False,
        beside: str = "",
        columns: str = "",
    ) -> tuple[str, list[str | int]]:
        """Return the statement, with parameters, that scans hits between two row ids, inclusive.

        For a plan with ``characters``, ``is_joined`` looks up each row of ``ft`` in ``ch``;
        otherwise the rows of ``ch`` between the two are collected first. The statement selects row
        ids, or ``columns`` of the table ``beside``, which has no dead rows.
        """
        first = plan.first if first is None else max(first, plan.first)
        last = plan.last if last is None else min(last, plan.last)
        tables, where, parameters = plan.scanned, [*plan.where], [*plan.parameters]
        if plan.characters and is_joined:
            tables = "ft CROSS JOIN ch ON ch.rowid = ft.rowid"
            where.append("ch MATCH ?")
            parameters.append(plan.characters)
        elif plan.characters:
            # The unary plus stops SQLite from looking up each row of ch in ft.
            where.append(
                "+ft.rowid IN (SELECT rowid FROM ch WHERE ch MATCH ? AND rowid BETWEEN ? AND ?)"
            )
            parameters += [plan.characters, Bound.FIRST, Bound.LAST]
        where.append(f"{plan.rowid} BETWEEN ? AND ?")
        parameters += [Bound.FIRST, Bound.LAST]
        if beside:
            tables += f" CROSS JOIN {beside} ON {beside}.docid = {plan.rowid}"
        elif plan.scanned != "doc" and self._has_dead:
            where.append(_NOT_DEAD.format(rowid=plan.rowid))
        order = "DESC" if newest else "ASC"
        statement = (
            f"SELECT {columns or f'{plan.rowid} AS docid'} FROM {tables} "
            f"WHERE {' AND '.join(where)} ORDER BY {plan.rowid} {order}"
        )
        ends = {Bound.FIRST: first, Bound.LAST: last}
        return statement, [ends[each] if isinstance(each, Bound) else each for each in parameters]

    def _walk(
        self, condition: Condition, after: Position | None, limit: int, *, newest: bool
    ) -> list[Position]:
        """Return the hits after ``after``.

        Row ids are ordered by day only: every day that is reached is read to its end and sorted.
        """
        plan = plan_walk(condition, self._row_ids)
        first, last = plan.first, plan.last
        if after is not None:
            bounds = self._day_range(after)
            first, last = (first, bounds[1]) if newest else (bounds[0], last)
        found: list[Position] = []
        while len(found) < limit:
            wanted = limit - len(found)
            rows = self._docids(plan, newest, first, last, wanted)
            if len(rows) == wanted:  # the last day may have more
                day = self._row_ids.day_of(rows[-1])
                start, end = self._row_ids.first_of(day), self._row_ids.last_of(day)
                rows = [row for row in rows if not start <= row <= end]
                rows += self._docids(plan, newest, max(first, start), min(last, end), -1)
            positions = self._positions(rows)
            if after is not None:
                positions = [
                    position
                    for position in positions
                    if (position < after if newest else position > after)
                ]
            found += sorted(positions, reverse=newest)
            if len(rows) < wanted:
                break
            day = self._row_ids.day_of(rows[-1])
            if newest:
                last = self._row_ids.last_of(day - 1)
            else:
                first = self._row_ids.first_of(day + 1)
        return found[:limit]

    def _docids(self, plan: Plan, newest: bool, first: int, last: int, limit: int) -> list[int]:
        """Return the row ids of at most ``limit`` hits, in order; a negative limit returns all."""
        if first > last:
            return []
        if plan.has_lists or (plan.characters and not self._is_rare(plan)):
            return self._walk_windows(plan, newest, first, last, limit)
        statement, parameters = self._rows(
            plan, newest=newest, first=first, last=last, is_joined=True
        )
        rows = self._connection.execute(f"{statement} LIMIT ?", [*parameters, limit])
        return [docid for (docid,) in rows]

    def _is_rare(self, plan: Plan) -> bool:
        """Return whether ``ft`` has so few rows that each can be looked up in ``ch``."""
        statement, parameters = self._rows(replace(plan, characters=""), newest=True)
        counted = f"SELECT count(*) FROM ({statement} LIMIT {_MAX_LOOKUPS})"
        (number,) = self._connection.execute(counted, parameters).fetchone()
        return int(number) < _MAX_LOOKUPS

    def _walk_windows(
        self, plan: Plan, newest: bool, first: int, last: int, limit: int
    ) -> list[int]:
        """Return the same for an intersection of long lists, in windows that double in size.

        A lookup in a posting list scans it from the last index entry; so the rows of both lists
        between two days are collected and intersected.
        """
        lowest, highest = self._docid_bounds()
        first, last = max(first, lowest, plan.first), min(last, highest, plan.last)
        width = _WINDOW_DAYS << self._row_ids.day_bits
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

    def _docid_bounds(self) -> tuple[int, int]:
        """Return the smallest and the largest row id, each by a subquery of its own.

        One query for both would scan all rows.
        """
        within = "FROM doc WHERE docid BETWEEN ?1 AND ?2"
        lowest, highest = self._connection.execute(
            f"SELECT (SELECT min(docid) {within}), (SELECT max(docid) {within})",
            [self._row_ids.lowest, self._row_ids.highest],
        ).fetchone()
        return (0, -1) if lowest is None else (lowest, highest)

    def _positions(self, docids: list[int]) -> list[Position]:
        return [Position(*row) for row in self._select_by_key(docids, "doc", "moment, article")]

    def _select_by_key(
        self, keys: list[int], table: str, columns: str, key: str = "docid"
    ) -> Iterator[tuple[Any, ...]]:
        """Yield columns of a table for these keys, in batches."""
        for start in range(0, len(keys), _KEYS_PER_STATEMENT):
            part = keys[start : start + _KEYS_PER_STATEMENT]
            marks = ",".join("?" * len(part))
            yield from self._connection.execute(
                f"SELECT {columns} FROM {table} WHERE {key} IN ({marks})", part
            )

    def _day_range(self, position: Position) -> tuple[int, int]:
        """Return the row id range of the position's day, with one more day on both sides.

        A story of which only the day is known may have another day than its moment in UTC.
        """
        day = _date(position).toordinal()
        return self._row_ids.first_of(day - 1), self._row_ids.last_of(day + 1)


def _date(position: Position, days: int = 0) -> dt.date:
    """Return the day of a position in UTC, shifted by ``days``."""
    moment = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=position.moment)
    day = moment.toordinal() + days
    return dt.date.fromordinal(min(max(day, 1), dt.date.max.toordinal()))


def _as_title_terms(condition: Condition) -> list[Condition]:
    """Return the positive terms as conditions on the title only."""
    return [
        Term(each.needle, "title", each.plan)
        for each in positive_terms(condition)
        if not each.exact
    ]
