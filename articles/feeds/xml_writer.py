"""XML that every parser takes, whatever the words in it are."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: What XML 1.0 has no way to write, not even as a number.
_UNKNOWN_TO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("atom", ATOM)
register_namespace("dc", DUBLIN_CORE)
register_namespace("content", CONTENT)


def clean(text: str) -> str:
    """Return ``text`` without the characters that XML does not know."""
    return _UNKNOWN_TO_XML.sub("", text)


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Add an element with text, and return it."""
    element = SubElement(parent, name, {key: clean(value) for key, value in attributes.items()})
    element.text = clean(text) or None
    return element


def in_language(element: Element, language: str) -> Element:
    """Return ``element``, said to be in ``language`` where that is known."""
    if language:
        element.set(_LANG, clean(language))
    return element


def written(root: Element) -> bytes:
    """Return the document, a line for each element."""
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
