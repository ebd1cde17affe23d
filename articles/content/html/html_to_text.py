"""Plain text of stored HTML: blocks separated by empty lines, captions included."""

from __future__ import annotations

import re
from html import unescape

from articles.content.html.tree import VOID_ELEMENTS
from articles.content.html.videos import parse_video_url

#: Elements that begin and end a block of text.
BLOCK_ELEMENTS = frozenset(
    "p h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre table caption tr figure figcaption hr "
    "details summary".split()
)
_RUBY_READINGS = frozenset({"rt", "rp"})  # a reading beside a character is not part of the sentence
_SPACE = re.compile("[ \t\r\n\f\xa0]+")
#: A tag and the text after it. The cleaners leave no ">" in a tag and no "<" outside of one.
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)([^>]*)>([^<]*)")
_HREF = re.compile(r' href="([^"]*)"')


def html_to_text(html: str, *, include_readings: bool = False) -> str:
    """Return the text of clean HTML: an empty line between blocks, line breaks preserved.

    The readings of ruby characters are left out, unless ``include_readings``.

    >>> html_to_text("<p>甲<b>乙</b><br>丙</p><figure><figcaption>丁</figcaption></figure>")
    '甲乙\\n丙\\n\\n丁'
    """
    skipped_tags = frozenset() if include_readings else _RUBY_READINGS
    blocks: list[str] = []
    block = [_render_text(html[: html.find("<")] if "<" in html else html)]
    open_tags: list[str] = []
    skipped_depth = 0  # number of open elements whose text is left out, descendants included
    for closes, tag, attributes, text in _TOKEN.findall(html):
        if tag in VOID_ELEMENTS:
            if tag == "br" and not skipped_depth:
                block.append("\n")
        elif closes:
            skipped_depth -= bool(skipped_depth)
            if open_tags:
                open_tags.pop()
        else:
            if (
                skipped_depth
                or tag in skipped_tags
                or (tag == "a" and _is_video_label(open_tags, attributes))
            ):
                skipped_depth += 1
            elif tag in {"td", "th"} and any(block):
                block.append("\t")
            open_tags.append(tag)
        if tag in BLOCK_ELEMENTS and not skipped_depth:
            blocks.append("".join(block))
            block.clear()
        if text and not skipped_depth:
            block.append(unescape(text) if "pre" in open_tags else _render_text(text))
    blocks.append("".join(block))
    stripped = ("\n".join(line.strip() for line in each.split("\n")).strip() for each in blocks)
    return "\n\n".join(each for each in stripped if each)


def _render_text(text: str) -> str:
    """Return the text between two tags as a browser renders it."""
    text = unescape(text) if "&" in text else text
    # The only white space in printable text is the common space.
    return text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text)


def _is_video_label(open_tags: list[str], attributes: str) -> bool:
    """Return whether a link is the label of a video: a URL, not text of the story."""
    href = _HREF.search(attributes) if open_tags and open_tags[-1] == "figure" else None
    return href is not None and parse_video_url(unescape(href[1])) is not None
