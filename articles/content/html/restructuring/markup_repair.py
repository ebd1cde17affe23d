"""Repair what a collector broke, before the HTML parser sees it.

Feeds were joined line by line with nothing between, so that ``<div\\nclass=`` became
``<divclass=``; and prose such as ``<Role>`` or ``(0<p<1)`` was never escaped, so that a parser
would take it for markup and swallow it.
"""

from __future__ import annotations

import re

_ELEMENT_NAMES = frozenset(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big "
    "blink blockquote body br button canvas caption center cite code col colgroup command content "
    "data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure "
    "font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image "
    "img input ins isindex kbd keygen label legend li link listing main map mark marquee math "
    "menu menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol "
    "optgroup option output p param picture plaintext portal pre progress q rb rp rt rtc ruby s "
    "samp script search section select shadow slot small source spacer span strike strong style "
    "sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt "
    "u ul var video wbr xmp "
    # within svg
    "circle clippath defs desc ellipse filter g image line lineargradient marker mask metadata "
    "path pattern polygon polyline radialgradient rect stop symbol text textpath tspan use "
    "view".split()
)
_GLUED_TAG = re.compile(
    r"<(div|span|section|figure|article|aside|header|footer|iframe|img|video|source|p|ul|ol|li"
    r"|td|tr|table|youtube-player)"
    r"(?=(?:class|id|style|href|src|alt|title|width|height|align|role|rel|target|lang|dir"
    r"|data-[a-z-]+|aria-[a-z]+|video-?[a-z-]*)=[\"'])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)([^<>]{0,200})(>?)")
_CUSTOM_ELEMENT_NAME = re.compile(r"[a-z][a-z0-9]*(?:[:-][a-z0-9:._-]*)?")
_FIRST_ATTRIBUTE = re.compile(r"\s*(?:$|[A-Za-z_:@{*\"'/\\=&,;.\d])")


def repair_markup(html: str) -> str:
    """Return ``html`` with glued tag names and attributes separated and ``<`` in prose escaped.

    >>> repair_markup('<divclass="a">设 0<p<1，见 <Role> 与 <b>粗</b></div>')
    '<div class="a">设 0&lt;p<1，见 &lt;Role> 与 <b>粗</b></div>'
    """
    html = _GLUED_TAG.sub(r"<\1 ", html)
    tags = set(_TAG.findall(html))  # most of a body's tags are the same few
    unknown = {name.lower() for _, name, rest, _ in tags if "=" in rest} - _ELEMENT_NAMES
    prose = {tag for tag in tags if _is_prose(tag, unknown)}
    if not prose:
        return html
    return _TAG.sub(lambda m: "&lt;" + m[0][1:] if m.groups() in prose else m[0], html)


def _is_prose(tag: tuple[str, str, str, str], unknown: set[str]) -> bool:
    """Return whether what looks like a tag is prose.

    ``unknown`` names are no HTML elements, but a tag elsewhere in the body gives them attributes.
    """
    slash, name, rest, end = tag
    name = name.lower()
    if "=" in rest or (slash and name in unknown):
        return False
    if name in _ELEMENT_NAMES and end and _FIRST_ATTRIBUTE.match(rest):
        return False
    return not (("-" in name or ":" in name) and _CUSTOM_ELEMENT_NAME.fullmatch(name))
