"""Front matter: the YAML header of a post, as strings and lists of strings.

Read by PyYAML's base loader, which leaves ``author: No`` and ``date: 12:30`` the strings they
are. One header in 115,000 real ones does not parse (a ``\\智`` in double quotes): such a header is
read line by line, and the post carries a warning.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import yaml

try:
    from yaml import CBaseLoader as Loader
except ImportError:  # PyYAML without its C library: the same result, slower
    from yaml import BaseLoader as Loader  # type: ignore[assignment]

FrontMatter = dict[str, str | list[str]]

MAX_BYTES = 64 * 1024  # a longer header is no header
_MAX_VALUES = 2000
_LINE = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?$")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")
#: What would send libyaml so deep that it takes the process with it.
_NESTED = re.compile(r"(?:[\[{]\s*){50}|(?:[-?:]\s+){50}|(?:[\[{][^\[{\]}]*){500}")
_NUL = "\x00"


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header and a word about how it was read, empty when it is plain YAML."""

    values: FrontMatter
    warning: str


class HeaderError(ValueError):
    """The header cannot be read; the message says in which line and why."""


def read_front_matter(text: str) -> Header:
    """Return the header ``text`` (without its ``---`` lines).

    Raises :class:`HeaderError` when neither YAML nor the reader by lines finds ``key: value``.
    """
    if len(text) > MAX_BYTES:
        raise HeaderError(f"line 1: the front matter is longer than {MAX_BYTES} bytes")
    if _NESTED.search(text):
        raise HeaderError("line 2: nested deeper than any front matter is")
    try:
        data = yaml.load(text, Loader=Loader)  # noqa: S506 - the base loader makes no objects
        if not isinstance(data, dict):
            raise HeaderError("line 2: the front matter holds no 'key: value' lines")
        return Header(_flat(data), "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        values = _by_lines(text)
        if not values:
            raise HeaderError(f"line {_line_of(error)}: {_short(error)}") from error
        return Header(values, f"front matter line {_line_of(error)} read by lines: {_short(error)}")


def _flat(data: dict[object, object]) -> FrontMatter:
    values: FrontMatter = {}
    budget = _MAX_VALUES
    for key, value in data.items():
        if isinstance(value, list):
            budget -= len(value)
            if budget < 0:
                raise HeaderError(f"line 1: more than {_MAX_VALUES} values")
            values[_clean(key)] = [_clean(item) for item in value]
        else:
            values[_clean(key)] = _clean(value)
    return values


def _clean(value: object) -> str:
    if not isinstance(value, str):
        # Nested values are kept as JSON; aliases may make them huge, so they are measured first.
        if _weight(value, _MAX_VALUES) < 0:
            raise HeaderError(f"line 1: more than {_MAX_VALUES} values")
        value = json.dumps(value, ensure_ascii=False)
    return value.replace(_NUL, "").encode("utf-8", "replace").decode()


def _weight(value: object, budget: int) -> int:
    budget -= 1
    parts: list[object] = []
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list):
        parts = value
    for part in parts:
        if budget < 0:
            break
        budget = _weight(part, budget)
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
    mark = getattr(error, "problem_mark", None)
    return mark.line + 2 if mark is not None else 2


def _short(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error).removeprefix("line 1: ")
    return str(problem).split("\n", 1)[0]
