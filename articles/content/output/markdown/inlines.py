"""What stands in a line of CommonMark: text, emphasis, links, pictures.

Emphasis is written with asterisks where that is sure to be read as emphasis. CommonMark asks what
stands on either side of them, and Chinese, which has no spaces, often gives the wrong answer
(``他说**“好”**了``); there HTML stands, and for what CommonMark has no sign for.
"""

from __future__ import annotations

from articles.content.html.tree import Element, Node, walk
from articles.content.output.markdown.escaping import SPACE, code_span, escaped, target

_EMPHASIS = {"strong": "**", "b": "**", "em": "*", "i": "*"}
_KEPT = frozenset({"del", "ins", "q", "s", "sub", "sup"})
_NONE: frozenset[str] = frozenset()


def phrases(nodes: list[Node], site: str, inside: frozenset[str] = _NONE, before: str = "") -> str:
    """Return phrases; a line feed in them is a line break of the story.

    ``inside`` is the emphasis around them, ``before`` the sign in front.
    """
    text = ""
    for node in nodes:
        phrase = _phrase(node, site, inside, text[-1:] or before)
        if text.endswith("!") and phrase.startswith("["):
            text = f"{text[:-1]}\\!"  # it would make an image of the link
        text += phrase
    return text


def emphasised(text: str, mark: str, before: str = "") -> str:
    """Return ``text`` between marks that stand beside a letter each, else between tags.

    White space goes outside. Two marks side by side (``before``) would be read as one.
    """
    inner = text.strip(" \n")
    head, tail = text[: -len(text.lstrip(" \n"))], text[len(text.rstrip(" \n")) :]
    if inner[0].isalnum() and inner[-1].isalnum() and (head or before) != "*":
        return f"{head}{mark}{inner}{mark}{tail}"
    tag = "strong" if mark == "**" else "em"
    return f"{head}<{tag}>{inner}</{tag}>{tail}"


def picture(node: Element, site: str) -> str:
    """Return an ``img``."""
    alt = escaped(" ".join(node.attrs.get("alt", "").split()))
    return f"![{alt}]({site}{node.attrs.get('src', '')})"


def pictures_in(node: Element, site: str) -> list[str]:
    """Return the pictures of what is written as code, which can hold none."""
    return [picture(each, site) for each in walk(node) if each.tag == "img"]


def raw(node: Element) -> str:
    """Return the text of what is written as code: lines, and readings in brackets."""
    parts = []
    for child in node.children:
        if isinstance(child, str):
            parts.append(child)
        elif child.tag == "br":
            parts.append("\n")
        elif child.tag == "rt":
            parts.append(f"（{raw(child)}）")
        elif child.tag != "rp":
            parts.append(raw(child))
    return "".join(parts)


def _phrase(node: Node, site: str, inside: frozenset[str], before: str) -> str:
    if isinstance(node, str):
        return escaped(SPACE.sub(" ", node))
    tag, mark = node.tag, _EMPHASIS.get(node.tag, "")
    if tag == "br":
        return "\n"
    if tag == "img":
        return picture(node, site)
    if tag == "code":
        return _code(raw(node), before) + "".join(pictures_in(node, site))
    if tag == "rp":
        return ""
    text = phrases(node.children, site, inside | {mark}, before)
    if tag == "rt":
        return f"（{text}）"
    if tag == "a" and (href := node.attrs.get("href")):
        return f"[{text}]({target(href)})"
    if not text.strip() or mark in inside:
        return text
    if mark:
        return emphasised(text, mark, before)
    return f"<{tag}>{text}</{tag}>" if tag in _KEPT else text


def _code(text: str, before: str) -> str:
    """Return a span of code; beside another one, between tags, for two would be read as one."""
    if before != "`":
        return code_span(text)
    return f"<code>{escaped(SPACE.sub(' ', text))}</code>"
