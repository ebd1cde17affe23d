"""HTML that an editor typed or pasted: its paragraphs, and what cleaning takes out of it."""

from __future__ import annotations

import re
from collections import Counter
from html import escape, unescape

from selectolax.lexbor import LexborHTMLParser

_BLOCK_ELEMENT = re.compile(
    r"<(?:p|div|h[1-6]|ul|ol|dl|li|table|tr|blockquote|pre|figure|hr|details|section|article)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z]|<!--")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
#: Blocks without a place in stored HTML, and what takes their place.
_REPLACED_BLOCKS = {"h1": "h2"} | dict.fromkeys(
    "address article aside center div fieldset footer form header main nav section".split(), "p"
)
_REPLACED_TAG = re.compile(rf"<(/?)({'|'.join(_REPLACED_BLOCKS)})(?=[\s/>])", re.IGNORECASE)
_EMPTY = re.compile(r"<p>\s*</p>\n?|<img(?![^>]*\ssrc=)[^>]*>")
_IMPLIED_ELEMENTS = frozenset({"html", "head", "body", "tbody"})
_SHOWN = 80  # characters of a value


def build_paragraphs(markup: str) -> str:
    """Return ``markup`` with paragraphs: at blank lines, where it has no blocks of its own.

    Blocks that are never stored become paragraphs or headings, so that no words run together.

    >>> build_paragraphs("One & <b>two</b>\\nlines.\\n\\nAnother.")
    '<p>One & <b>two</b><br>lines.</p>\\n<p>Another.</p>'
    >>> build_paragraphs("<div>One</div><h1>Two</h1>")
    '<p>One</p><h2>Two</h2>'
    """
    if not _BLOCK_ELEMENT.search(markup):
        if not _TAG.search(markup):
            markup = escape(unescape(markup), quote=False)
        parts = filter(None, (part.strip() for part in _BLANK_LINES.split(markup)))
        return "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)
    return _REPLACED_TAG.sub(lambda tag: f"<{tag[1]}{_REPLACED_BLOCKS[tag[2].lower()]}", markup)


def remove_empty_elements(html: str) -> str:
    """Return cleaned ``html`` without empty paragraphs, and without pictures that lost their URL.

    Nested blocks leave the former, pictures of other servers the latter.
    """
    return _EMPTY.sub("", html)


def describe_removals(markup: str, cleaned: str) -> list[str]:
    """Return what of ``markup`` is missing in ``cleaned``, in words; [] if it is complete.

    >>> describe_removals('<p onclick="x()">a<iframe></iframe></p>', "<p>a</p>")
    ['1 iframe', 'onclick of p']
    >>> describe_removals('<p><img src="https://a.example/b.png"></p>', "<p></p>")
    ['1 img (src: https://a.example/b.png)']
    """
    before, after = _Contents(markup), _Contents(cleaned)
    elements = before.elements - after.elements
    del elements["p"]  # an empty one; the text of any other stays
    words = [f"{count} {tag}{before.address_in(tag)}" for tag, count in elements.items()]
    for (tag, name), count in (before.attributes - after.attributes).items():
        if not elements[tag]:
            times = f" ({count} times)" if count > 1 else ""
            words.append(f"{name} of {tag}{times}")
    comments = markup.count("<!--")
    if comments:
        words.append("1 comment" if comments == 1 else f"{comments} comments")
    return words


class _Contents:
    """The elements and attributes of HTML, counted."""

    def __init__(self, html: str) -> None:
        self.elements: Counter[str] = Counter()
        self.attributes: Counter[tuple[str, str]] = Counter()
        self._addresses: dict[str, str] = {}
        for node in LexborHTMLParser(html).css("*"):
            tag = node.tag
            if not tag or tag in _IMPLIED_ELEMENTS:
                continue
            self.elements[tag] += 1
            for name, value in node.attributes.items():
                self.attributes[tag, name] += 1
                if name == "src" and value:
                    self._addresses.setdefault(tag, value)

    def address_in(self, tag: str) -> str:
        """Return the first ``src`` of such an element in parentheses, if it has one."""
        address = self._addresses.get(tag, "")
        return f" (src: {address[:_SHOWN]})" if address else ""
