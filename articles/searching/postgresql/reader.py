"""The reader of the index table: scans it in chronological order, or uses the GIN index."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from articles.content.text.edit_distance import find_nearest_words, generate_edits
from articles.searching.backend import Facets, Position, SearchTimeoutError
from articles.searching.conditions import Condition, positive_terms
from articles.searching.limits import COUNT_LIMIT, RELEVANCE_LIMIT
from articles.searching.postgresql.query_compiler import Plan, Sql, plan_query
from articles.searching.postgresql.relevance import bm25_scores, term_counts
from articles.searching.postgresql.schema import TABLE, mark_words

_SAMPLE_SIZE = 64  # newest stories from which the frequency of a condition is estimated
#: Testing the text of a story costs about this many times as much as a candidate of the GIN index.
_TEXT_COST_FACTOR = 16
_KEYS_AT_ONCE = 100_000
_QUERY_CANCELED = "57014"
#: The planner has no statistics of tokens: a sequential scan would detoast all of them.
_SETTINGS = (
    "SELECT set_config('statement_timeout', %s, true), set_config('enable_bitmapscan', %s, true), "
    "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('work_mem', '32MB', true)"
)

Row = tuple[Any, ...]


class Reader:
    """Reads the table; each statement sees its current state.

    Pages continue from a position in time, so a write between two statements neither repeats a hit
    nor skips one that keeps its position.
    """

    def __init__(self, connection: BaseDatabaseWrapper, rows: float, seconds: float) -> None:
        self._connection = connection
        self._total = rows
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._visibility = "is_public"

    def non_public(self) -> Reader:
        """Return a reader of the articles that are not public."""
        reader = copy(self)
        reader._visibility = "NOT is_public"
        return reader

    def newest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, newest first."""
        rows = self._fetch_hits("moment, article", condition, after, limit, newest=True)
        return [Position(moment, article) for moment, article in rows]

    def oldest(self, condition: Condition, after: Position | None, limit: int) -> list[Position]:
        """Return hits after ``after``, oldest first."""
        rows = self._fetch_hits("moment, article", condition, after, limit, newest=False)
        return [Position(moment, article) for moment, article in rows]

    def most_relevant(self, condition: Condition) -> list[Position]:
        """Return the newest RELEVANCE_LIMIT hits, most relevant first.

        They are ranked by BM25. A word in the title counts like ten in the text; all terms have
        the same weight.
        """
        found = self.newest(condition, None, RELEVANCE_LIMIT)
        needles = sorted({mark_words(term.needle) for term in positive_terms(condition)})
        if not found or not needles:
            return found
        scores = self._relevance_scores(found, needles)
        return sorted(
            found,
            key=lambda position: (scores.get(position.article_id, 0.0), position),
            reverse=True,
        )

    def count(self, condition: Condition) -> int:
        """Return the number of hits; COUNT_LIMIT + 1 means more than COUNT_LIMIT."""
        plan = plan_query(condition)
        where = self._range_filter(plan) & plan.recheck
        if plan.query is not None:
            where = Sql("words @@ %s::tsquery", [plan.query]) & where
        statement = Sql(
            f"SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE {where.text} LIMIT %s) AS hit",
            [*where.values, COUNT_LIMIT + 1],
        )
        ((number,),) = self._fetch(statement)
        return int(number)

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""
        columns = "moment, article, source, tags, language, kind, day"
        rows = self._fetch_hits(columns, condition, None, COUNT_LIMIT + 1, newest=True)
        facets = Facets(is_capped=len(rows) > COUNT_LIMIT)
        for _, _, source, tags, language, kind, day in rows[:COUNT_LIMIT]:
            facets.counted += 1
            facets.sources[source] += 1
            facets.tags.update(tags)
            if language:
                facets.languages[language] += 1
            facets.kinds[kind] += 1
            facets.months[day.replace(day=1)] += 1
        return facets

    def spellings(self, word: str, limit: int) -> list[str]:
        """Return indexed words spelled like a folded Latin word, most similar first.

        The index has no vocabulary, so every word at an edit distance of one is looked up.
        """
        statement = Sql(
            f"SELECT near FROM unnest(%s::text[]) AS near WHERE EXISTS "
            f"(SELECT 1 FROM {TABLE} WHERE words @@ quote_literal(near)::tsquery)",
            [sorted(generate_edits(word))],
        )
        return find_nearest_words(word, (near for (near,) in self._fetch(statement)), limit)

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield primary key and fingerprint of every indexed article, public or not, by key."""
        text = f"SELECT article, fingerprint FROM {TABLE} WHERE article > %s ORDER BY 1 LIMIT %s"
        last = 0
        while rows := self._fetch(Sql(text, [last, _KEYS_AT_ONCE])):
            yield from ((article, fingerprint) for article, fingerprint in rows)
            last = rows[-1][0]

    def problems(self) -> Iterator[str]:
        """Yield a message for each integrity problem of the table."""
        found = Sql(
            "SELECT amname FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
            "JOIN pg_am ON pg_am.oid = c.relam WHERE indrelid = %s::regclass AND indisvalid",
            [TABLE],
        )
        rows = self._fetch(found)
        if sorted(name for (name,) in rows) != ["btree", "btree", "gin"]:
            yield f"the table {TABLE} has a missing or invalid index; run update_index --rebuild"

    def _fetch_hits(
        self,
        columns: str,
        condition: Condition,
        after: Position | None,
        limit: int,
        *,
        newest: bool,
    ) -> list[Row]:
        """Return the first hits after ``after``; ``columns`` start with moment and article.

        A sample of the first stories estimates the frequency of the condition. The rarer it is, the
        more texts a scan reads; the more common it is, the more rows the GIN index returns.
        """
        plan = plan_query(condition)
        walk = _Walk(columns, self._range_filter(plan), after, newest)
        if plan.query is None:
            return self._fetch(walk.scan_rows(plan.row_filter, limit), is_walk=True)
        found = self._fetch(
            walk.scan_rows(plan.row_filter, limit, window=_SAMPLE_SIZE), is_walk=True
        )
        share = len(found) / _SAMPLE_SIZE
        if len(found) < limit and share**2 * self._total > limit * _TEXT_COST_FACTOR:
            window = int(1.5 * limit / share)
            found = self._fetch(walk.scan_rows(plan.row_filter, limit, window=window), is_walk=True)
        if len(found) < limit:
            found = self._fetch(walk.filter_candidates(plan.query, plan.recheck, limit))
        return found

    def _range_filter(self, plan: Plan) -> Sql:
        return Sql(f"{self._visibility} AND moment BETWEEN %s AND %s", [plan.first, plan.last])

    def _relevance_scores(self, positions: list[Position], needles: list[str]) -> dict[int, float]:
        """Return the BM25 score of each of these articles."""
        rows = self._fetch(term_counts([position.article_id for position in positions], needles))
        return bm25_scores(rows, len(needles))

    def _fetch(self, statement: Sql, *, is_walk: bool = False) -> list[Row]:
        """Return the rows of a statement; raises SearchTimeoutError.

        ``is_walk`` is true for a scan in chronological order: bitmap scans are disabled, with which
        the planner would collect all rows and sort. The settings end with the savepoint or the
        transaction, which is always rolled back.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SearchTimeoutError(self._timeout_message())
        timeout = "0" if left == float("inf") else str(max(1, int(left * 1000)))
        try:
            with (
                transaction.atomic(using=self._connection.alias),
                self._connection.cursor() as cursor,
            ):
                cursor.execute(_SETTINGS, [timeout, "off" if is_walk else "on"])
                cursor.execute(statement.text, statement.values)
                rows: list[Row] = cursor.fetchall()
                transaction.set_rollback(True, using=self._connection.alias)
            return rows
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") == _QUERY_CANCELED:
                raise SearchTimeoutError(self._timeout_message()) from error
            raise

    def _timeout_message(self) -> str:
        return f"the search took longer than {self._seconds:g} seconds"


