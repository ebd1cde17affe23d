"""Conditions as a tsquery, by which the GIN index finds candidates, and as SQL on their rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from articles.content.search_text.tokenization import GAP
from articles.searching.conditions import (
    All,
    Any,
    Condition,
    Days,
    Keys,
    Name,
    Not,
    OneOf,
    Term,
)
from articles.searching.postgresql.schema import lexeme, marked

Value = int | str | dt.date | list[int] | list[str] | list[int | str]
LONG = "#long"  # the only token of a story with more of them than a tsvector takes
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


def fact(name: Name, value: int | str) -> str:
    """Return the token by which a fact of an article is looked for, such as ``#s12``."""
    return f"#{_LETTER[name]}{value}"


def title_token(token: str) -> str:
    """Return the token by which one of a title alone is looked for."""
    return f"^{token}"


@dataclass(slots=True)
class Sql:
    """An SQL expression on a row of the table, and its parameters."""

    text: str
    values: list[Value] = field(default_factory=list)

    def __and__(self, other: Sql) -> Sql:
        return Sql(f"({self.text}) AND ({other.text})", [*self.values, *other.values])


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of a condition are found.

    ``told`` is the condition as a row tells it. ``query`` is a tsquery for candidates, None where
    tokens say too little; ``rest`` is what is still asked of those. Every row of a hit lies between
    the moments ``first`` and ``last``.
    """

    told: Sql
    query: str | None
    rest: Sql
    first: int
    last: int


def planned(condition: Condition) -> Plan:
    """Return how to find what fulfils ``condition``."""
    told = _told(condition)
    parts = condition.parts if isinstance(condition, All) else (condition,)
    by_token = [part for part in parts if not isinstance(part, Days)]
    query, is_settled = _query(All(tuple(by_token)))
    rest = told
    if query is not None:
        query = f"{query} | {lexeme(LONG)}"
        days = _told(All(tuple(part for part in parts if isinstance(part, Days))))
        if is_settled:
            rest = days & Sql(f"NOT is_long OR ({told.text})", told.values)
    first, last = _moments(parts)
    return Plan(told, query, rest, first, last)


def _moments(parts: tuple[Condition, ...]) -> tuple[int, int]:
    """Return the moments between which stories of those days lie.

    A day more on both sides: the calendar's day begins at another moment than that of UTC.
    """
    days = [part for part in parts if isinstance(part, Days)]
    first = max((part.first for part in days), default=dt.date.min).toordinal() - _EPOCH
    last = min((part.last for part in days), default=dt.date.max).toordinal() - _EPOCH
    return (first - 1) * _DAY, (last + 2) * _DAY


def _tokens(term: Term) -> list[str]:
    plan = term.plan
    tokens = [*plan.phrase, *plan.boundary, *plan.characters]
    return [title_token(each) if term.field == "title" else each for each in tokens if each != GAP]


def _query(node: Condition) -> tuple[str | None, bool]:
    """Return the tsquery of all that may fulfil ``node``, and whether it gives nothing else."""
    match node:
        case Term():
            tokens = _tokens(node)
            is_settled = len(tokens) == 1 and node.is_certain and not _is_repeated(node)
            return _joined("&", [lexeme(token) for token in tokens]), is_settled
        case OneOf(name, values):
            return _joined("|", [lexeme(fact(name, value)) for value in values]), bool(values)
        case Any(parts) if parts:
            found = [_query(part) for part in parts]
            queries = [query for query, _ in found if query is not None]
            if len(queries) < len(found):
                return None, False
            return _joined("|", queries), all(is_settled for _, is_settled in found)
        case All(parts):
            return _all_of(parts)
        case _:
            return None, False


def _all_of(parts: tuple[Condition, ...]) -> tuple[str | None, bool]:
    """Return the same for several conditions; what none of them has is asked beside the rest."""
    found = [_query(part) for part in parts if not isinstance(part, Not)]
    queries = [query for query, _ in found if query is not None]
    if not queries:
        return None, False
    refused = [_query(part.part) for part in parts if isinstance(part, Not)]
    queries += [f"!{query}" for query, is_settled in refused if query is not None and is_settled]
    return _joined("&", queries), all(is_settled for _, is_settled in (*found, *refused))


def _is_repeated(term: Term) -> bool:
    """Tell whether the needle takes more of the stream than its one token: 哈哈哈 is 哈哈 twice."""
    return len(term.plan.phrase) + len(term.plan.boundary) + len(term.plan.characters) > 1


def _joined(operator: str, queries: list[str]) -> str | None:
    return f"({f' {operator} '.join(queries)})" if queries else None


def _told(node: Condition) -> Sql:
    """Return an SQL condition for any condition, which holds for every row that fulfils it."""
    match node:
        case Term(needle, where):
            column = "title" if where == "title" else "folded"
            return Sql(f"strpos({column}, %s) > 0", [marked(needle)])
        case OneOf(name, values):
            return Sql(_COLUMN[name], [list(values)])
        case Days(first, last):
            return Sql("day BETWEEN %s AND %s", [first, last])
        case Keys(articles):
            return Sql("article = ANY(%s::bigint[])", [list(articles)])
        case Not(part):
            inner = _told(part)
            # The very characters are looked for by others; without them every row may be a hit.
            return Sql(f"NOT ({inner.text})", inner.values) if _is_told(part) else Sql("true")
        case All(parts) | Any(parts):
            inner_parts = [_told(part) for part in parts]
            operator, of_none = (" AND ", "true") if isinstance(node, All) else (" OR ", "false")
            text = operator.join(f"({each.text})" for each in inner_parts) or of_none
            return Sql(text, [value for each in inner_parts for value in each.values])


def _is_told(node: Condition) -> bool:
    match node:
        case Term():
            return not node.exact
        case All(parts) | Any(parts):
            return all(map(_is_told, parts))
        case Not(part):
            return _is_told(part)
        case _:
            return True
