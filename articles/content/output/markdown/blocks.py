"""Renders the blocks of CommonMark: paragraphs, headings, lists, quotations, tables, code."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.html_to_text import BLOCK_ELEMENTS
from articles.content.html.tree import Element, Node, from_lexbor, to_html, walk
from articles.content.output.markdown.escaping import code_block, escape_line_start
from articles.content.output.markdown.inlines import (
    code_text,
    emphasize,
    render_inlines,
    render_pictures,
)

_HARD_BREAK = "\\\n"
_LISTS = frozenset({"ol", "ul"})
_STRONG = "**"


def html_to_markdown(html: str, site_url: str) -> str:
    """Return clean HTML as CommonMark; ``site_url`` is prepended to the URLs of pictures.

    Ruby readings follow their characters in brackets, tables stay HTML, and code keeps its text
    but loses its links.

    >>> print(html_to_markdown('<p>1. <b>甲</b> # <a href="https://a.example/">乙</a></p>', ""))
    1\\. **甲** # [乙](https://a.example/)
    """
    body = LexborHTMLParser(html).body
    return "" if body is None else _render_blocks(from_lexbor(body, frozenset()).children, site_url)


def _render_blocks(nodes: list[Node], site_url: str) -> str:
    """Return blocks separated by blank lines; inline nodes between blocks become paragraphs."""
    parts: list[str] = []
    inline_nodes: list[Node] = []
    previous_list = ""
    for node in [*nodes, Element("hr")]:
        if isinstance(node, str) or node.tag not in BLOCK_ELEMENTS:
            inline_nodes.append(node)
            continue
        if paragraph := _render_paragraph(inline_nodes, site_url):
            parts.append(paragraph)
            previous_list = ""
        inline_nodes = []
        # A list directly after another uses the other marker, else the two would be one list.
        use_other_marker = previous_list == node.tag
        if block := _render_block(node, site_url, use_other_marker):
            parts.append(block)
            previous_list = node.tag if node.tag in _LISTS and not use_other_marker else ""
    return "\n\n".join(parts[:-1])  # without the <hr> that closed the last paragraph


def _render_block(node: Element, site_url: str, use_other_marker: bool) -> str:
    tag, nodes = node.tag, node.children
    if tag == "hr":
        return "***"
    if tag[0] == "h":
        text = _render_line(nodes, site_url)
        return f"{'#' * int(tag[1])} {text}" if text else ""
    if tag in {"dt", "summary"}:
        text = _render_line(nodes, site_url, frozenset({_STRONG}))
        return emphasize(text, _STRONG) if text else ""
    if tag == "blockquote":
        lines = _render_blocks(nodes, site_url).split("\n")
        return "\n".join(f"> {line}".rstrip(" ") for line in lines) if lines != [""] else ""
    if tag in _LISTS:
        return _render_list(node, site_url, use_other_marker)
    if tag == "pre":
        return "\n\n".join(
            filter(None, [code_block(code_text(node)), *render_pictures(node, site_url)])
        )
    if tag == "table":
        return _render_table(node, site_url)
    return _render_blocks(nodes, site_url)


def _render_list(node: Element, site_url: str, use_other_marker: bool) -> str:
    number = int(node.attrs.get("start", "1"))
    parts = []
    for item in node.children:
        if not isinstance(item, Element):
            continue
        number = int(item.attrs.get("value", number))
        marker = f"{number}{')' if use_other_marker else '.'} "
        if node.tag == "ul":
            marker = "+ " if use_other_marker else "- "
        text = _render_blocks(item.children, site_url).replace("\n", f"\n{' ' * len(marker)}")
        parts.append(f"{marker}{text}".rstrip(" "))
        number += 1
    separator = "\n\n" if any("\n" in part for part in parts) else "\n"
    return re.sub(r"(?m)^ +$", "", separator.join(parts))


def _render_table(node: Element, site_url: str) -> str:
    """Return a table as HTML on one line, because a blank line would end it."""
    for element in walk(node):
        if element.tag == "img":
            element.attrs["src"] = site_url + element.attrs.get("src", "")
    return to_html([node]).replace("\n", "&#10;")


def _render_paragraph(nodes: list[Node], site_url: str) -> str:
    lines = render_inlines(nodes, site_url).strip().split("\n")
    return _HARD_BREAK.join(escape_line_start(line) for line in lines)


def _render_line(nodes: list[Node], site_url: str, open_marks: frozenset[str] = frozenset()) -> str:
    """Return inlines on one line; trailing # are escaped, as headings would drop them."""
    text = " ".join(render_inlines(nodes, site_url, open_marks).split())
    stripped = text.rstrip("#")
    return stripped + r"\#" * (len(text) - len(stripped))
