"""A lightweight tree of elements and text: copied from an HTML5 parser, serialized back to HTML.

The parser's own nodes are walked once; every later step works on these plain objects, which can
be moved and rebuilt freely. Depth is bounded, so that functions here may recurse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

MAX_DEPTH = 120  # deeper elements are spliced into the one at this depth

VOID_ELEMENTS = frozenset({"br", "hr", "img", "wbr"})


@dataclass(slots=True)
class Element:
    """An element with its attributes and children; a text node is a plain string."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


Node = Element | str


def from_lexbor(root: Any, dropped_tags: frozenset[str]) -> Element:
    """Return a copy of ``root`` (a lexbor node) without comments and ``dropped_tags``."""
    top = Element("root")
    stack: list[tuple[Any, Element, int]] = [(root.child, top, 0)]
    while stack:
        node, parent, depth = stack.pop()
        while node is not None:
            tag = node.tag or "-instruction"  # the parser has no name for <?php … ?>
            if tag == "-text":
                parent.children.append(node.text_content or "")
            elif tag not in dropped_tags and not tag.startswith(("-", "!", "_")):
                if depth < MAX_DEPTH:
                    attrs = {k: v or "" for k, v in node.attributes.items() if k}
                    copy = Element(tag, attrs)
                    parent.children.append(copy)
                else:
                    copy = parent
                if node.child is not None:
                    # Finish this element's children first: order matters once depth is capped.
                    stack.append((node.next, parent, depth))
                    stack.append((node.child, copy, depth + 1))
                    break
            node = node.next
    return top


def walk(node: Element) -> Iterator[Element]:
    """Yield every element below ``node`` in document order."""
    stack = [iter(node.children)]
    while stack:
        for child in stack[-1]:
            if isinstance(child, Element):
                yield child
                stack.append(iter(child.children))
                break
        else:
            stack.pop()


def text_of(node: Node) -> str:
    """Return all text in ``node`` unchanged, without the markup."""
    if isinstance(node, str):
        return node
    texts: list[str] = []
    _collect_texts(node, texts)
    return "".join(texts)


def _collect_texts(node: Element, texts: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            texts.append(child)
        else:
            _collect_texts(child, texts)


def has_text(node: Node) -> bool:
    """Return whether the text of ``node`` has anything but white space."""
    if isinstance(node, str):
        return bool(node) and not node.isspace()
    for child in node.children:  # noqa: SIM110 - a loop is twice as quick as any()
        if has_text(child):
            return True
    return False


def contains_element(nodes: Iterable[Node], tags: frozenset[str]) -> bool:
    """Return whether ``nodes`` or their descendants contain an element of ``tags``."""
    for node in nodes:
        if isinstance(node, Element) and (
            node.tag in tags or contains_element(node.children, tags)
        ):
            return True
    return False


def to_html(nodes: Iterable[Node]) -> str:
    """Return ``nodes`` as HTML: text and attributes escaped, void elements without end tags."""
    parts: list[str] = []
    _serialize(nodes, parts.append)
    return "".join(parts)


def _serialize(nodes: Iterable[Node], append: Any) -> None:
    for node in nodes:
        if isinstance(node, str):
            append(escape(node, quote=False))
            continue
        append(f"<{node.tag}")
        for name, value in node.attrs.items():
            append(f' {name}="{escape(value)}"')
        append(">")
        if node.tag not in VOID_ELEMENTS:
            _serialize(node.children, append)
            append(f"</{node.tag}>")
