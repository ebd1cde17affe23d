"""Mend what a collector broke before the parser sees it.

Feeds were joined line by line with nothing between, so that ``<div\\nclass=`` became
``<divclass=``; and prose such as ``<Role>`` or ``(0<p<1)`` was never escaped, so that a parser
would take it for markup and swallow it.
"""

from __future__ import annotations

import re

_ELEMENTS = frozenset(
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
_GLUED = re.compile(
    r"<(div|span|section|figure|article|aside|header|footer|iframe|img|video|source|p|ul|ol|li"
    r"|td|tr|table|youtube-player)"
    r"(?=(?:class|id|style|href|src|alt|title|width|height|align|role|rel|target|lang|dir"
    r"|data-[a-z-]+|aria-[a-z]+|video-?[a-z-]*)=[\"'])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([A-Za-z][^\s/<>]*)([^<>]{0,200})(>?)")
_MARKUP = re.compile(r"[a-z][a-z0-9]*(?:[:-][a-z0-9:._-]*)?")
_FIRST_ATTRIBUTE = re.compile(r"\s*(?:$|[A-Za-z_:@{*\"'/\\=&,;.\d])")


def repaired(html: str) -> str:
    """Return ``html`` with glued tags apart and the angle brackets of prose escaped.

    >>> repaired('<divclass="a">设 0<p<1，见 <Role> 与 <b>粗</b></div>')
    '<div class="a">设 0&lt;p<1，见 &lt;Role> 与 <b>粗</b></div>'
    """
    html = _GLUED.sub(r"<\1 ", html)
    unknown = {m[2].lower() for m in _TAG.finditer(html) if "=" in m[3]} - _ELEMENTS
    return _TAG.sub(lambda match: _escaped_prose(match, unknown), html)


def _escaped_prose(match: re.Match[str], unknown: set[str]) -> str:
    slash, name, rest, end = match.groups()
    name = name.lower()
    if slash and name in unknown:  # it was opened with attributes: no prose
        return match[0]
    is_known = name in _ELEMENTS and bool(_FIRST_ATTRIBUTE.match(rest)) and bool(end or "=" in rest)
    is_custom = _MARKUP.fullmatch(name) is not None and ("-" in name or ":" in name)
    if is_known or is_custom or "=" in rest:
        return match[0]
    return "&lt;" + match[0][1:]
