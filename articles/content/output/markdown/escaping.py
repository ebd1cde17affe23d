"""Escaping for CommonMark, code spans and fenced code blocks."""

from __future__ import annotations

import re

SPACE = re.compile("[ \t\r\n\f\xa0]+")
#: Characters that CommonMark or GitHub Flavored Markdown parses as markup anywhere in a line.
_SPECIAL_CHARACTERS = re.compile(r"[\\`*_\[\]<&~|]")
#: What they parse as markup at the beginning of a line.
_LINE_START_MARKUP = re.compile(r"[#>=]|:(?=-)|[-+](?=[\s-]|$)|\d{1,9}(?=[.)](?:\s|$))")


def escape_markdown(text: str) -> str:
    """Return ``text`` escaped, except for markup at the beginning of a line."""
    return _SPECIAL_CHARACTERS.sub(r"\\\g<0>", text)


def escape_line_start(line: str) -> str:
    """Return a stripped paragraph line, escaped if it would begin another block.

    >>> escape_line_start("1. x"), escape_line_start("# x"), escape_line_start("-5")
    ('1\\\\. x', '\\\\# x', '-5')
    """
    line = line.strip()
    match = _LINE_START_MARKUP.match(line)
    if match is None:
        return line
    offset = match.end() if match[0][0].isdigit() else 0
    return f"{line[:offset]}\\{line[offset:]}"


def code_span(text: str) -> str:
    """Return a code span, with leading and trailing white space outside.

    >>> code_span(" a "), code_span("`a")
    (' `a` ', '`` `a ``')
    """
    text = SPACE.sub(" ", text)
    inner = text.strip(" ")
    if not inner:
        return text
    fence = "`" * (_longest_run(inner) + 1)
    padding = " " if "`" in (inner[0], inner[-1]) else ""
    code = f"{fence}{padding}{inner}{padding}{fence}"
    return text.replace(inner, code, 1)


def code_block(text: str) -> str:
    """Return a fenced code block, or an empty string for blank code."""
    fence = "`" * max(3, _longest_run(text) + 1)
    lines = text.strip("\n")
    return f"{fence}\n{lines}\n{fence}" if lines.strip() else ""


def link_destination(href: str) -> str:
    """Return ``href`` as a link destination, in angle brackets if it has parentheses."""
    href = re.sub(r"&(?=#|\w+;)", "&amp;", href)
    return f"<{href}>" if "(" in href or ")" in href else href


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
