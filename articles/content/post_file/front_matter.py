"""Front matter: the header of a post, as strings and lists of strings.

YAML is read by PyYAML's base loader, which leaves ``author: No`` and ``date: 12:30`` the strings
they are. One header in 115,000 real ones does not parse (a ``\\智`` in double quotes): such a
header is read line by line, and the post carries a warning. TOML and JSON have types; their
values become the strings that YAML would have had.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import yaml

from articles.content.post_file.simple_yaml import read_plain

try:
    from yaml import CBaseLoader as Loader
except ImportError:  # PyYAML without its C library: the same result, slower
    from yaml import BaseLoader as Loader  # type: ignore[assignment]

FrontMatter = dict[str, str | list[str]]

MAX_BYTES = 64 * 1024  # a longer header is no header
_MAX_VALUES = 2000
_MAX_DEPTH = 50
_LINE = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?$")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")
#: What would send a parser so deep that it takes the process with it.
_NESTED = re.compile(r"(?:[\[{]\s*){50}|(?:[-?:]\s+){50}|(?:[\[{][^\[{\]}]*){500}")
_DOTTED = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){50}")
_NUL = "\x00"
_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)")  # as tomllib ends its messages
#: Keys that are found in any case, as Hugo has it; the others stay as they are written.
_ANY_CASE = frozenset(
    "title date publishdate pubdate published draft author authors tags tag categories category "
    "from link source source_url original_url originalurl canonical_url canonicalurl canonical "
    "permalink url params extra taxonomies".split()
)


class Syntax(StrEnum):
    """In what front matter is written."""

    YAML = "yaml"
    TOML = "toml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header and a word about how it was read, empty when nothing was amiss."""

    values: FrontMatter
    warning: str


class HeaderError(ValueError):
    """The header cannot be read; the message says in which line and why."""


def read_front_matter(text: str, syntax: Syntax = Syntax.YAML, line: int = 2) -> Header:
    """Return the header ``text`` (without its fence), which begins in this line of its file.

    The values of a table stand under ``table.key``, what is nested deeper as JSON. Lists in lists
    are one list. Raises :class:`HeaderError` for what cannot be read, YAML also line by line.
    """
    if len(text) > MAX_BYTES:
        raise HeaderError(f"line 1: the front matter is longer than {MAX_BYTES} bytes")
    if _NESTED.search(text) or (syntax is Syntax.TOML and _DOTTED.search(text)):
        raise HeaderError(f"line {line}: nested deeper than any front matter is")
    try:
        data = _parsed(text, syntax)
        if not isinstance(data, dict):
            raise HeaderError(f"line {line}: the front matter holds no 'key: value' lines")
        return Header(_flat(data), "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = f"line {_line_of(error) + line - 1}"
        values = _by_lines(text) if syntax is Syntax.YAML else {}
        if not values:
            known = isinstance(error, HeaderError)
            raise error if known else HeaderError(f"{where}: {_short(error)}") from error
        return Header(values, f"front matter {where} read by lines: {_short(error)}")


def _parsed(text: str, syntax: Syntax) -> object:
    if syntax is Syntax.TOML:
        return tomllib.loads(text, parse_float=str)
    if syntax is Syntax.JSON:
        if not text.lstrip().startswith("{"):  # Hexo leaves the braces out
            text = "{" + text.rstrip().removesuffix(",") + "}"
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, strict=False)
    plain = read_plain(text)
    if plain is not None:
        return plain
    return yaml.load(text, Loader=Loader)  # noqa: S506 - the base loader makes no objects


def _flat(data: dict[object, object]) -> FrontMatter:
    if _weight(data, _MAX_VALUES) < 0:
        raise HeaderError(f"line 1: more than {_MAX_VALUES} values, or more than {_MAX_DEPTH} deep")
    values: FrontMatter = {}
    for key, value in _rows(data):
        values[key] = (
            [_clean(item) for item in _leaves(value)] if isinstance(value, list) else _clean(value)
        )
    return values


def _rows(data: dict[object, object]) -> Iterator[tuple[str, object]]:
    """Yield the values with their keys, those of a table as ``table.key``."""
    for key, value in data.items():
        name = _name(key, data)
        if isinstance(value, dict):
            yield from ((f"{name}.{_name(sub, value)}", below) for sub, below in value.items())
        else:
            yield name, value


def _name(key: object, table: dict[object, object]) -> str:
    name = _clean(key)
    folded = name.lower()
    return folded if folded in _ANY_CASE and folded not in table else name


def _leaves(items: list[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, list):
            yield from _leaves(item)
        else:
            yield item


def _clean(value: object) -> str:
    if not isinstance(value, str):
        value = _scalar(value) if not isinstance(value, dict | list) else _json(value)
    return value.replace(_NUL, "").encode("utf-8", "replace").decode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_scalar)


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _weight(value: object, budget: int) -> int:
    """Return what is left of ``budget`` when each part of ``value`` takes one.

    Aliases may make a value huge, or part of itself; whatever is too deep takes all.
    """
    waiting = [(value, 0)]
    while waiting and budget >= 0:
        part, depth = waiting.pop()
        budget -= 1
        if depth > _MAX_DEPTH:
            return -1
        if isinstance(part, dict):
            waiting += [(each, depth + 1) for pair in part.items() for each in pair]
        elif isinstance(part, list):
            waiting += [(each, depth + 1) for each in part]
    return budget


def _by_lines(text: str) -> FrontMatter:
    values: FrontMatter = {}
    key = ""
    for line in text.split("\n"):
        if match := _LINE.match(line):
            key = match[1]
            value = (match[2] or "").strip()
            if value.startswith("[") and value.endswith("]"):
                values[key] = [_unquoted(item) for item in value[1:-1].split(",") if item.strip()]
            else:
                values[key] = _unquoted(value)
        elif key and (match := _ITEM.match(line)):
            before = values[key]
            values[key] = [*(before if isinstance(before, list) else []), _unquoted(match[1])]
    return values


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace(_NUL, "")
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'").replace(_NUL, "")
    return value.replace(_NUL, "")


def _line_of(error: Exception) -> int:
    """Return the line of the header at which ``error`` arose, from 1; 1 when it does not tell."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    told = _AT_LINE.search(str(error))
    return int(told[1]) if told else 1


def _short(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error.msg}"
    problem = getattr(error, "problem", None) or str(error).removeprefix("line 1: ")
    return _AT_LINE.sub("", str(problem).split("\n", 1)[0])
