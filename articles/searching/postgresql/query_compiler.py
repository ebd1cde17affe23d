"""Query plans: a condition as a tsquery for the GIN index, and as SQL to recheck its candidates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from articles.content.search_text.tokenization import GAP
from articles.searching.conditions import (
    All,
    Any,
    ArticleIds,
    Condition,
    DateRange,
    FilterName,
    Not,
    OneOf,
    Term,
)
from articles.searching.postgresql.schema import mark_words, quote_lexeme

Value = int | str | dt.date | list[int] | list[str] | list[int | str]
#: The only token of a story with more tokens than a tsvector can hold.
LONG_TEXT_TOKEN = "#long"  # noqa: S105 - a token of the index, not a secret
_LETTER = {"source": "s", "author": "a", "tag": "t", "lang": "l", "kind": "k", "image": "i",
           "changed": "v"}  # fmt: skip
_COLUMN = {
    "source": "source = ANY(%s::bigint[])",
    "author": "author IS NOT NULL AND author = ANY(%s::bigint[])",
    "tag": "tags && %s::bigint[]",
    "lang": "languages && %s::text[]",
    "kind": "kind = ANY(%s::text[])",
    "image": "has_image::int = ANY(%s::int[])",
    "changed": "has_changed::int = ANY(%s::int[])",
}
_DAY = 86_400_000_000  # microseconds
_EPOCH = dt.date(1970, 1, 1).toordinal()


def fact_token(name: FilterName, value: int | str) -> str:
    """Return the token that indexes a fact of an article, such as ``#s12``."""
    return f"#{_LETTER[name]}{value}"


def title_token(token: str) -> str:
    """Return the form of a token that is indexed for titles only."""
    return f"^{token}"


@dataclass(slots=True)
class Sql:
    """An SQL expression or statement and its parameters."""

    text: str
    values: list[Value] = field(default_factory=list)

    def __and__(self, other: Sql) -> Sql:
        return Sql(f"({self.text}) AND ({other.text})", [*self.values, *other.values])


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a condition are found.

    ``row_filter`` is the condition as SQL on a row. ``query`` is a tsquery for candidates, None
    where tokens are not selective; ``recheck`` is the SQL that candidates still have to fulfil.
    Every hit is between the moments ``first`` and ``last``.
    """

    row_filter: Sql
    query: str | None
    recheck: Sql
    first: int
    last: int


def plan_query(condition: Condition) -> Plan:
    """Return the plan for ``condition``."""
    row_filter = _row_filter(condition)
    parts = condition.parts if isinstance(condition, All) else (condition,)
    indexed = [part for part in parts if not isinstance(part, DateRange)]
    query, is_settled = _query(All(tuple(indexed)))
    recheck = row_filter
    if query is not None:
        query = f"{query} | {quote_lexeme(LONG_TEXT_TOKEN)}"
        days = _row_filter(All(tuple(part for part in parts if isinstance(part, DateRange))))
        if is_settled:
            recheck = days & Sql(f"NOT is_long OR ({row_filter.text})", row_filter.values)
    first, last = _moment_bounds(parts)
    return Plan(row_filter, query, recheck, first, last)


def _moment_bounds(parts: tuple[Condition, ...]) -> tuple[int, int]:
    """Return the moments, in microseconds since 1970, between which stories of those days are.

    They include one more day on both sides: the calendar's days do not begin at midnight UTC.
    """
    days = [part for part in parts if isinstance(part, DateRange)]
    first = max((part.first for part in days), default=dt.date.min).toordinal() - _EPOCH
    last = min((part.last for part in days), default=dt.date.max).toordinal() - _EPOCH
    return (first - 1) * _DAY, (last + 2) * _DAY


def _tokens(term: Term) -> list[str]:
    plan = term.plan
    tokens = [*plan.phrase, *plan.boundary, *plan.characters]
    return [title_token(each) if term.field == "title" else each for each in tokens if each != GAP]


def _query(node: Condition) -> tuple[str | None, bool]:
    """Return a tsquery for all rows that may fulfil ``node``, and whether it is exact."""
    match node:
        case Term():
            tokens = _tokens(node)
            is_settled = len(tokens) == 1 and node.is_certain and not _has_more_tokens(node)
            return _join("&", [quote_lexeme(token) for token in tokens]), is_settled
        case OneOf(name, values):
            return _join("|", [quote_lexeme(fact_token(name, value)) for value in values]), bool(
                values
            )
        case Any(parts) if parts:
            found = [_query(part) for part in parts]
            queries = [query for query, _ in found if query is not None]
            if len(queries) < len(found):
                return None, False
            return _join("|", queries), all(is_settled for _, is_settled in found)
        case All(parts):
            return _query_all(parts)
        case _:
            return None, False


def _query_all(parts: tuple[Condition, ...]) -> tuple[str | None, bool]:
    """Return the same for a conjunction; negated parts narrow the query only if they are exact."""
    found = [_query(part) for part in parts if not isinstance(part, Not)]
    queries = [query for query, _ in found if query is not None]
    if not queries:
        return None, False
    negated = [_query(part.part) for part in parts if isinstance(part, Not)]
    queries += [f"!{query}" for query, is_settled in negated if query is not None and is_settled]
    return _join("&", queries), all(is_settled for _, is_settled in (*found, *negated))


def _has_more_tokens(term: Term) -> bool:
    """Return whether the needle has more tokens than different ones: 哈哈哈 is 哈哈 twice."""
    return len(term.plan.phrase) + len(term.plan.boundary) + len(term.plan.characters) > 1


def _join(operator: str, queries: list[str]) -> str | None:
    return f"({f' {operator} '.join(queries)})" if queries else None


def _row_filter(node: Condition) -> Sql:
    """Return an SQL condition that holds for every row that fulfils the condition, or more."""
    match node:
        case Term(needle, where):
            column = "title" if where == "title" else "folded"
            return Sql(f"strpos({column}, %s) > 0", [mark_words(needle)])
        case OneOf(name, values):
            return Sql(_COLUMN[name], [list(values)])
        case DateRange(first, last):
            return Sql("day BETWEEN %s AND %s", [first, last])
        case ArticleIds(articles):
            return Sql("article = ANY(%s::bigint[])", [list(articles)])
        case Not(part):
            inner = _row_filter(part)
            # Rows have only folded text; the caller rechecks ``exact``, so any row may be a hit.
            return (
                Sql(f"NOT ({inner.text})", inner.values) if _is_row_decidable(part) else Sql("true")
            )
        case All(parts) | Any(parts):
            inner_parts = [_row_filter(part) for part in parts]
            operator, of_none = (" AND ", "true") if isinstance(node, All) else (" OR ", "false")
            text = operator.join(f"({each.text})" for each in inner_parts) or of_none
            return Sql(text, [value for each in inner_parts for value in each.values])


def _is_row_decidable(node: Condition) -> bool:
    match node:
        case Term():
            return not node.exact
        case All(parts) | Any(parts):
            return all(map(_is_row_decidable, parts))
        case Not(part):
            return _is_row_decidable(part)
        case _:
            return True
