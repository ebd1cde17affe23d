"""The values of a field: the list behind its colon, and the condition that each one means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from articles.content.search_query.date_ranges import parse_date_range
from articles.content.search_query.fields import Field, fold_name
from articles.content.search_query.notes import NoteKind
from articles.content.search_query.syntax_tree import DateRange, Filter, Node, Not
from articles.content.search_query.tokenizer import VALUE_KINDS, Token, TokenKind
from articles.content.urls.normalization import normalize_url

SEPARATORS = ",，、|｜"  #: any of them separates two values of a list
_SEPARATOR = re.compile(f"[{re.escape(SEPARATORS)}]")
_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}))?")


def has_separator(value: str) -> bool:
    """Return whether ``value``, unquoted, would be read as several values."""
    return bool(_SEPARATOR.search(value))


def read_values(tokens: Sequence[Token], at: int, *, allows_list: bool) -> tuple[list[str], int]:
    """Return the values that begin with ``tokens[at]``, and the index of the token after them.

    >>> from articles.content.search_query.tokenizer import tokenize
    >>> read_values(tokenize('BBC,"Radio Free Asia"，DW 台湾'), 0, allows_list=True)
    (['BBC', 'Radio Free Asia', 'DW'], 3)
    """
    first = tokens[at]
    if not allows_list:
        return [first.value] if first.value else [], at + 1
    values = _split(first)
    at += 1
    while at < len(tokens) and _continues_list(tokens[at - 1], tokens[at]):
        values += _split(tokens[at])
        at += 1
    return values, at


def _continues_list(before: Token, after: Token) -> bool:
    """Return whether ``after`` continues the list: nothing but a separator is between the two."""
    if before.end != after.start or after.kind not in VALUE_KINDS:
        return False
    ends = before.kind is TokenKind.WORD and before.value[-1] in SEPARATORS
    return ends or (after.kind is TokenKind.WORD and after.value[0] in SEPARATORS)


def _split(token: Token) -> list[str]:
    values = _SEPARATOR.split(token.value) if token.kind is TokenKind.WORD else [token.value]
    return [value for value in values if value]


@dataclass(frozen=True, slots=True)
class FieldValue:
    """The condition that a value stands for, and the kind of note that it needs."""

    node: Node
    note_kind: NoteKind | None = None
    typed_range: DateRange | None = None  # of ``from:`` and ``to:``: the days of the typed date


def parse_field_value(field: Field, value: str) -> FieldValue | None:
    """Return the condition of ``value`` in ``field``, which is no text field; None if unknown.

    >>> from articles.content.search_query.fields import field_by_name
    >>> parse_field_value(field_by_name("语言"), "繁體").node
    Filter(name='lang', value='zh-Hant')
    """
    match field.value_type:
        case "date":
            return _parse_dates(field, value)
        case "choice":
            found = field.choices.get(fold_name(value), "")
            if not found and field.filter == "lang":
                found = _parse_language_tag(value)
        case "url":
            found = _parse_url(value)
        case "name" | "text":
            found = value
        case never:
            assert_never(never)
    if not found or field.filter is None:
        return None
    if field.name == "changed" and found == "no":
        return FieldValue(Not(Filter(field.filter, "yes")))
    return FieldValue(Filter(field.filter, found))


def _parse_dates(field: Field, value: str) -> FieldValue | None:
    found = parse_date_range(value)
    if found is None:
        return None
    days = found.days
    note_kind = NoteKind.NEAREST_DATE if found.is_widened else None
    if found.is_swapped:
        note_kind = NoteKind.SWAPPED_DATES
    if field.name == "from" and found.is_single:
        return FieldValue(DateRange(days.first, None), note_kind, typed_range=days)
    if field.name == "to" and found.is_single:
        return FieldValue(DateRange(None, days.last), note_kind, typed_range=days)
    return FieldValue(days, note_kind)


def _parse_language_tag(value: str) -> str:
    """Return a BCP 47 tag in its usual case, or an empty string when ``value`` is none."""
    match = _LANGUAGE_TAG.fullmatch(value)
    if match is None:
        return ""
    language, script, region = (part or "" for part in match.groups())
    return "-".join(filter(None, (language.lower(), script.title(), region.upper())))


def _parse_url(value: str) -> str:
    """Return ``value`` as a URL that can be normalized, or an empty string."""
    if "://" not in value:
        value = f"https://{value}"
    try:
        normalize_url(value)
    except ValueError:
        return ""
    return value
