"""Reading the table: newest first, either by walking the stories or by what the GIN index finds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import copy
from typing import Any

from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from articles.content.text.edit_distance import nearest, one_away
from articles.searching.backend import BEST_LIMIT, COUNT_LIMIT, Facets, Place, TooSlowError
from articles.searching.conditions import Condition, terms
from articles.searching.postgresql.query_plan import Plan, Sql, planned
from articles.searching.postgresql.schema import TABLE, marked

_PROBE = 64  # of the newest stories, by which it is told how common a condition is
#: To look into a story's text costs about so many times what a candidate of the GIN index costs.
_TEXT_COST = 16
_KEYS_AT_ONCE = 100_000
_QUERY_CANCELED = "57014"
#: The planner knows nothing of tokens: a scan of the table would unpack them all.
_SETTINGS = (
    "SELECT set_config('statement_timeout', %s, true), set_config('enable_bitmapscan', %s, true), "
    "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true), "
    "set_config('work_mem', '32MB', true)"
)
# How BM25 weighs a word: what its tenth place adds, and what the length of a story takes away.
_SATURATION, _LENGTH_SHARE, _TITLE_WEIGHT = 1.2, 0.75, 10

Row = tuple[Any, ...]


class Reader:
    """Reads the table as it is at each statement.

    Hits are told by their place in time, so what is written between two statements neither
    repeats a hit nor hides one that stays where it was.
    """

    def __init__(self, connection: BaseDatabaseWrapper, rows: float, seconds: float) -> None:
        self._connection = connection
        self._total = rows
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._half = "is_public"

    def hidden(self) -> Reader:
        """Return the reader of those articles that are not public."""
        reader = copy(self)
        reader._half = "NOT is_public"
        return reader

    def newest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the newest first, behind ``after``."""
        rows = self._hits("moment, article", condition, after, limit, newest=True)
        return [Place(moment, article) for moment, article in rows]

    def oldest(self, condition: Condition, after: Place | None, limit: int) -> list[Place]:
        """Return hits, the oldest first, behind ``after``."""
        rows = self._hits("moment, article", condition, after, limit, newest=False)
        return [Place(moment, article) for moment, article in rows]

    def best(self, condition: Condition) -> list[Place]:
        """Return the newest BEST_LIMIT hits, the most relevant first.

        They are weighed by BM25, a word of the title like ten of the text; all terms weigh alike.
        """
        found = self.newest(condition, None, BEST_LIMIT)
        needles = sorted({marked(term.needle) for term in terms(condition)})
        if not found or not needles:
            return found
        weights = self._weights(found, needles)
        return sorted(found, key=lambda p: (weights.get(p.article_id, 0.0), p), reverse=True)

    def count(self, condition: Condition) -> int:
        """Return how many hits there are; COUNT_LIMIT + 1 stands for more than COUNT_LIMIT."""
        plan = planned(condition)
        where = self._within(plan) & plan.rest
        if plan.query is not None:
            where = Sql("words @@ %s::tsquery", [plan.query]) & where
        counted = Sql(
            f"SELECT count(*) FROM (SELECT 1 FROM {TABLE} WHERE {where.text} LIMIT %s) AS hit",
            [*where.values, COUNT_LIMIT + 1],
        )
        ((number,),) = self._rows(counted)
        return int(number)

    def facets(self, condition: Condition) -> Facets:
        """Return the facets of the newest COUNT_LIMIT hits."""
        columns = "moment, article, source, tags, language, kind, day"
        rows = self._hits(columns, condition, None, COUNT_LIMIT + 1, newest=True)
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
        """Return words of the index spelled nearly like a folded Latin word, the nearest first.

        There is no list of its words, so each that is one letter away is asked for.
        """
        asked = Sql(
            f"SELECT near FROM unnest(%s::text[]) AS near WHERE EXISTS "
            f"(SELECT 1 FROM {TABLE} WHERE words @@ quote_literal(near)::tsquery)",
            [sorted(one_away(word))],
        )
        return nearest(word, (near for (near,) in self._rows(asked)), limit)

    def fingerprints(self) -> Iterator[tuple[int, int]]:
        """Yield key and fingerprint of every article in the index, public or not, by key."""
        text = f"SELECT article, fingerprint FROM {TABLE} WHERE article > %s ORDER BY 1 LIMIT %s"
        last = 0
        while rows := self._rows(Sql(text, [last, _KEYS_AT_ONCE])):
            yield from ((article, fingerprint) for article, fingerprint in rows)
            last = rows[-1][0]

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with the table itself, in words."""
        found = Sql(
            "SELECT amname FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
            "JOIN pg_am ON pg_am.oid = c.relam WHERE indrelid = %s::regclass AND indisvalid",
            [TABLE],
        )
        rows = self._rows(found)
        if sorted(name for (name,) in rows) != ["btree", "btree", "gin"]:
            yield f"the table {TABLE} lacks an index, or has a broken one"

    def _hits(
        self, columns: str, condition: Condition, after: Place | None, limit: int, *, newest: bool
    ) -> list[Row]:
        """Return the first hits behind ``after``; ``columns`` begin with moment and article.

        A few stories from where the walk begins tell how common the condition is: to walk on
        costs the more texts the rarer it is, the GIN index gives the more rows the more common.
        """
        plan = planned(condition)
        walk = _Walk(columns, self._within(plan), after, newest)
        if plan.query is None:
            return self._rows(walk.through(plan.told, limit), is_walk=True)
        found = self._rows(walk.through(plan.told, limit, window=_PROBE), is_walk=True)
        share = len(found) / _PROBE
        if len(found) < limit and share**2 * self._total > limit * _TEXT_COST:
            window = int(1.5 * limit / share)
            found = self._rows(walk.through(plan.told, limit, window=window), is_walk=True)
        if len(found) < limit:
            found = self._rows(walk.among(plan.query, plan.rest, limit))
        return found

    def _within(self, plan: Plan) -> Sql:
        return Sql(f"{self._half} AND moment BETWEEN %s AND %s", [plan.first, plan.last])

    def _weights(self, places: list[Place], needles: list[str]) -> dict[int, float]:
        """Return how relevant each of these articles is."""
        count = "(octet_length({0}) - octet_length(replace({0}, %s, ''))) / octet_length(%s)"
        counts = [count.format(column) for column in ("title", "folded") for _ in needles]
        twice = [needle for needle in needles for _ in range(2)]
        statement = Sql(
            f"SELECT article, octet_length(folded), {', '.join(counts)} FROM {TABLE} "
            "WHERE article = ANY(%s::bigint[])",
            [*twice, *twice, [place.article_id for place in places]],
        )
        rows = self._rows(statement)
        mean = sum(row[1] for row in rows) / max(1, len(rows))
        weights: dict[int, float] = {}
        for article, length, *counted in rows:
            found = zip(counted[: len(needles)], counted[len(needles) :], strict=True)
            # The title is a part of what is counted as text.
            times = [in_all + (_TITLE_WEIGHT - 1) * in_title for in_title, in_all in found]
            divisor = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / mean)
            weights[article] = sum(each / (each + divisor) for each in times)
        return weights

    def _rows(self, statement: Sql, *, is_walk: bool = False) -> list[Row]:
        """Return the rows of a statement; raises TooSlowError.

        ``is_walk`` tells that it goes row by row in the order of time: the planner would rather
        collect all of them, and sort. The settings end with the savepoint or the transaction,
        which is always rolled back.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise TooSlowError(self._too_slow())
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
                raise TooSlowError(self._too_slow()) from error
            raise

    def _too_slow(self) -> str:
        return f"the search took longer than {self._seconds:g} seconds"


