"""Mail addresses that a page hid from robots, as a browser shows them.

Cloudflare writes ``[email protected]`` and keeps the address in an attribute: in hexadecimal, each
byte behind the first combined with the first by exclusive or.
"""

from __future__ import annotations

import re

from articles.content.html.tree import Element, walk

_HIDDEN = re.compile(r"(?:[0-9a-f]{2}){4,255}", re.ASCII | re.IGNORECASE)


def revealed(code: str) -> str:
    """Return the address that ``code`` hides; an empty string where it hides none.

    >>> revealed("1b7a5b7935787477")
    'a@b.col'
    """
    if not _HIDDEN.fullmatch(code):
        return ""
    key, *hidden = bytes.fromhex(code)
    address = bytes(byte ^ key for byte in hidden).decode(errors="replace")
    return address if "@" in address and address.isprintable() else ""


def reveal(tree: Element) -> None:
    """Put the addresses that ``tree`` hides in their places, without a link."""
    for element in walk(tree):
        code = element.attrs.get("data-cfemail")
        if code and (address := revealed(code)):
            element.tag, element.attrs, element.children = "span", {}, [address]
