"""Query plans: a condition as FTS5 expressions, as far as tokens decide it, and as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from articles.searching.conditions import (
    All,
    Any,
    ArticleIds,
    Condition,
    DateRange,
    Not,
    OneOf,
    Term,
    is_certain,
)
from articles.searching.sqlite.schema import RowIdRange

_LETTER = {"source": "s", "author": "a", "tag": "t", "lang": "l", "kind": "k", "image": "i",
           "changed": "v"}  # fmt: skip
_ASCII_SIGNS = re.compile(r"[\x00-/:-@[-`{-\x7f]")


def fact_token(name: str, value: int | str) -> str:
    """Return the token that indexes a fact of an article, such as ``s12``.

    >>> fact_token("lang", "zh-hant")
    'lzh·2d·hant'

    ASCII punctuation is escaped: the tokenizer would split the token there. The token starts with
    an ASCII letter. No character token equals it, since ``ch`` has only characters that are
    tokenized to bigrams.
    """
    return _LETTER[name] + _ASCII_SIGNS.sub(lambda sign: f"·{ord(sign[0]):x}·", str(value))


def title_character_token(character: str) -> str:
    """Return the token in ``ch`` for a character of a title."""
    return f"t{character}"


def ft_expression(node: Condition) -> str | None:
    """Return the FTS5 expression for ``node`` on ``ft``, or None where ``ft`` has no tokens for it.

    It matches all rows that fulfil the condition, and no others when the condition is certain.
    """
    match node:
        case Term(plan=plan) if plan.phrase or plan.boundary:
            columns = "title" if node.field == "title" else "title body"
            edges = "title_edges" if node.field == "title" else "title_edges body_edges"
            found = [f"{{{columns}}} : {_quote(' '.join(plan.phrase))}"] if plan.phrase else []
            found += [f"{{{edges}}} : {_quote(token)}" for token in plan.boundary]
            return _join("AND", found)
        case Term():
            return None
        case _:
            return _compound(node, ft_expression, "facts : ")


def ch_expression(node: Condition) -> str | None:
    """Return the FTS5 expression for ``node`` on ``ch``, or None where ``ch`` is too coarse."""
    match node:
        case Term(plan=plan):
            if plan.phrase or plan.boundary:
                return None
            in_title = node.field == "title"
            tokens = map(title_character_token, plan.characters) if in_title else plan.characters
            return _join("AND", [_quote(token) for token in tokens])
        case _:
            return _compound(node, ch_expression, "")


_Expression = Callable[[Condition], str | None]


def _compound(node: Condition, inner: _Expression, facts: str) -> str | None:
    match node:
        case OneOf(name, values) if values:
            return _join("OR", [f"{facts}{_quote(fact_token(name, value))}" for value in values])
        case Any(parts) if parts:
            found = [inner(part) for part in parts]
            return None if None in found else _join("OR", [each for each in found if each])
        case All(parts) if parts:
            positive = [inner(part) for part in parts if not isinstance(part, Not)]
            negative = [
                inner(part.part)
                for part in parts
                if isinstance(part, Not) and is_certain(part.part)
            ]
            if not positive or None in positive or None in negative:
                return None
            expression = _join("AND", [each for each in positive if each])
            for each in negative:
                expression = f"({expression} NOT {each})"
            return expression
    return None


def _join(operator: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})"


def _quote(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


class Bound(Enum):
    """A placeholder parameter for a bound of the scanned range of row ids."""

    FIRST = "first"
    LAST = "last"


Parameter = str | int | Bound


@dataclass(slots=True)
class Plan:
    """How the rows of a condition are scanned: in the row id order of the table ``scanned``.

    ``where`` and ``parameters`` are conditions of the statement; ``first`` and ``last`` bound the
    row ids. ``characters`` is an additional FTS5 expression on ``ch`` for the rows of ``ft``, if
    any: the number of rows decides which of the two tables drives the join.
    """

    first: int
    last: int
    scanned: str = "doc"
    characters: str = ""
    where: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        """Return whether rows are looked up in subqueries that cover the scanned range."""
        return Bound.FIRST in self.parameters

    @property
    def rowid(self) -> str:
        """Return the column with the row ids."""
        return "doc.docid" if self.scanned == "doc" else f"{self.scanned}.rowid"


def plan_walk(condition: Condition, row_ids: RowIdRange) -> Plan:
    """Return the plan to scan hits of ``condition`` by day, in either direction, without a sort."""
    plan = Plan(row_ids.lowest, row_ids.highest)
    by_ft: list[Condition] = []
    by_ch: list[Condition] = []
    others: list[Condition] = []
    for part in _flatten(condition):
        if isinstance(part, DateRange):
            plan.first = max(plan.first, row_ids.first_of(part.first.toordinal()))
            plan.last = min(plan.last, row_ids.last_of(part.last.toordinal()))
        elif isinstance(part, OneOf) and part.values:
            others.append(part)  # both FTS tables have the facts
        elif ft_expression(part) is not None:
            by_ft.append(part)
        elif ch_expression(part) is not None:
            by_ch.append(part)
        else:
            others.append(part)
    _choose_scanned(plan, by_ft, by_ch, others)
    for part in others:
        expression, parameters = _sql(part, plan.rowid, row_ids)
        plan.where.append(f"({expression})")
        plan.parameters += parameters
    return plan


def _flatten(condition: Condition) -> Iterator[Condition]:
    """Yield all required conditions: date ranges in a nested part bound the scan as well."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _flatten(part)
    else:
        yield condition


