"""Stored HTML as plain text: a paragraph a line block, captions included."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.tree import Element, from_lexbor
from articles.content.videos import video_at

#: What begins and ends on a line of its own.
BLOCKS = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table caption tr figure figcaption hr "
    "details summary".split()
)
_ABOVE_TEXT = frozenset({"rt", "rp"})  # a reading beside a character is not part of the sentence
_SPACE = re.compile("[ \t\r\n\f\xa0]+")


def plain_text(html: str, *, readings: bool = False) -> str:
    """Return the text of clean HTML: blocks apart by an empty line, line breaks kept.

    The readings beside ruby characters are left out, unless ``readings``.

    >>> plain_text("<p>甲<b>乙</b><br>丙</p><figure><figcaption>丁</figcaption></figure>")
    '甲乙\\n丙\\n\\n丁'
    """
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    blocks: list[str] = [""]
    _collect(from_lexbor(body, frozenset() if readings else _ABOVE_TEXT), blocks, keep_space=False)
    stripped = ("\n".join(line.strip() for line in block.split("\n")).strip() for block in blocks)
    return "\n\n".join(block for block in stripped if block)


def _collect(node: Element, blocks: list[str], *, keep_space: bool) -> None:
    for child in node.children:
        if isinstance(child, str):
            blocks[-1] += child if keep_space else _SPACE.sub(" ", child)
        elif child.tag == "br":
            blocks[-1] += "\n"
        elif child.tag in BLOCKS:
            blocks.append("")
            _collect(child, blocks, keep_space=keep_space or child.tag == "pre")
            blocks.append("")
        elif child.tag in {"td", "th"}:
            blocks[-1] += "\t" if blocks[-1] else ""
            _collect(child, blocks, keep_space=keep_space)
        elif node.tag == "figure" and child.tag == "a" and video_at(child.attrs.get("href", "")):
            continue  # its label is an address, not a word of the story
        else:
            _collect(child, blocks, keep_space=keep_space)
