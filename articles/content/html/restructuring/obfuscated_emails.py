"""Decode e-mail addresses that Cloudflare obfuscated, as a browser does.

Cloudflare writes ``[email protected]`` and keeps the address in an attribute: in hexadecimal, each
byte after the first XORed with the first.
"""

from __future__ import annotations

import re

from articles.content.html.tree import Element, walk

_ENCODED = re.compile(r"(?:[0-9a-f]{2}){4,255}", re.ASCII | re.IGNORECASE)


def decode_email(code: str) -> str:
    """Return the e-mail address encoded in ``code``, or an empty string when it has none.

    >>> decode_email("1b7a5b7935787477")
    'a@b.col'
    """
    if not _ENCODED.fullmatch(code):
        return ""
    key, *encoded = bytes.fromhex(code)
    address = bytes(byte ^ key for byte in encoded).decode(errors="replace")
    return address if "@" in address and address.isprintable() else ""


def replace_obfuscated_emails(tree: Element) -> None:
    """Replace each obfuscated address in ``tree`` with its text, without a link."""
    for element in walk(tree):
        code = element.attrs.get("data-cfemail")
        if code and (address := decode_email(code)):
            element.tag, element.attrs, element.children = "span", {}, [address]
