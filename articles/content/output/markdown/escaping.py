"""Signs of CommonMark: which of them text must not hold bare, and fences around code."""

from __future__ import annotations

import re

SPACE = re.compile("[ \t\r\n\f\xa0]+")
#: What CommonMark, or GitHub's form of it, takes for markup anywhere in a line.
_SIGNS = re.compile(r"[\\`*_\[\]<&~|]")
#: What it takes for markup at the beginning of a line.
_AT_START = re.compile(r"[#>=]|:(?=-)|[-+](?=[\s-]|$)|\d{1,9}(?=[.)](?:\s|$))")


def escaped(text: str) -> str:
    """Return text that is markup nowhere, but for what it may be at the beginning of a line."""
    return _SIGNS.sub(r"\\\g<0>", text)


def guarded(line: str) -> str:
    """Return a line of a paragraph that begins nothing else.

    >>> guarded("1. x"), guarded("# x"), guarded("-5")
    ('1\\\\. x', '\\\\# x', '-5')
    """
    line = line.strip()
    found = _AT_START.match(line)
    if found is None:
        return line
    at = found.end() if found[0][0].isdigit() else 0
    return f"{line[:at]}\\{line[at:]}"


def code_span(text: str) -> str:
    """Return a span of code; white space goes outside.

    >>> code_span(" a "), code_span("`a")
    (' `a` ', '`` `a ``')
    """
    text = SPACE.sub(" ", text)
    inner = text.strip(" ")
    if not inner:
        return text
    fence = "`" * (_longest_run(inner) + 1)
    blank = " " if "`" in (inner[0], inner[-1]) else ""
    code = f"{fence}{blank}{inner}{blank}{fence}"
    return text.replace(inner, code, 1)


def code_block(text: str) -> str:
    """Return a fenced block of code, or nothing when there is none in it."""
    fence = "`" * max(3, _longest_run(text) + 1)
    lines = text.strip("\n")
    return f"{fence}\n{lines}\n{fence}" if lines.strip() else ""


def target(href: str) -> str:
    """Return an address as a link's target; between pointed brackets it may hold round ones."""
    href = re.sub(r"&(?=#|\w+;)", "&amp;", href)
    return f"<{href}>" if "(" in href or ")" in href else href


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
