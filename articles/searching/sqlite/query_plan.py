"""Conditions as FTS5 expressions, where tokens can tell, and as SQL around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from articles.searching.conditions import (
    All,
    Any,
    Condition,
    Days,
    Keys,
    Not,
    OneOf,
    Term,
    is_certain,
)
from articles.searching.sqlite.schema import Shelf

_LETTER = {"source": "s", "author": "a", "tag": "t", "lang": "l", "kind": "k", "image": "i",
           "changed": "v"}  # fmt: skip
_SIGNS = re.compile(r"[\x00-/:-@[-`{-\x7f]")


def fact(name: str, value: int | str) -> str:
    """Return the token by which a fact of an article is looked for, such as ``s12``.

    >>> fact("lang", "zh-hant")
    'lzh·2d·hant'

    Signs of ASCII would cut it in two. It begins with a letter of ASCII and goes on with ASCII or
    is its own; no character of a text is that, since ``ch`` holds those that are cut to bigrams
    only.
    """
    return _LETTER[name] + _SIGNS.sub(lambda sign: f"·{ord(sign[0]):x}·", str(value))


def title_character(character: str) -> str:
    """Return the token by which a character of a title is looked for in ``ch``."""
    return f"t{character}"


def in_ft(node: Condition) -> str | None:
    """Return the expression that finds ``node`` in ``ft``, or None where positions don't tell.

    It finds all that fulfil the condition, and no others when the condition is certain.
    """
    match node:
        case Term(plan=plan) if plan.phrase or plan.boundary:
            columns = "title" if node.field == "title" else "title body"
            edges = "title_edges" if node.field == "title" else "title_edges body_edges"
            found = [f"{{{columns}}} : {_quoted(' '.join(plan.phrase))}"] if plan.phrase else []
            found += [f"{{{edges}}} : {_quoted(token)}" for token in plan.boundary]
            return _joined("AND", found)
        case Term():
            return None
        case _:
            return _compound(node, in_ft, "facts : ")


def in_ch(node: Condition) -> str | None:
    """Return the expression that finds ``node`` in ``ch``, or None where it holds too little."""
    match node:
        case Term(plan=plan):
            if plan.phrase or plan.boundary:
                return None
            in_title = node.field == "title"
            tokens = map(title_character, plan.characters) if in_title else plan.characters
            return _joined("AND", [_quoted(token) for token in tokens])
        case _:
            return _compound(node, in_ch, "")


_Expression = Callable[[Condition], str | None]


def _compound(node: Condition, inner: _Expression, facts: str) -> str | None:
    match node:
        case OneOf(name, values) if values:
            return _joined("OR", [f"{facts}{_quoted(fact(name, value))}" for value in values])
        case Any(parts) if parts:
            found = [inner(part) for part in parts]
            return None if None in found else _joined("OR", [each for each in found if each])
        case All(parts) if parts:
            wanted = [inner(part) for part in parts if not isinstance(part, Not)]
            unwanted = [
                inner(part.part)
                for part in parts
                if isinstance(part, Not) and is_certain(part.part)
            ]
            if not wanted or None in wanted or None in unwanted:
                return None
            expression = _joined("AND", [each for each in wanted if each])
            for each in unwanted:
                expression = f"({expression} NOT {each})"
            return expression
    return None


def _joined(operator: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {operator} '.join(parts)})"


def _quoted(token: str) -> str:
    return '"' + token.replace('"', '""') + '"'


class Bound(Enum):
    """A parameter that stands for an end of the range of row ids that is walked."""

    FIRST = "first"
    LAST = "last"


Parameter = str | int | Bound


@dataclass(slots=True)
class Plan:
    """How the rows of a condition are walked: ``walked`` is the table whose order is followed.

    ``where`` goes into a statement, with ``parameters``; ``first`` and ``last`` are the row ids
    between which rows lie. ``characters`` is what ``ch`` has to hold of a row of ``ft``, if
    anything: which of the two tables is asked for the rows of the other depends on how many there
    are.
    """

    first: int
    last: int
    walked: str = "doc"
    characters: str = ""
    where: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        """Tell whether rows are looked up in lists, which are put together for what is walked."""
        return Bound.FIRST in self.parameters

    @property
    def rowid(self) -> str:
        """Return the column that has the row ids."""
        return "doc.docid" if self.walked == "doc" else f"{self.walked}.rowid"


def planned(condition: Condition, shelf: Shelf) -> Plan:
    """Return how to walk what fulfils ``condition``, newest or oldest first, without a sort."""
    plan = Plan(shelf.lowest, shelf.highest)
    by_ft: list[Condition] = []
    by_ch: list[Condition] = []
    others: list[Condition] = []
    for part in _flat(condition):
        if isinstance(part, Days):
            plan.first = max(plan.first, shelf.first_of(part.first.toordinal()))
            plan.last = min(plan.last, shelf.last_of(part.last.toordinal()))
        elif isinstance(part, OneOf) and part.values:
            others.append(part)  # whichever table is walked has the facts
        elif in_ft(part) is not None:
            by_ft.append(part)
        elif in_ch(part) is not None:
            by_ch.append(part)
        else:
            others.append(part)
    _choose_walked(plan, by_ft, by_ch, others)
    for part in others:
        expression, parameters = _sql(part, plan.rowid, shelf)
        plan.where.append(f"({expression})")
        plan.parameters += parameters
    return plan


def _flat(condition: Condition) -> Iterator[Condition]:
    """Yield all that has to hold; days within a part of a part bound the walk as well."""
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _flat(part)
    else:
        yield condition


def _choose_walked(
    plan: Plan, by_ft: list[Condition], by_ch: list[Condition], others: list[Condition]
) -> None:
    """Let FTS5 walk what it can; take that out of ``others``."""
    if by_ft:
        plan.walked, expression = "ft", in_ft
    elif by_ch:
        plan.walked, expression = "ch", in_ch
    elif any(isinstance(part, OneOf) for part in others):
        plan.walked, expression = "ft", in_ft
    else:
        return
    facts = [part for part in others if isinstance(part, OneOf) and part.values]
    refused = [
        part
        for part in others
        if isinstance(part, Not) and is_certain(part.part) and expression(part.part) is not None
    ]
    walked = All((*(by_ft or by_ch), *facts, *refused))
    others[:] = [part for part in others if part not in walked.parts]
    plan.where.append(f"{plan.walked} MATCH ?")
    plan.parameters.append(expression(walked) or "")
    if by_ft and by_ch:
        plan.characters = in_ch(All(tuple(by_ch))) or ""


def _sql(node: Condition, rowid: str, shelf: Shelf) -> tuple[str, list[Parameter]]:
    """Return an SQL condition on ``rowid`` for any condition, and its parameters."""
    for table, expression in (("ft", in_ft(node)), ("ch", in_ch(node))):
        if expression is not None:
            # With the sign, or each row of the list would be looked up in what is walked.
            listed = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?"
            return f"+{rowid} IN ({listed})", [expression, Bound.FIRST, Bound.LAST]
    match node:
        case Days(first, last):
            bounds = [shelf.first_of(first.toordinal()), shelf.last_of(last.toordinal())]
            return f"{rowid} BETWEEN ? AND ?", [*bounds]
        case Keys(articles):
            marks = ",".join("?" * len(articles))
            return f"{rowid} IN (SELECT docid FROM doc WHERE article IN ({marks}))", [*articles]
        case All(parts) | Any(parts) if parts:
            found = [_sql(part, rowid, shelf) for part in parts]
            operator = " AND " if isinstance(node, All) else " OR "
            joined = operator.join(f"({expression})" for expression, _ in found)
            return f"({joined})", [each for _, parameters in found for each in parameters]
        case Not(part) if is_certain(part):
            expression, parameters = _sql(part, rowid, shelf)
            return f"NOT ({expression})", parameters
        case All() | Not():  # of what tokens don't tell, every row may be a hit
            return "1", []
        case _:
            return "0", []
