"""Captions of pictures: what is one, and the figure that it belongs to."""

from __future__ import annotations

import re

from articles.content.html.restructuring.inline_content import is_element
from articles.content.html.tree import Element, Node, text_of
from articles.content.text.normalization import normalize_line

CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:wp-|image-|media-|photo-|pic-|figure-|img-)?caption(?:-text)?"
    r"|(?:image|photo|pic)-?(?:desc(?:ription)?|info|credit))(?:$|[\s_-])",
    re.IGNORECASE,
)


def attach_captions(blocks: list[Element]) -> list[Element]:
    """Return ``blocks`` with captions moved into the figure before them, where there is one."""
    if not any(block.tag == "figure" for block in blocks):
        return blocks
    out: list[Element] = []
    for block in blocks:
        previous = out[-1] if out else None
        caption = _caption_text(block)
        if caption is None and previous is not None and _repeats_alt(block, previous):
            caption = block.children
        if caption is not None and previous is not None and previous.tag == "figure":
            if not is_element(previous.children[-1], "figcaption"):
                previous.children.append(Element("figcaption", block.attrs, caption))
                continue
            existing = previous.children[-1]
            if text_of(existing).strip() == text_of(block).strip():
                continue
            if block.tag == "figcaption":  # the credit and the description each in an element
                existing.children += [Element("br"), *caption]
                continue
        out.append(block)
    return out


def _repeats_alt(block: Element, figure: Element) -> bool:
    """Return whether a paragraph repeats the alt text of the picture before it."""
    if block.tag != "p" or figure.tag != "figure":
        return False
    image = figure.children[0]
    alt = image.attrs.get("alt", "") if is_element(image, "img") else ""
    return bool(alt) and normalize_line(text_of(block)) == alt


def _caption_text(block: Element) -> list[Node] | None:
    """Return the content of a caption: a ``figcaption``, or a paragraph entirely in ``small``."""
    if block.tag == "figcaption":
        return block.children
    only = block.children[0] if block.tag == "p" and len(block.children) == 1 else ""
    return only.children if is_element(only, "small") else None
