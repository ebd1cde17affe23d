"""Remove the indentation of reformatted HTML from its sentences.

Some collectors wrote every tag on a line of its own. A browser shows each such line break as a
space, which Chinese prose does not have between a word and its link. CSS Text 3 (segment break
transformation) drops the break between two East Asian characters or beside East Asian
punctuation; so does this module, where there are line breaks on both sides of a tag.
"""

from __future__ import annotations

import re

from articles.content.html.tree import Element

_PUNCTUATION = (
    "[\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f]"
)
_EAST_ASIAN = (
    "[\u2e80-\u2fff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)
_AMBIGUOUS_QUOTE = (
    "[\u2018\u2019\u201c\u201d\u2014\u2026\u00b7]"  # as wide as the characters beside them
)
_SEPARATOR = "\x00"  # between two text nodes; no post contains one
_LINE_BREAK = r"[ \t\r]*+\n[ \t\r\n]*+"
_WHITE_SPACE = " \t\r\n"
_BREAKS_AROUND_TAGS = re.compile(rf"(?<![ \t\r\n]){_LINE_BREAK}(?:{_SEPARATOR}{_LINE_BREAK})++")
_IS_PUNCTUATION, _IS_EAST_ASIAN, _IS_AMBIGUOUS_QUOTE = (
    re.compile(kind).match for kind in (_PUNCTUATION, _EAST_ASIAN, _AMBIGUOUS_QUOTE)
)


def unindent(tree: Element) -> None:
    """Remove from ``tree`` the line breaks of reformatted HTML between East Asian characters."""
    texts: list[str] = []
    positions: list[tuple[Element, int]] = []
    _collect(tree, texts, positions)
    if not any(map(_has_breaks_around_tag, texts, texts[1:])):
        return
    joined = _BREAKS_AROUND_TAGS.sub(_replace_breaks, _SEPARATOR.join(texts))
    for (parent, i), text in zip(positions, joined.split(_SEPARATOR), strict=True):
        parent.children[i] = text


def _has_breaks_around_tag(before: str, after: str) -> bool:
    """Return whether there are line breaks on both sides of what is between two text nodes.

    That is rare, and this check is ten times as fast as the regular expression.
    """
    ends = before[len(before.rstrip(_WHITE_SPACE)) :]
    return "\n" in ends and "\n" in after[: len(after) - len(after.lstrip(_WHITE_SPACE))]


def _replace_breaks(match: re.Match[str]) -> str:
    """Return the replacement for line breaks around tags, by the characters beside them."""
    text = match.string
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    is_dropped = (
        _IS_PUNCTUATION(before)
        or _IS_PUNCTUATION(after)
        or (_IS_EAST_ASIAN(before) and (_IS_EAST_ASIAN(after) or _IS_AMBIGUOUS_QUOTE(after)))
        or (_IS_AMBIGUOUS_QUOTE(before) and _IS_EAST_ASIAN(after))
    )
    return _SEPARATOR * match[0].count(_SEPARATOR) if is_dropped else match[0]


def _collect(node: Element, texts: list[str], positions: list[tuple[Element, int]]) -> None:
    """Collect every text node below ``node`` that is not preformatted, and its position."""
    for i, child in enumerate(node.children):
        if isinstance(child, str):
            texts.append(child)
            positions.append((node, i))
        elif child.tag != "pre":
            _collect(child, texts, positions)
