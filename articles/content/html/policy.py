"""The one allow-list of stored HTML: which elements, which attributes, which values.

Both cleaners and the editors' form use this. Whatever is not named here is not stored.
"""

from __future__ import annotations

import re

POLICY_VERSION = "1"

TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption cite code dd del details dfn dl dt em figcaption "
    "figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span "
    "strong sub summary sup table tbody td tfoot th thead time tr u ul var".split()
)

#: Elements that go with their contents; those of any other unknown element stay.
TAGS_WITH_CONTENT = frozenset({"script", "style", "template", "noembed", "noframes", "xmp"})

#: Attributes by element; ``*`` is every element.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "*": frozenset({"lang", "dir"}),
    "a": frozenset({"href"}),
    "abbr": frozenset({"title"}),
    "del": frozenset({"datetime"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "ins": frozenset({"datetime"}),
    "li": frozenset({"value"}),
    "ol": frozenset({"start", "reversed"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
    "time": frozenset({"datetime"}),
}

URL_SCHEMES = frozenset({"http", "https", "mailto"})

_COUNT = re.compile(r"\d{1,5}")
_VALUES: dict[str, re.Pattern[str]] = {
    # Absolute addresses only, without white space, controls, quotes or back slashes.
    "href": re.compile(r"(?:https?://[a-z0-9\[]|mailto:)[^\s\x00-\x20\"'<>\\`\x7f-\xa0]*"),
    # A picture is always the archive's own (see contracts of stored HTML in docs/architecture.md).
    "src": re.compile(r"/i/[0-9a-z]{8,52}"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "width": _COUNT,
    "height": _COUNT,
    "colspan": _COUNT,
    "rowspan": _COUNT,
    "start": _COUNT,
    "value": _COUNT,
    "scope": re.compile(r"row|col|rowgroup|colgroup"),
    "reversed": re.compile(""),
    "datetime": re.compile(r"[0-9TZ:+.\- ]{4,40}"),
}


def allows(tag: str, name: str, value: str) -> bool:
    """Tell whether attribute ``name`` with ``value`` may stand on ``tag``."""
    if name not in ATTRIBUTES.get(tag, ()) and name not in ATTRIBUTES["*"]:
        return False
    pattern = _VALUES.get(name)
    return pattern is None or pattern.fullmatch(value) is not None
