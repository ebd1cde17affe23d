"""Renders the inlines of CommonMark: text, emphasis, links, pictures.

Emphasis uses asterisks only where they are certain to be parsed as emphasis. CommonMark looks at
the characters on either side of them, and in Chinese, which has no spaces, the result is often
wrong (``他说**“好”**了``); HTML tags are used there, and where CommonMark has no markup.
"""

from __future__ import annotations

from articles.content.html.tree import Element, Node, walk
from articles.content.output.markdown.escaping import (
    SPACE,
    code_span,
    escape_markdown,
    link_destination,
)

_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_HTML_TAGS = frozenset({"del", "ins", "q", "s", "sub", "sup"})
_NO_MARKS: frozenset[str] = frozenset()


def render_inlines(
    nodes: list[Node], site_url: str, open_marks: frozenset[str] = _NO_MARKS, preceding: str = ""
) -> str:
    """Return inline nodes as CommonMark; a line feed in the result is a line break of the story.

    ``open_marks`` are the emphasis marks around them, ``preceding`` is the character before them.
    """
    text = ""
    for node in nodes:
        rendered = _render_inline(node, site_url, open_marks, text[-1:] or preceding)
        if text.endswith("!") and rendered.startswith("["):
            text = f"{text[:-1]}\\!"  # "![" would turn the link into an image
        text += rendered
    return text


def emphasize(text: str, mark: str, preceding: str = "") -> str:
    """Return ``text`` between marks if letters are next to both, else between HTML tags.

    White space goes outside. Two adjacent marks (``preceding``) would be parsed as one.
    """
    inner = text.strip(" \n")
    leading, trailing = text[: -len(text.lstrip(" \n"))], text[len(text.rstrip(" \n")) :]
    if inner[0].isalnum() and inner[-1].isalnum() and (leading or preceding) != "*":
        return f"{leading}{mark}{inner}{mark}{trailing}"
    tag = "strong" if mark == "**" else "em"
    return f"{leading}<{tag}>{inner}</{tag}>{trailing}"


def render_picture(node: Element, site_url: str) -> str:
    """Return an ``img`` element as a CommonMark image."""
    alt = escape_markdown(" ".join(node.attrs.get("alt", "").split()))
    return f"![{alt}]({site_url}{node.attrs.get('src', '')})"


def render_pictures(node: Element, site_url: str) -> list[str]:
    """Return the pictures inside a code element, which CommonMark code cannot contain."""
    return [render_picture(each, site_url) for each in walk(node) if each.tag == "img"]


def code_text(node: Element) -> str:
    """Return the text of a code element: lines, with ruby readings in brackets."""
    parts = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        elif child.tag == "rt":
            parts.append(f"（{code_text(child)}）")
        elif child.tag != "rp":
            parts.append(code_text(child))
    return "".join(parts)


def _render_inline(node: Node, site_url: str, open_marks: frozenset[str], preceding: str) -> str:
    if isinstance(node, str):
        return escape_markdown(SPACE.sub(" ", node))
    tag, mark = node.tag, _EMPHASIS.get(node.tag, "")
    if tag == "br":
        return "\n"
    if tag == "img":
        return render_picture(node, site_url)
    if tag == "code":
        return _render_code(code_text(node), preceding) + "".join(render_pictures(node, site_url))
    if tag == "rp":
        return ""
    text = render_inlines(node.children, site_url, open_marks | {mark}, preceding)
    if tag == "rt":
        return f"（{text}）"
    if tag == "a" and (href := node.attrs.get("href")):
        return f"[{text}]({link_destination(href)})"
    if not text.strip() or mark in open_marks:
        return text
    if mark:
        return emphasize(text, mark, preceding)
    return f"<{tag}>{text}</{tag}>" if tag in _HTML_TAGS else text


def _render_code(text: str, preceding: str) -> str:
    """Return a code span; after another one it is an HTML tag, as two would be parsed as one."""
    if preceding != "`":
        return code_span(text)
    return f"<code>{escape_markdown(SPACE.sub(' ', text))}</code>"
