"""The values behind a field's colon, with commas between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from articles.content.search_query.tokenizer import VALUES, Sort, Token

MARKS = ",，、|｜"  #: any of them stands between two values
_MARK = re.compile(f"[{re.escape(MARKS)}]")


def has_mark(value: str) -> bool:
    """Tell whether ``value`` would be read as several."""
    return bool(_MARK.search(value))


def values_at(tokens: Sequence[Token], at: int, *, listed: bool) -> tuple[list[str], int]:
    """Return the values of which the first is ``tokens[at]``, and where the reading goes on.

    >>> from articles.content.search_query.tokenizer import tokens
    >>> values_at(tokens('BBC,"Radio Free Asia"，DW 台湾'), 0, listed=True)
    (['BBC', 'Radio Free Asia', 'DW'], 3)
    """
    first = tokens[at]
    if not listed:
        return [first.value] if first.value else [], at + 1
    values = _split(first)
    at += 1
    while at < len(tokens) and _goes_on(tokens[at - 1], tokens[at]):
        values += _split(tokens[at])
        at += 1
    return values, at


def _goes_on(before: Token, after: Token) -> bool:
    """Tell whether a list goes on with the token that touches it."""
    if before.end != after.start or after.sort not in VALUES:
        return False
    ends = before.sort is Sort.WORD and before.value[-1] in MARKS
    return ends or (after.sort is Sort.WORD and after.value[0] in MARKS)


def _split(token: Token) -> list[str]:
    values = _MARK.split(token.value) if token.sort is Sort.WORD else [token.value]
    return [value for value in values if value]
