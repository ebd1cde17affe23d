"""Blocks with parts: lists, definition lists, tables, details."""

from __future__ import annotations

from typing import Protocol

from articles.content.html.restructuring.inline_content import (
    is_element,
    is_short_number,
    language_attrs,
    unless_empty,
    unwrap_children,
)
from articles.content.html.tree import Element, Node


class SupportsBlocks(Protocol):
    """The part of ``blocks.BlockBuilder`` that these functions use; it breaks an import cycle."""

    def build(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as blocks."""

    def build_container(self, nodes: list[Node]) -> list[Element]:
        """Return ``nodes`` as the blocks of a container."""

    def build_phrasing(self, nodes: list[Node]) -> list[Node]:
        """Return ``nodes`` as phrasing content, with a line break between blocks."""


def build_list(builder: SupportsBlocks, node: Element) -> list[Element]:
    """Return a list; content outside of its items becomes items."""
    items: list[Node] = []
    loose: list[Node] = []
    for child in [*node.children, Element("li")]:
        if not (isinstance(child, Element) and child.tag == "li"):
            loose.append(child)
            continue
        items += _build_item(builder, Element("li", {}, loose)) + _build_item(builder, child)
        loose = []
    attrs = _number_attrs(node, "start") if node.tag == "ol" else {}
    if node.tag == "ol" and "reversed" in node.attrs:
        attrs["reversed"] = ""
    return [Element(node.tag, attrs, items)] if items else []


def _build_item(builder: SupportsBlocks, node: Element) -> list[Element]:
    children = _build_content(builder, node.children)
    return (
        [Element("li", language_attrs(node) | _number_attrs(node, "value"), children)]
        if children
        else []
    )


def build_definition_list(builder: SupportsBlocks, node: Element) -> list[Element]:
    """Return a list of terms and their definitions."""
    items: list[Node] = []
    for child in unwrap_children(node, {"div"}):
        if isinstance(child, Element) and child.tag == "dt":
            items.append(
                Element("dt", language_attrs(child), builder.build_phrasing(child.children))
            )
        elif children := _build_content(builder, [child]):
            items.append(Element("dd", {}, children))
    return [Element("dl", {}, items)] if items else []


def build_table(builder: SupportsBlocks, node: Element) -> list[Element]:
    """Return a table; one of a single column was used for layout and is unwrapped."""
    table_rows = [
        row for row in unwrap_children(node, {"thead", "tbody", "tfoot"}) if is_element(row, "tr")
    ]
    cells = [[c for c in row.children if is_element(c, "td", "th")] for row in table_rows]
    if max(map(len, cells), default=0) < 2:
        return builder.build(unwrap_children(node, {"thead", "tbody", "tfoot", "tr", "caption"}))
    out: list[Node] = []
    for child in node.children:
        if is_element(child, "caption"):
            out += unless_empty(
                Element("caption", language_attrs(child), builder.build_phrasing(child.children))
            )
        elif is_element(child, "thead", "tbody", "tfoot"):
            rows = [_build_row(builder, row) for row in child.children if is_element(row, "tr")]
            out.append(Element(child.tag, {}, [*rows]))
    return [Element("table", {}, out)]


def _build_row(builder: SupportsBlocks, row: Element) -> Element:
    cells: list[Node] = []
    for cell in row.children:
        if is_element(cell, "td", "th"):
            spans = _number_attrs(cell, "colspan", "rowspan")
            attrs = language_attrs(cell) | spans
            cells.append(Element(cell.tag, attrs, _build_content(builder, cell.children)))
    return Element("tr", {}, cells)


def build_details(builder: SupportsBlocks, node: Element) -> list[Element]:
    """Return a ``details`` element with its summary first."""
    summary = [c for c in node.children if is_element(c, "summary")][:1]
    head = Element("summary", language_attrs(summary[0]) if summary else {})
    head.children = builder.build_phrasing(summary[0].children) if summary else []
    rest = builder.build_container([c for c in node.children if c not in summary])
    return unless_empty(Element("details", {}, [head, *rest]))


def _build_content(builder: SupportsBlocks, nodes: list[Node]) -> list[Node]:
    """Return the content of a list item or cell: that of its only paragraph, else its blocks."""
    blocks = builder.build_container(nodes)
    if len(blocks) == 1 and blocks[0].tag == "p" and not blocks[0].attrs:
        return blocks[0].children
    return [*blocks]


def _number_attrs(node: Element, *names: str) -> dict[str, str]:
    """Return those of the named attributes of ``node`` that are numbers."""
    return {name: node.attrs[name] for name in names if is_short_number(node.attrs.get(name, ""))}
