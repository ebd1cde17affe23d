"""Parser for front matter in YAML, TOML and JSON: strings and lists of strings.

YAML is parsed with PyYAML's base loader, which keeps ``author: No`` and ``date: 12:30`` as
strings. Of 115,000 real posts one has front matter that is not valid YAML (a ``\\智`` in double
quotes): it is parsed line by line, and the post gets a warning. TOML and JSON have types; their
values become the strings that YAML would give.
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

from articles.content.post_file.simple_yaml import parse_simple_yaml

try:
    from yaml import CBaseLoader as Loader
except ImportError:  # PyYAML without its C library: the same result, slower
    from yaml import BaseLoader as Loader  # type: ignore[assignment]

FrontMatter = dict[str, str | list[str]]

MAX_BYTES = 64 * 1024  # longer text is not front matter
_MAX_VALUES = 2000
_MAX_DEPTH = 50
_KEY_LINE = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?$")
_LIST_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")
#: Nesting so deep that it could crash the parser and its process (stack overflow).
_DEEP_NESTING = re.compile(r"(?:[\[{]\s*){50}|(?:[-?:]\s+){50}|(?:[\[{][^\[{\]}]*){500}")
_LONG_DOTTED_KEY = re.compile(r"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){50}")
_NUL = "\x00"
_TOML_POSITION = re.compile(r" \(at line (\d+), column \d+\)")  # at the end of tomllib's messages
#: Keys that match in any case, as in Hugo; other keys are case-sensitive.
_CASE_INSENSITIVE_KEYS = frozenset(
    "title date publishdate pubdate published draft author authors tags tag categories category "
    "from link source source_url original_url originalurl canonical_url canonicalurl canonical "
    "permalink url params extra taxonomies".split()
)


class Syntax(StrEnum):
    """The syntax of front matter."""

    YAML = "yaml"
    TOML = "toml"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class ParsedFrontMatter:
    """Parsed front matter; ``warning`` is empty unless it had to be parsed line by line."""

    values: FrontMatter
    warning: str


class FrontMatterError(ValueError):
    """Front matter that cannot be parsed; the message is ``line N: problem``."""


def parse_front_matter(text: str, syntax: Syntax = Syntax.YAML, line: int = 2) -> ParsedFrontMatter:
    """Return the parsed front matter ``text`` (without its fences).

    ``line`` is the line of the file where ``text`` begins. The values of a table get the key
    ``table.key``; deeper values become JSON. Nested lists are flattened. Raises
    :class:`FrontMatterError` for what cannot be parsed, in YAML not even line by line.
    """
    if len(text) > MAX_BYTES:
        raise FrontMatterError(f"line 1: the front matter is longer than {MAX_BYTES} bytes")
    if _DEEP_NESTING.search(text) or (syntax is Syntax.TOML and _LONG_DOTTED_KEY.search(text)):
        raise FrontMatterError(f"line {line}: the front matter is nested too deeply")
    try:
        data = _load(text, syntax)
        if not isinstance(data, dict):
            raise FrontMatterError(f"line {line}: the front matter has no 'key: value' lines")
        return ParsedFrontMatter(_flatten(data), "")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = f"line {_find_error_line(error) + line - 1}"
        values = _parse_lines(text) if syntax is Syntax.YAML else {}
        if not values:
            is_front_matter_error = isinstance(error, FrontMatterError)
            raise (
                error
                if is_front_matter_error
                else FrontMatterError(f"{where}: {_format_parser_error(error)}")
            ) from error
        return ParsedFrontMatter(
            values, f"front matter {where} read by lines: {_format_parser_error(error)}"
        )


def _load(text: str, syntax: Syntax) -> object:
    if syntax is Syntax.TOML:
        return tomllib.loads(text, parse_float=str)
    if syntax is Syntax.JSON:
        if not text.lstrip().startswith("{"):  # Hexo omits the braces
            text = "{" + text.rstrip().removesuffix(",") + "}"
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, strict=False)
    simple = parse_simple_yaml(text)
    if simple is not None:
        return simple
    return yaml.load(text, Loader=Loader)  # noqa: S506 - the base loader creates no objects


def _flatten(data: dict[object, object]) -> FrontMatter:
    if _remaining_budget(data, _MAX_VALUES) < 0:
        raise FrontMatterError(
            f"line 1: more than {_MAX_VALUES} values, or more than {_MAX_DEPTH} deep"
        )
    values: FrontMatter = {}
    for key, value in _flatten_tables(data):
        values[key] = (
            [_to_text(item) for item in _flatten_list(value)]
            if isinstance(value, list)
            else _to_text(value)
        )
    return values


def _flatten_tables(data: dict[object, object]) -> Iterator[tuple[str, object]]:
    """Yield (key, value) pairs; the values of a table have the key ``table.key``."""
    for key, value in data.items():
        name = _normalize_key(key, data)
        if isinstance(value, dict):
            yield from (
                (f"{name}.{_normalize_key(sub, value)}", child_value)
                for sub, child_value in value.items()
            )
        else:
            yield name, value


def _normalize_key(key: object, table: dict[object, object]) -> str:
    name = _to_text(key)
    folded = name.lower()
    return folded if folded in _CASE_INSENSITIVE_KEYS and folded not in table else name


def _flatten_list(items: list[object]) -> Iterator[object]:
    for item in items:
        if isinstance(item, list):
            yield from _flatten_list(item)
        else:
            yield item


def _to_text(value: object) -> str:
    if not isinstance(value, str):
        value = _scalar_to_text(value) if not isinstance(value, dict | list) else _to_json(value)
    return value.replace(_NUL, "").encode("utf-8", "replace").decode()


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_scalar_to_text)


def _scalar_to_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _remaining_budget(value: object, budget: int) -> int:
    """Return ``budget`` minus the number of nodes in ``value``, negative when exceeded.

    Aliases can make a value huge or recursive; a value that is nested too deeply gives -1.
    """
    stack = [(value, 0)]
    while stack and budget >= 0:
        part, depth = stack.pop()
        budget -= 1
        if depth > _MAX_DEPTH:
            return -1
        if isinstance(part, dict):
            stack += [(each, depth + 1) for pair in part.items() for each in pair]
        elif isinstance(part, list):
            stack += [(each, depth + 1) for each in part]
    return budget


def _parse_lines(text: str) -> FrontMatter:
    values: FrontMatter = {}
    key = ""
    for line in text.split("\n"):
        if match := _KEY_LINE.match(line):
            key = match[1]
            value = (match[2] or "").strip()
            if value.startswith("[") and value.endswith("]"):
                values[key] = [_unquote(item) for item in value[1:-1].split(",") if item.strip()]
            else:
                values[key] = _unquote(value)
        elif key and (match := _LIST_ITEM.match(line)):
            previous = values[key]
            values[key] = [*(previous if isinstance(previous, list) else []), _unquote(match[1])]
    return values


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace(_NUL, "")
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'").replace(_NUL, "")
    return value.replace(_NUL, "")


def _find_error_line(error: Exception) -> int:
    """Return the line of the front matter (from 1) of ``error``; 1 when the error has none."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    position = _TOML_POSITION.search(str(error))
    return int(position[1]) if position else 1


def _format_parser_error(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"invalid JSON: {error.msg}"
    problem = getattr(error, "problem", None) or str(error).removeprefix("line 1: ")
    return _TOML_POSITION.sub("", str(problem).split("\n", 1)[0])
