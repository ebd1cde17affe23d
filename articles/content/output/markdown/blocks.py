"""The blocks of CommonMark: paragraphs, headings, lists, quotations, tables, code."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from articles.content.html.plain_text import BLOCKS
from articles.content.html.tree import Element, Node, from_lexbor, to_html, walk
from articles.content.output.markdown.escaping import code_block, guarded
from articles.content.output.markdown.inlines import emphasised, phrases, pictures_in, raw

_BREAK = "\\\n"
_LISTS = frozenset({"ol", "ul"})
_STRONG = "**"


def markdown(html: str, site: str) -> str:
    """Return clean HTML as CommonMark; ``site`` goes before the addresses of pictures.

    Readings beside characters stand behind them in brackets, tables are HTML, and what is code
    keeps its text and loses its links.

    >>> print(markdown('<p>1. <b>甲</b> # <a href="https://a.example/">乙</a></p>', ""))
    1\\. **甲** # [乙](https://a.example/)
    """
    body = LexborHTMLParser(html).body
    return "" if body is None else _flow(from_lexbor(body, frozenset()).children, site)


def _flow(nodes: list[Node], site: str) -> str:
    """Return blocks with a blank line between them; loose text makes paragraphs."""
    parts: list[str] = []
    run: list[Node] = []
    list_before = ""
    for node in [*nodes, Element("hr")]:
        if isinstance(node, str) or node.tag not in BLOCKS:
            run.append(node)
            continue
        if paragraph := _paragraph(run, site):
            parts.append(paragraph)
            list_before = ""
        run = []
        # A list just behind another takes the other marker, lest it go on with that one.
        other = list_before == node.tag
        if block := _block(node, site, other):
            parts.append(block)
            list_before = node.tag if node.tag in _LISTS and not other else ""
    return "\n\n".join(parts[:-1])  # without the rule that ended the last run


def _block(node: Element, site: str, other: bool) -> str:
    tag, nodes = node.tag, node.children
    if tag == "hr":
        return "***"
    if tag[0] == "h":
        text = _line(nodes, site)
        return f"{'#' * int(tag[1])} {text}" if text else ""
    if tag in {"dt", "summary"}:
        text = _line(nodes, site, frozenset({_STRONG}))
        return emphasised(text, _STRONG) if text else ""
    if tag == "blockquote":
        lines = _flow(nodes, site).split("\n")
        return "\n".join(f"> {line}".rstrip(" ") for line in lines) if lines != [""] else ""
    if tag in _LISTS:
        return _list(node, site, other)
    if tag == "pre":
        return "\n\n".join(filter(None, [code_block(raw(node)), *pictures_in(node, site)]))
    if tag == "table":
        return _table(node, site)
    return _flow(nodes, site)


def _list(node: Element, site: str, other: bool) -> str:
    number = int(node.attrs.get("start", "1"))
    parts = []
    for item in node.children:
        if not isinstance(item, Element):
            continue
        number = int(item.attrs.get("value", number))
        marker = f"{number}{')' if other else '.'} "
        if node.tag == "ul":
            marker = "+ " if other else "- "
        text = _flow(item.children, site).replace("\n", f"\n{' ' * len(marker)}")
        parts.append(f"{marker}{text}".rstrip(" "))
        number += 1
    between = "\n\n" if any("\n" in part for part in parts) else "\n"
    return re.sub(r"(?m)^ +$", "", between.join(parts))


def _table(node: Element, site: str) -> str:
    """Return a table as HTML on one line, for a blank line would end it."""
    for element in walk(node):
        if element.tag == "img":
            element.attrs["src"] = site + element.attrs.get("src", "")
    return to_html([node]).replace("\n", "&#10;")


def _paragraph(nodes: list[Node], site: str) -> str:
    lines = phrases(nodes, site).strip().split("\n")
    return _BREAK.join(guarded(line) for line in lines)


def _line(nodes: list[Node], site: str, inside: frozenset[str] = frozenset()) -> str:
    """Return text that has to stand on one line; a sign # at its end would be dropped."""
    text = " ".join(phrases(nodes, site, inside).split())
    bare = text.rstrip("#")
    return bare + r"\#" * (len(text) - len(bare))
