"""The strict check: a small grammar of cleaned HTML.

It accepts only lower-case elements of the policy, properly nested and where the policy's content
model allows them, attributes in double quotes with values of the policy, and text with no more
than five named entities. Such HTML leaves an HTML5 parser nothing to repair: the tree is the one
that the tags spell, and serializing it gives the same bytes. So whatever is accepted is a fixed
point of bleach under the same policy, in a fiftieth of bleach's time. ``make fuzz`` tries to
refute that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from articles.content.html.cleaning.policy import POLICY

#: Characters that text may not contain literally: controls, the no-break space (which a serializer
#: writes as an entity), byte order marks, surrogates and what the grammar itself uses.
_RESERVED = r"<>&\x00-\x08\x0b-\x1f\x7f-\xa0\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
_TEXT = rf"[^{_RESERVED}]*(?:&(?:amp|lt|gt|nbsp);[^{_RESERVED}]*)*"
_VALUE = rf'[^"{_RESERVED}]*(?:&(?:amp|lt|gt|quot|nbsp);[^"{_RESERVED}]*)*'
_LEADING = re.compile(_TEXT)
_TAG = re.compile(rf'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="{_VALUE}")*)>({_TEXT})')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_NOT_SPACE = re.compile(r"[^ \t\n]")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where (in characters) HTML breaks the grammar, and why."""

    position: int
    reason: str

    def __str__(self) -> str:
        return f"character {self.position}: {self.reason}"


def first_fault(html: str) -> Fault | None:
    """Return the first place where ``html`` breaks the grammar, or None when it is accepted."""
    leading = _LEADING.match(html)
    end = leading.end() if leading else 0
    open_tags: list[str] = []
    allowed = POLICY.top_level
    for match in _TAG.finditer(html, end):
        if match.start() != end:
            break  # something between two tags is neither a tag nor text
        end = match.end()
        closes, tag, attributes, text = match.groups()
        if closes:
            if attributes or not open_tags or open_tags[-1] != tag:
                return Fault(match.start(), f"</{tag}> does not close what is open")
            open_tags.pop()
        else:
            if tag not in allowed:
                inside = f"<{open_tags[-1]}>" if open_tags else "the top"
                return Fault(match.start(), f"<{tag}> has no place in {inside}")
            if attributes and (reason := _attribute_fault(tag, attributes)):
                return Fault(match.start(), reason)
            if tag == "a" and "a" in open_tags:
                return Fault(match.start(), "<a> within <a>")
            if tag not in POLICY.void:
                open_tags.append(tag)
                if len(open_tags) > POLICY.max_depth:
                    return Fault(match.start(), f"deeper than {POLICY.max_depth} elements")
                if tag == "pre" and text.startswith("\n"):
                    return Fault(match.start(4), "a parser drops the first line break in <pre>")
        allowed = POLICY.content_model[open_tags[-1]] if open_tags else POLICY.top_level
        if open_tags and open_tags[-1] in POLICY.without_text and _NOT_SPACE.search(text):
            return Fault(match.start(4), f"text in <{open_tags[-1]}>")
    if end != len(html):
        return Fault(end, "neither a tag of the policy nor text")
    if open_tags:
        return Fault(end, f"<{open_tags[-1]}> is not closed")
    return None


def _attribute_fault(tag: str, attributes: str) -> str:
    """Return what is wrong with the first attribute that the policy does not allow, else ""."""
    seen = set()
    for name, value in _ATTRIBUTE.findall(attributes):
        if name in seen:
            return f"{name} twice on <{tag}>"
        seen.add(name)
        if not POLICY.allows(tag, name, unescape(value) if "&" in value else value):
            return f"{name} on <{tag}> is not allowed with that value"
    return ""