class _Walk:
    """Builds statements that return rows in chronological order, after a position."""

    def __init__(
        self, columns: str, range_filter: Sql, after: Position | None, newest: bool
    ) -> None:
        self._columns = columns
        direction = "DESC" if newest else "ASC"
        self._order = f"ORDER BY moment {direction}, article {direction}"
        self._range_filter = range_filter
        if after is not None:
            sign = "<" if newest else ">"
            after_position = Sql(
                f"(moment, article) {sign} (%s, %s)", [after.moment, after.article_id]
            )
            self._range_filter = range_filter & after_position

    def scan_rows(self, row_filter: Sql, limit: int, window: int | None = None) -> Sql:
        """Return a statement that tests every story, or only the first ``window``."""
        end = "OFFSET 0" if window is None else f"LIMIT {window}"
        return Sql(
            f"SELECT {self._columns} FROM (SELECT * FROM {TABLE} WHERE {self._range_filter.text} "
            f"{self._order} {end}) AS story WHERE {row_filter.text} {self._order} LIMIT %s",
            [*self._range_filter.values, *row_filter.values, limit],
        )

    def filter_candidates(self, query: str, recheck: Sql, limit: int) -> Sql:
        """Return a statement that sorts the candidates and tests them until there are enough.

        They are materialized, or the planner would scan all stories when it takes a word for
        common.
        """
        return Sql(
            f"WITH candidate AS MATERIALIZED (SELECT * FROM {TABLE} "
            f"WHERE words @@ %s::tsquery AND {self._range_filter.text}) SELECT {self._columns} "
            f"FROM (SELECT * FROM candidate {self._order} OFFSET 0) AS story "
            f"WHERE {recheck.text} {self._order} LIMIT %s",
            [query, *self._range_filter.values, *recheck.values, limit],
        )