class _Walk:
    """The statements that give rows in the order of time, from a place on."""

    def __init__(self, columns: str, within: Sql, after: Place | None, newest: bool) -> None:
        self._columns = columns
        direction = "DESC" if newest else "ASC"
        self._order = f"ORDER BY moment {direction}, article {direction}"
        self._within = within
        if after is not None:
            sign = "<" if newest else ">"
            behind = Sql(f"(moment, article) {sign} (%s, %s)", [after.moment, after.article_id])
            self._within = within & behind

    def through(self, told: Sql, limit: int, window: int | None = None) -> Sql:
        """Return the statement that looks at every story, or at ``window`` of them only."""
        end = "OFFSET 0" if window is None else f"LIMIT {window}"
        return Sql(
            f"SELECT {self._columns} FROM (SELECT * FROM {TABLE} WHERE {self._within.text} "
            f"{self._order} {end}) AS story WHERE {told.text} {self._order} LIMIT %s",
            [*self._within.values, *told.values, limit],
        )

    def among(self, query: str, rest: Sql, limit: int) -> Sql:
        """Return the statement that sorts candidates, and looks at them until there are enough.

        Materialised, or the planner would walk all stories where it takes a word for a common one.
        """
        return Sql(
            f"WITH candidate AS MATERIALIZED (SELECT * FROM {TABLE} "
            f"WHERE words @@ %s::tsquery AND {self._within.text}) SELECT {self._columns} "
            f"FROM (SELECT * FROM candidate {self._order} OFFSET 0) AS story "
            f"WHERE {rest.text} {self._order} LIMIT %s",
            [query, *self._within.values, *rest.values, limit],
        )