def _choose_scanned(
    plan: Plan, by_ft: list[Condition], by_ch: list[Condition], others: list[Condition]
) -> None:
    """Choose the table to scan, and move what its expression covers out of ``others``."""
    if by_ft:
        plan.scanned, expression = "ft", ft_expression
    elif by_ch:
        plan.scanned, expression = "ch", ch_expression
    elif any(isinstance(part, OneOf) for part in others):
        plan.scanned, expression = "ft", ft_expression
    else:
        return
    facts = [part for part in others if isinstance(part, OneOf) and part.values]
    negated = [
        part
        for part in others
        if isinstance(part, Not) and is_certain(part.part) and expression(part.part) is not None
    ]
    scanned = All((*(by_ft or by_ch), *facts, *negated))
    others[:] = [part for part in others if part not in scanned.parts]
    plan.where.append(f"{plan.scanned} MATCH ?")
    plan.parameters.append(expression(scanned) or "")
    if by_ft and by_ch:
        plan.characters = ch_expression(All(tuple(by_ch))) or ""


def _sql(node: Condition, rowid: str, row_ids: RowIdRange) -> tuple[str, list[Parameter]]:
    """Return an SQL condition on the column ``rowid`` for a condition, and its parameters."""
    for table, expression in (("ft", ft_expression(node)), ("ch", ch_expression(node))):
        if expression is not None:
            # The unary plus stops SQLite from looking up the rows of the subquery one by one.
            listed = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?"
            return f"+{rowid} IN ({listed})", [expression, Bound.FIRST, Bound.LAST]
    match node:
        case DateRange(first, last):
            bounds = [row_ids.first_of(first.toordinal()), row_ids.last_of(last.toordinal())]
            return f"{rowid} BETWEEN ? AND ?", [*bounds]
        case ArticleIds(articles):
            marks = ",".join("?" * len(articles))
            return f"{rowid} IN (SELECT docid FROM doc WHERE article IN ({marks}))", [*articles]
        case All(parts) | Any(parts) if parts:
            found = [_sql(part, rowid, row_ids) for part in parts]
            operator = " AND " if isinstance(node, All) else " OR "
            joined = operator.join(f"({expression})" for expression, _ in found)
            return f"({joined})", [each for _, parameters in found for each in parameters]
        case Not(part) if is_certain(part):
            expression, parameters = _sql(part, rowid, row_ids)
            return f"NOT ({expression})", parameters
        case All() | Not():  # not decided by tokens: every row may be a hit
            return "1", []
        case _:
            return "0", []
