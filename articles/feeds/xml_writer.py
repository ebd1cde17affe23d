"""Write XML that is well-formed whatever characters the text contains."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

ATOM = "http://www.w3.org/2005/Atom"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
#: Characters that XML 1.0 does not allow, not even as a character reference.
_INVALID_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

register_namespace("atom", ATOM)
register_namespace("dc", DUBLIN_CORE)
register_namespace("content", CONTENT)


def remove_invalid_characters(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 does not allow."""
    return _INVALID_XML.sub("", text)


def add_element(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Append a child element with text and attributes to ``parent``; return the child."""
    element = SubElement(
        parent, name, {key: remove_invalid_characters(value) for key, value in attributes.items()}
    )
    element.text = remove_invalid_characters(text) or None
    return element


def set_language(element: Element, language: str) -> Element:
    """Set ``xml:lang`` unless ``language`` is empty; return ``element``."""
    if language:
        element.set(_LANG, remove_invalid_characters(language))
    return element


def serialize_document(root: Element) -> bytes:
    """Return the document in UTF-8, indented, one element per line."""
    indent(root)
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"
