"""Detection of the front matter at the top of a post file, and of its syntax.

Jekyll and Hugo put YAML between lines of ``---``; Hugo also accepts TOML between ``+++``
and a JSON object at the top; Hexo omits the opening line, and ends JSON without braces by ``;;;``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.post_file.front_matter import MAX_BYTES, Syntax

_PRECEDING = re.compile(r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+")
_FENCED = re.compile(
    r"(?P<mark>-{3,}|\+{3,}|;{3,})[ \t]*(?P<name>yaml|yml|toml|json)?[ \t]*\n"
    r"(?P<text>.*?)^(?P<end>(?P=mark)|\.{3})[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_UNOPENED_YAML = re.compile(
    r"(?P<text>(?=[A-Za-z])(?:[A-Za-z][\w-]*+:(?:[ \t][^\n]*+)?\n|[ \t][^\n]*+\n|-[ \t][^\n]*+\n"
    r"|\#[^\n]*+\n|\n)++)-{3,}[ \t]*(?:\n|\Z)"
)
_UNOPENED_JSON = re.compile(r'(?P<text>"(?:[^\n;][^\n]*+\n|\n)++);{3,}[ \t]*(?:\n|\Z)')
_TITLE_OR_DATE = re.compile(r"^(?:title|date):", re.MULTILINE | re.IGNORECASE)
_OBJECT_START = re.compile(r'\{\s*+["}]')
_BRACE_OR_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}]', re.DOTALL)
_SYNTAXES = {"-": "yaml", "+": "toml", ";": "json"}


@dataclass(frozen=True, slots=True)
class FrontMatterBlock:
    """Unparsed front matter; ``line`` is the line of its first character.

    ``is_certain`` is false for beginnings that other files can have too, such as a horizontal
    rule below a comment. ``preceding`` is the text above it, ``end`` the offset of the body.
    """

    syntax: Syntax
    text: str
    line: int
    end: int
    is_certain: bool
    preceding: str = ""


def find_front_matter(text: str) -> FrontMatterBlock | None:
    """Return the front matter at the top of ``text``; blank lines and comments may precede it."""
    match = _PRECEDING.match(text)
    start = match.end() if match else 0
    preceding = text[:start]
    line = preceding.count("\n") + 1
    if match := _FENCED.match(text, start):
        mark, name = match["mark"][0], (match["name"] or "").lower()
        if match["end"] == "..." and mark != "-":
            return None
        syntax = Syntax({"yml": "yaml"}.get(name, name) or _SYNTAXES[mark])
        is_certain = not start and len(match["mark"]) == 3
        return FrontMatterBlock(syntax, match["text"], line + 1, match.end(), is_certain, preceding)
    if _OBJECT_START.match(text, start):
        end = _find_object_end(text, start)
        return FrontMatterBlock(Syntax.JSON, text[start:end], line, end, False, preceding)
    for pattern, syntax in ((_UNOPENED_YAML, Syntax.YAML), (_UNOPENED_JSON, Syntax.JSON)):
        match = pattern.match(text, start, start + MAX_BYTES)
        if match and (syntax is Syntax.JSON or _TITLE_OR_DATE.search(match["text"])):
            return FrontMatterBlock(syntax, match["text"], line, match.end(), False, preceding)
    return None


def _find_object_end(text: str, start: int) -> int:
    """Return the end offset of the JSON object at ``start``, at most ``MAX_BYTES`` later."""
    depth = 0
    for match in _BRACE_OR_STRING.finditer(text, start, start + MAX_BYTES + 1):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    return min(len(text), start + MAX_BYTES + 1)
