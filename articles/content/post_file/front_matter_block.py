"""Where the front matter of a post stands, and in which syntax, told by how the file begins.

Jekyll and Hugo put YAML between lines of ``---``; Hugo has TOML between ``+++`` and a JSON object
at the top as well; Hexo leaves the opening line out, and ends JSON without braces by ``;;;``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from articles.content.post_file.front_matter import MAX_BYTES, Syntax

_LEAD = re.compile(r"\s*+(?:<!--(?:[^-]|-(?!->))*+-->\s*+)*+")
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
_TELLING = re.compile(r"^(?:title|date):", re.MULTILINE | re.IGNORECASE)
_OBJECT = re.compile(r'\{\s*+["}]')
_BRACES = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}]', re.DOTALL)
_SYNTAXES = {"-": "yaml", "+": "toml", ";": "json"}


@dataclass(frozen=True, slots=True)
class FoundHeader:
    """Front matter as it stands in a file; ``line`` is that of its first character.

    ``is_certain`` is false for beginnings that other files have as well, such as a horizontal
    rule below a comment. ``lead`` is what stands above it.
    """

    syntax: Syntax
    text: str
    line: int
    end: int
    is_certain: bool
    lead: str = ""


def find_header(text: str) -> FoundHeader | None:
    """Return the front matter at the top of ``text``, below blank lines and comments at most."""
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    above = text[:start]
    line = above.count("\n") + 1
    if match := _FENCED.match(text, start):
        mark, name = match["mark"][0], (match["name"] or "").lower()
        if match["end"] == "..." and mark != "-":
            return None
        syntax = Syntax({"yml": "yaml"}.get(name, name) or _SYNTAXES[mark])
        is_certain = not start and len(match["mark"]) == 3
        return FoundHeader(syntax, match["text"], line + 1, match.end(), is_certain, above)
    if _OBJECT.match(text, start):
        end = _end_of_object(text, start)
        return FoundHeader(Syntax.JSON, text[start:end], line, end, False, above)
    for pattern, syntax in ((_UNOPENED_YAML, Syntax.YAML), (_UNOPENED_JSON, Syntax.JSON)):
        match = pattern.match(text, start, start + MAX_BYTES)
        if match and (syntax is Syntax.JSON or _TELLING.search(match["text"])):
            return FoundHeader(syntax, match["text"], line, match.end(), False, above)
    return None


def _end_of_object(text: str, start: int) -> int:
    """Return where the JSON object that begins at ``start`` ends, or where it is too long."""
    depth = 0
    for match in _BRACES.finditer(text, start, start + MAX_BYTES + 1):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.end()
    return min(len(text), start + MAX_BYTES + 1)
