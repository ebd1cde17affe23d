"""Blocks that are made of parts: lists, definitions, tables, details."""

from __future__ import annotations

from typing import Protocol

from articles.content.html.restructuring.inline_content import (
    filled,
    flattened,
    is_a,
    is_count,
    language_attrs,
)
from articles.content.html.tree import Element, Node


class BlockBuilder(Protocol):
    """What the parts are built with: :class:`~articles.content.html.restructuring.blocks.Flow`."""

    def blocks(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as blocks."""

    def closed(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as the blocks of a container."""

    def joined(self, nodes: list[Node]) -> list[Node]:
        """Return ``nodes`` as phrasing content, with a line break between blocks."""


def list_of(builder: BlockBuilder, node: Element) -> list[Element]:
    """Return a list; what stands loose in it becomes items."""
    items: list[Node] = []
    loose: list[Node] = []
    for child in [*node.children, Element("li")]:
        if not (isinstance(child, Element) and child.tag == "li"):
            loose.append(child)
            continue
        items += _item(builder, Element("li", {}, loose)) + _item(builder, child)
        loose = []
    attrs = _counts(node, "start") if node.tag == "ol" else {}
    if node.tag == "ol" and "reversed" in node.attrs:
        attrs["reversed"] = ""
    return [Element(node.tag, attrs, items)] if items else []


def _item(builder: BlockBuilder, node: Element) -> list[Element]:
    children = _content(builder, node.children)
    return (
        [Element("li", language_attrs(node) | _counts(node, "value"), children)] if children else []
    )


def definitions(builder: BlockBuilder, node: Element) -> list[Element]:
    """Return a list of terms and what they mean."""
    items: list[Node] = []
    for child in flattened(node, {"div"}):
        if isinstance(child, Element) and child.tag == "dt":
            items.append(Element("dt", language_attrs(child), builder.joined(child.children)))
        elif children := _content(builder, [child]):
            items.append(Element("dd", {}, children))
    return [Element("dl", {}, items)] if items else []


def table(builder: BlockBuilder, node: Element) -> list[Element]:
    """Return a table; one of a single column was a frame and is unwrapped."""
    rows = [row for row in flattened(node, {"thead", "tbody", "tfoot"}) if is_a(row, "tr")]
    cells = [[c for c in row.children if is_a(c, "td", "th")] for row in rows]
    if max(map(len, cells), default=0) < 2:
        return builder.blocks(flattened(node, {"thead", "tbody", "tfoot", "tr", "caption"}))
    out: list[Node] = []
    for child in node.children:
        if is_a(child, "caption"):
            out += filled(Element("caption", language_attrs(child), builder.joined(child.children)))
        elif is_a(child, "thead", "tbody", "tfoot"):
            found = [_row(builder, row) for row in child.children if is_a(row, "tr")]
            out.append(Element(child.tag, {}, [*found]))
    return [Element("table", {}, out)]


def _row(builder: BlockBuilder, row: Element) -> Element:
    cells: list[Node] = []
    for cell in row.children:
        if is_a(cell, "td", "th"):
            spans = _counts(cell, "colspan", "rowspan")
            attrs = language_attrs(cell) | spans
            cells.append(Element(cell.tag, attrs, _content(builder, cell.children)))
    return Element("tr", {}, cells)


def details(builder: BlockBuilder, node: Element) -> list[Element]:
    """Return something to open, with its summary first."""
    summary = [c for c in node.children if is_a(c, "summary")][:1]
    head = Element("summary", language_attrs(summary[0]) if summary else {})
    head.children = builder.joined(summary[0].children) if summary else []
    rest = builder.closed([c for c in node.children if c not in summary])
    return filled(Element("details", {}, [head, *rest]))


def _content(builder: BlockBuilder, nodes: list[Node]) -> list[Node]:
    """Return what a list item or a cell holds: phrasing content, or blocks if it has many."""
    blocks = builder.closed(nodes)
    if len(blocks) == 1 and blocks[0].tag == "p" and not blocks[0].attrs:
        return blocks[0].children
    return [*blocks]


def _counts(node: Element, *names: str) -> dict[str, str]:
    """Return those attributes of ``node`` that hold a number."""
    return {name: node.attrs[name] for name in names if is_count(node.attrs.get(name, ""))}
