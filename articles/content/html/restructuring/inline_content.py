"""Helpers of restructuring: tests on nodes, and transformations of phrasing content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeGuard

from articles.content.html.tree import Element, Node, contains_element, text_of

MEDIA = frozenset({"img", "picture", "iframe", "video", "audio", "embed", "object"})
#: The attribute that a rule sets on a block which is a picture with its caption.
FIGURE_MARK = "data-whole-figure"
#: Characters stripped from the edges of text: an ideographic space is an indent there, and editors
#: leave characters without width behind (soft hyphen, zero-width space, word joiner).
EDGE_CHARACTERS = " \u3000\xad\u200b\u2060"
_CHINESE_CHARACTER = re.compile("[\u4e00-\u9fff]")
_CHINESE_PUNCTUATION = re.compile("[，。！？]")
_MIN_PROSE_LINE = 40  # characters; lines of code with a comment in Chinese are shorter
_LANG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")


def language_attrs(node: Element) -> dict[str, str]:
    """Return the ``lang`` and ``dir`` attributes of an element that are well formed."""
    attrs: dict[str, str] = {}
    if not node.attrs:
        return attrs
    lang = node.attrs.get("lang") or node.attrs.get("xml:lang") or ""
    if _LANG.fullmatch(lang) and node.tag not in {"html", "body"}:
        attrs["lang"] = lang
    if node.attrs.get("dir", "").lower() in {"ltr", "rtl", "auto"}:
        attrs["dir"] = node.attrs["dir"].lower()
    return attrs


def apply_language(node: Element, blocks: list[Element]) -> list[Element]:
    """Return ``blocks``, which were built from ``node``, with its ``lang`` and ``dir`` on each."""
    if attrs := language_attrs(node):
        for block in blocks:
            block.attrs = {**attrs, **block.attrs}
    return blocks


def drop_redundant_dir(blocks: Iterable[Node], inherited: str = "ltr") -> None:
    """Remove ``dir`` from elements that would inherit the same value."""
    for block in blocks:
        if isinstance(block, Element):
            direction = block.attrs.get("dir", inherited)
            if direction == inherited:
                block.attrs.pop("dir", None)
            drop_redundant_dir(block.children, direction)


def is_element(node: Node, *tags: str) -> TypeGuard[Element]:
    """Return whether ``node`` is an element with one of ``tags``."""
    return isinstance(node, Element) and node.tag in tags


def is_short_number(value: str) -> bool:
    """Return whether ``value`` is a number of at most five digits."""
    return value.isascii() and value.isdigit() and len(value) < 6


def is_prose(node: Element) -> bool:
    """Return whether a ``pre`` contains Chinese sentences on long lines, and no code."""
    if contains_element(node.children, frozenset({"code", "kbd", "samp"})):
        return False
    line = max(text_of(node).split("\n"), key=len)
    if len(line) < _MIN_PROSE_LINE or not _CHINESE_PUNCTUATION.search(line):
        return False
    return 2 * len(_CHINESE_CHARACTER.findall(line)) > len(line)


def newlines_to_br(nodes: list[Node]) -> list[Node]:
    """Return preformatted content with ``br`` elements for its line breaks."""
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, Element):
            out.append(Element(node.tag, node.attrs, newlines_to_br(node.children)))
            continue
        first, *others = node.split("\n")
        out.append(first)
        for line in others:
            out += [Element("br"), line]
    return out


def unless_empty(element: Element) -> list[Element]:
    """Return a list of ``element``, or an empty list when it has neither text nor media."""
    return (
        [element]
        if text_of(element).strip(EDGE_CHARACTERS) or contains_element([element], MEDIA)
        else []
    )


def unwrap_children(node: Element, transparent: set[str]) -> list[Node]:
    """Return the children of ``node``, with ``transparent`` elements replaced by their children."""
    out: list[Node] = []
    for child in node.children:
        if isinstance(child, Element) and child.tag in transparent:
            out.extend(unwrap_children(child, transparent))
        else:
            out.append(child)
    return out


def to_phrasing(block: Element, phrasing: frozenset[str]) -> list[Node]:
    """Return the content of ``block`` with nested blocks unwrapped, separated by line breaks."""
    out: list[Node] = []
    after_block = False
    for child in block.children:
        inner: list[Node] = [child]
        is_block = False
        if isinstance(child, Element) and child.tag not in phrasing:
            inner, is_block = to_phrasing(child, phrasing), True
        if out and inner and (is_block or after_block):
            out.append(Element("br"))
        out.extend(inner)
        after_block = is_block
    return out


def strip_leading_newlines(nodes: list[Node]) -> list[Node]:
    """Return ``nodes`` without leading line feeds, which an HTML parser drops in ``pre``."""
    while nodes and isinstance(nodes[0], str):
        if text := nodes[0].lstrip("\r\n"):
            return [text, *nodes[1:]]
        nodes = nodes[1:]
    return nodes


def trim_phrasing(nodes: list[Node]) -> list[Node]:
    """Return phrasing content without space at its edges or repeated across its elements."""
    _collapse(nodes, after_space=True)
    while nodes and isinstance(nodes[-1], str) and not nodes[-1].rstrip(EDGE_CHARACTERS):
        nodes.pop()
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip(EDGE_CHARACTERS)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip(EDGE_CHARACTERS)
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
