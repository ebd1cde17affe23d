"""Helpers of the rebuilding: what a node is, and phrasing content with clean edges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeGuard

from articles.content.html.tree import Element, Node, has_any, text_of
from articles.content.text.normalization import one_line

MEDIA = frozenset({"img", "picture", "iframe", "video", "audio", "embed", "object"})
#: The mark that a rule puts on a block which is a picture and its caption.
WHOLE_FIGURE = "data-whole-figure"
#: What is nothing at an edge: an ideographic space is an indent there, and characters without
#: width (soft hyphen, zero-width space, word joiner) are left behind by editors.
EDGE = " \u3000\xad\u200b\u2060"
_CHINESE = re.compile("[\u4e00-\u9fff]")
_SENTENCE = re.compile("[，。！？]")
_PROSE_LINE = 40  # characters; lines of code with a comment in Chinese are shorter
_LANG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")


def language_attrs(node: Element) -> dict[str, str]:
    """Return ``lang`` and ``dir`` of an element where they are well formed."""
    attrs: dict[str, str] = {}
    if not node.attrs:
        return attrs
    lang = node.attrs.get("lang") or node.attrs.get("xml:lang") or ""
    if _LANG.fullmatch(lang) and node.tag not in {"html", "body"}:
        attrs["lang"] = lang
    if node.attrs.get("dir", "").lower() in {"ltr", "rtl", "auto"}:
        attrs["dir"] = node.attrs["dir"].lower()
    return attrs


def with_language(node: Element, blocks: list[Element]) -> list[Element]:
    """Return ``blocks``, which were made of ``node``, with its ``lang`` and ``dir`` on each."""
    if attrs := language_attrs(node):
        for block in blocks:
            block.attrs = {**attrs, **block.attrs}
    return blocks


def drop_idle_directions(blocks: Iterable[Node], around: str = "ltr") -> None:
    """Take ``dir`` off elements that say what holds around them anyway."""
    for block in blocks:
        if isinstance(block, Element):
            inside = block.attrs.get("dir", around)
            if inside == around:
                block.attrs.pop("dir", None)
            drop_idle_directions(block.children, inside)


def is_a(node: Node, *tags: str) -> TypeGuard[Element]:
    """Tell whether ``node`` is an element of one of ``tags``."""
    return isinstance(node, Element) and node.tag in tags


def is_count(value: str) -> bool:
    """Tell whether ``value`` is a number of at most five digits."""
    return value.isascii() and value.isdigit() and len(value) < 6


def is_prose(node: Element) -> bool:
    """Tell whether a ``pre`` holds Chinese sentences on long lines, and no code."""
    if has_any(node.children, frozenset({"code", "kbd", "samp"})):
        return False
    line = max(text_of(node).split("\n"), key=len)
    if len(line) < _PROSE_LINE or not _SENTENCE.search(line):
        return False
    return 2 * len(_CHINESE.findall(line)) > len(line)


def with_breaks(nodes: list[Node]) -> list[Node]:
    """Return preformatted content with ``br`` elements for its line breaks."""
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, Element):
            out.append(Element(node.tag, node.attrs, with_breaks(node.children)))
            continue
        first, *others = node.split("\n")
        out.append(first)
        for line in others:
            out += [Element("br"), line]
    return out


def filled(element: Element) -> list[Element]:
    """Return ``element`` in a list, or an empty one when nothing is in it."""
    return [element] if text_of(element).strip(EDGE) or has_any([element], MEDIA) else []


def flattened(node: Element, transparent: set[str]) -> list[Node]:
    """Return the children of ``node``, those of ``transparent`` elements in their place."""
    out: list[Node] = []
    for child in node.children:
        if isinstance(child, Element) and child.tag in transparent:
            out.extend(flattened(child, transparent))
        else:
            out.append(child)
    return out


def phrasing_of(block: Element, phrasing: frozenset[str]) -> list[Node]:
    """Return what is in ``block`` without the blocks in it, a line break between those."""
    out: list[Node] = []
    after_block = False
    for child in block.children:
        inner: list[Node] = [child]
        is_block = False
        if isinstance(child, Element) and child.tag not in phrasing:
            inner, is_block = phrasing_of(child, phrasing), True
        if out and inner and (is_block or after_block):
            out.append(Element("br"))
        out.extend(inner)
        after_block = is_block
    return out


def without_leading_breaks(nodes: list[Node]) -> list[Node]:
    """Return ``nodes`` without the line feeds at their beginning, which a parser drops."""
    while nodes and isinstance(nodes[0], str):
        if text := nodes[0].lstrip("\r\n"):
            return [text, *nodes[1:]]
        nodes = nodes[1:]
    return nodes


def trimmed(nodes: list[Node]) -> list[Node]:
    """Return phrasing content without space at its edges, nor doubled across its elements."""
    _collapse(nodes, after_space=True)
    while nodes and isinstance(nodes[-1], str) and not nodes[-1].rstrip(EDGE):
        nodes.pop()
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip(EDGE)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip(EDGE)
    return [node for node in nodes if node != ""]


def _collapse(nodes: list[Node], *, after_space: bool) -> bool:
    for i, node in enumerate(nodes):
        if isinstance(node, str):
            text = node.lstrip(" ") if after_space else node
            nodes[i] = text
            if text:
                after_space = text.endswith(" ")
        elif node.tag == "br":
            after_space = True
        else:
            after_space = _collapse(node.children, after_space=after_space)
    return after_space


def with_captions(blocks: list[Element]) -> list[Element]:
    """Put captions into the figure before them; a caption without a figure is a paragraph."""
    if not any(block.tag == "figure" for block in blocks):
        return blocks
    out: list[Element] = []
    for block in blocks:
        before = out[-1] if out else None
        caption = _caption_text(block)
        if caption is None and before is not None and _repeats_alt(block, before):
            caption = block.children
        if caption is not None and before is not None and before.tag == "figure":
            if not is_a(before.children[-1], "figcaption"):
                before.children.append(Element("figcaption", block.attrs, caption))
                continue
            held = before.children[-1]
            if text_of(held).strip() == text_of(block).strip():
                continue
            if block.tag == "figcaption":  # the credit and the words each in an element
                held.children += [Element("br"), *caption]
                continue
        out.append(block)
    return out


def _repeats_alt(block: Element, figure: Element) -> bool:
    """Tell whether a paragraph says what the picture before it has as its alternative text."""
    if block.tag != "p" or figure.tag != "figure":
        return False
    image = figure.children[0]
    alt = image.attrs.get("alt", "") if is_a(image, "img") else ""
    return bool(alt) and one_line(text_of(block)) == alt


def _caption_text(block: Element) -> list[Node] | None:
    """Return a caption's phrasing content: a caption element, or a paragraph all in ``small``."""
    if block.tag == "figcaption":
        return block.children
    only = block.children[0] if block.tag == "p" and len(block.children) == 1 else ""
    return only.children if is_a(only, "small") else None
