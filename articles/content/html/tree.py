"""A light tree of elements and text, read from an HTML5 parser and written back as HTML.

The parser's own nodes are walked once; every later step works on these plain objects, which can
be moved and rebuilt freely. Depth is bounded, so that functions here may recurse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

MAX_DEPTH = 120  # deeper elements are spliced into the one at this depth

VOID = frozenset({"br", "hr", "img", "wbr"})


@dataclass(slots=True)
class Element:
    """An element with its attributes and children; text is a plain string among them."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)


Node = Element | str


def from_lexbor(root: Any, dropped: frozenset[str]) -> Element:
    """Return the light copy of ``root`` (a lexbor node) without comments and ``dropped`` tags."""
    top = Element("root")
    stack: list[tuple[Any, Element, int]] = [(root.child, top, 0)]
    while stack:
        node, parent, depth = stack.pop()
        while node is not None:
            tag = node.tag or "-instruction"  # the parser has no name for <?php … ?>
            if tag == "-text":
                parent.children.append(node.text_content or "")
            elif tag not in dropped and not tag.startswith(("-", "!", "_")):
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
    waiting = [iter(node.children)]
    while waiting:
        for child in waiting[-1]:
            if isinstance(child, Element):
                yield child
                waiting.append(iter(child.children))
                break
        else:
            waiting.pop()


def text_of(node: Node) -> str:
    """Return all text below ``node`` as it stands, without the markup."""
    if isinstance(node, str):
        return node
    texts: list[str] = []
    _add_texts(node, texts)
    return "".join(texts)


def _add_texts(node: Element, texts: list[str]) -> None:
    for child in node.children:
        if isinstance(child, str):
            texts.append(child)
        else:
            _add_texts(child, texts)


def has_text(node: Node) -> bool:
    """Tell whether anything but white space is in the text of ``node``."""
    if isinstance(node, str):
        return bool(node) and not node.isspace()
    for child in node.children:  # noqa: SIM110 - a loop is twice as quick as any()
        if has_text(child):
            return True
    return False


def has_any(nodes: Iterable[Node], tags: frozenset[str]) -> bool:
    """Tell whether an element of ``tags`` stands among or below ``nodes``."""
    for node in nodes:
        if isinstance(node, Element) and (node.tag in tags or has_any(node.children, tags)):
            return True
    return False


def to_html(nodes: Iterable[Node]) -> str:
    """Return HTML whose text and attributes are escaped, void elements without end tags."""
    parts: list[str] = []
    _write(nodes, parts.append)
    return "".join(parts)


def _write(nodes: Iterable[Node], put: Any) -> None:
    for node in nodes:
        if isinstance(node, str):
            put(escape(node, quote=False))
            continue
        put(f"<{node.tag}")
        for name, value in node.attrs.items():
            put(f' {name}="{escape(value)}"')
        put(">")
        if node.tag not in VOID:
            _write(node.children, put)
            put(f"</{node.tag}>")
