"""Stored HTML as plain text: a paragraph a line block, captions included."""

from __future__ import annotations

import re
from html import unescape

from articles.content.html.tree import VOID
from articles.content.html.videos import video_at

#: What begins and ends on a line of its own.
BLOCKS = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table caption tr figure figcaption hr "
    "details summary".split()
)
_ABOVE_TEXT = frozenset({"rt", "rp"})  # a reading beside a character is not part of the sentence
_SPACE = re.compile("[ \t\r\n\f\xa0]+")
#: A tag and the text behind it. The cleaners leave no ">" in a tag and no "<" outside of one.
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>([^<]*)")
_HREF = re.compile(r' href="([^"]*)"')


def plain_text(html: str, *, readings: bool = False) -> str:
    """Return the text of clean HTML: blocks apart by an empty line, line breaks kept.

    The readings beside ruby characters are left out, unless ``readings``.

    >>> plain_text("<p>甲<b>乙</b><br>丙</p><figure><figcaption>丁</figcaption></figure>")
    '甲乙\\n丙\\n\\n丁'
    """
    dropped = frozenset() if readings else _ABOVE_TEXT
    blocks: list[str] = []
    block = [_shown(html[: html.find("<")] if "<" in html else html)]
    open_tags: list[str] = []
    outside = 0  # how many elements are open whose text is left out, and those in them
    for closes, tag, attributes, text in _TOKEN.findall(html):
        if tag in VOID:
            if tag == "br" and not outside:
                block.append("\n")
        elif closes:
            outside -= bool(outside)
            if open_tags:
                open_tags.pop()
        else:
            if outside or tag in dropped or (tag == "a" and _is_label(open_tags, attributes)):
                outside += 1
            elif tag in {"td", "th"} and any(block):
                block.append("\t")
            open_tags.append(tag)
        if tag in BLOCKS and not outside:
            blocks.append("".join(block))
            block.clear()
        if text and not outside:
            block.append(unescape(text) if "pre" in open_tags else _shown(text))
    blocks.append("".join(block))
    stripped = ("\n".join(line.strip() for line in each.split("\n")).strip() for each in blocks)
    return "\n\n".join(each for each in stripped if each)


def _shown(text: str) -> str:
    """Return text between two tags as a page shows it."""
    text = unescape(text) if "&" in text else text
    # Printable text holds no space but the common one.
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def _is_label(open_tags: list[str], attributes: str) -> bool:
    """Tell whether a link is the label of a video: an address, not a word of the story."""
    href = _HREF.search(attributes) if open_tags and open_tags[-1] == "figure" else None
    return href is not None and video_at(unescape(href[1])) is not None
