"""Take the indentation of reformatted HTML out of its sentences.

Some collectors wrote every tag on a line of its own. A browser shows each such line break as a
space, which Chinese prose does not have between a word and its link. CSS Text 3 (segment break
transformation) drops the break between two East Asian characters or beside East Asian
punctuation; so does this, where line breaks stand on both sides of a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from articles.content.html.tree import Element

_MARK = "[\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f]"
_WIDE = "[\u2e80-\u2fff\u3001-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
_QUOTE = "[\u2018\u2019\u201c\u201d\u2014\u2026\u00b7]"  # as wide as what stands beside them
_EDGE = "\x00"  # between two pieces of text; no post holds one
_SPACE = r"[ \t\r]*+\n[ \t\r\n]*+"
_BREAK = rf"(?<![ \t\r\n]){_SPACE}(?:{_EDGE}{_SPACE})++"
_BREAKS = re.compile(
    rf"(?<={_MARK}){_BREAK}|{_BREAK}(?={_MARK})"
    rf"|(?<={_WIDE}){_BREAK}(?={_WIDE}|{_QUOTE})|(?<={_QUOTE}){_BREAK}(?={_WIDE})"
)


def unindent(tree: Element) -> None:
    """Drop the line breaks of reformatted HTML between East Asian characters of ``tree``."""
    places = list(_texts(tree))
    joined = _EDGE.join(str(parent.children[i]) for parent, i in places)
    if "\n" not in joined:
        return
    mended = _BREAKS.sub(lambda match: _EDGE * match[0].count(_EDGE), joined)
    for (parent, i), text in zip(places, mended.split(_EDGE), strict=True):
        parent.children[i] = text


def _texts(node: Element) -> Iterator[tuple[Element, int]]:
    """Yield the place of every text below ``node`` that is not preformatted."""
    for i, child in enumerate(node.children):
        if isinstance(child, str):
            yield node, i
        elif child.tag != "pre":
            yield from _texts(child)
