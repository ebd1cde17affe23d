"""Addresses that stand in plain text, as links that end where the address does.

Chinese is written without spaces, and collectors joined lines with nothing between; so an address
ends where Chinese begins, where the next address begins, and where a row of dashes begins.
"""

from __future__ import annotations

import re

from articles.content.html.tree import Element, Node
from articles.content.html.videos import whole_address
from articles.content.urls.normalization import resolved

_BEGIN = re.compile(r"https?://|(?<![A-Za-z0-9@./:_-])www\.", re.IGNORECASE)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# Letters of alphabets that are written with spaces may stand in a path as they are.
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[a-z0-9_-]+\.)+[a-z0-9-]*[a-z0-9](?::[0-9]{1,5})?"
    r"(?:[/?#][a-z0-9\-._~:/?#\[\]@!$&'()*+,;=%\u00c0-\u024f\u0370-\u04ff]*)?",
    re.IGNORECASE,
)
_ARCHIVED = re.compile(r"[/.]archive\.[a-z]+/[^\s/]+/(?:[^\s/]+/)?$", re.IGNORECASE)
_ROW = re.compile(r"[-_]{4}|[=~]{3}|[*#]{2}|\.{3}")
_TAIL = ".,;:!?'\"([*&#"
#: The label of the next address, glued to this one: ``https://a.example/meTwitter: https://…``.
_NEXT_LABEL = re.compile(
    r"(?:Facebook|Twitter|Instagram|Telegram|WhatsApp|Discord|Patreon|Pay[Pp]al|You[Tt]ube|Android"
    r"|iOS|E?mail)$"
)
_AFTER_LABEL = re.compile(r"[ \u3000]*(?:[:：→]|https?://)")
_UNLINKED = frozenset({"a", "code", "kbd", "samp"})


def addresses(text: str) -> list[tuple[int, int]]:
    """Return where the addresses in ``text`` begin and end.

    >>> text = "見https://a.example/b_(c)。歡迎"
    >>> [text[begin:end] for begin, end in addresses(text)]
    ['https://a.example/b_(c)']
    """
    found = []
    position = 0
    while begin := _BEGIN.search(text, position):
        end = _end(text, begin.start())
        if end is not None:
            found.append((begin.start(), end))
        position = end or begin.end()
    return found


def _end(text: str, begin: int) -> int | None:
    """Return where the address that begins at ``begin`` ends, or None when it is none."""
    match = _ADDRESS.match(text, begin, _next_address(text, begin))
    if match is None or text[match.end() : match.end() + 1] == "@":  # a name before a host
        return None
    address = match[0]
    if row := _ROW.search(address, len("https://")):
        address = address[: row.start()]
    address = _closed(whole_address(address)).rstrip(_TAIL)
    if _AFTER_LABEL.match(text, begin + len(address)):
        address = _NEXT_LABEL.sub("", address)
    return begin + len(address) if _ADDRESS.fullmatch(address) else None


def _next_address(text: str, begin: int) -> int:
    """Return where the next address begins; one inside a query or an archive's path is no other."""
    for other in _SCHEME.finditer(text, begin + len("http://")):
        before = text[max(begin, other.start() - 80) : other.start()]
        if not before.endswith("=") and not _ARCHIVED.search(before):
            return other.start()
    return len(text)


def _closed(address: str) -> str:
    """Return ``address`` up to a closing bracket that nothing in it opened."""
    for opening, closing in ("()", "[]"):
        depth = 0
        for i, char in enumerate(address):
            depth += (char == opening) - (char == closing)
            if depth < 0:
                address = address[:i]
                break
    return address


def linked(nodes: list[Node]) -> list[Node]:
    """Return phrasing content whose addresses in plain text are links; its text stays the same."""
    out: list[Node] = []
    for node in nodes:
        if isinstance(node, str):
            out += _linked_text(node)
        elif node.tag in _UNLINKED:
            out.append(node)
        else:
            out.append(Element(node.tag, node.attrs, linked(node.children)))
    return out


def _linked_text(text: str) -> list[Node]:
    out: list[Node] = []
    last = 0
    for begin, end in addresses(text):
        address = text[begin:end]
        href = resolved(address if _SCHEME.match(address) else f"http://{address}", "")
        if href is not None:
            out += [text[last:begin], Element("a", {"href": href}, [address])]
            last = end
    return [node for node in (*out, text[last:]) if node != ""]
