"""The allow-list of stored HTML: elements, content model, attributes, values and characters.

Both cleaners, the strict check and the editors' form use :data:`POLICY`. Whatever is not named
here is not stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from articles.content.text.normalization import BMP_NONCHARACTERS

_PHRASING = frozenset(
    "a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q ruby s samp small span strong "
    "sub sup time u var".split()
)
_FLOW = _PHRASING | frozenset(
    "blockquote details dl figure h2 h3 h4 h5 h6 hr ol p pre table ul".split()
)
_ROWS = frozenset({"tr"})
_ITEMS = frozenset({"li"})
_NUMBER = re.compile(r"\d{1,5}")
_URL_REST = r"[^\s\x00-\x20\"'<>\\`\x7f-\xa0]*"  # of a URL: no space, control, quote or backslash


@dataclass(frozen=True, slots=True)
class Policy:
    """What stored HTML may contain."""

    #: The elements that each element may contain; void elements are in :attr:`void` instead.
    content_model: Mapping[str, frozenset[str]]
    #: The elements allowed at the top level.
    top_level: frozenset[str]
    void: frozenset[str]
    #: Elements that may have no text of their own but white space.
    without_text: frozenset[str]
    #: Elements removed together with their content; that of any other unknown element stays.
    dropped_with_content: frozenset[str]
    #: The attributes of each element; ``*`` is every element.
    attributes: Mapping[str, frozenset[str]]
    #: The pattern that the whole value of an attribute has to match; others may have any value.
    value_patterns: Mapping[str, re.Pattern[str]]
    schemes: frozenset[str]
    #: Characters that are removed: controls but tab and line feed, byte order marks,
    #: surrogates, noncharacters of the basic plane.
    forbidden_characters: re.Pattern[str]
    max_depth: int

    @property
    def tags(self) -> frozenset[str]:
        """Return every element that may be stored."""
        return self.void | frozenset(self.content_model)

    def allows(self, tag: str, name: str, value: str) -> bool:
        """Return whether ``tag`` may have attribute ``name`` with ``value`` (entities resolved).

        Both cleaners call this for each attribute, in addition to their own rules for URLs.
        """
        if name not in self.attributes.get(tag, ()) and name not in self.attributes["*"]:
            return False
        pattern = self.value_patterns.get(name)
        return pattern is None or pattern.fullmatch(value) is not None


POLICY = Policy(
    content_model={
        **dict.fromkeys(_PHRASING - {"br", "img"}, _PHRASING),
        **dict.fromkeys("h2 h3 h4 h5 h6 p pre caption summary rt rp".split(), _PHRASING),
        **dict.fromkeys("blockquote li dt dd td th figcaption".split(), _FLOW),
        **dict.fromkeys(("thead", "tbody", "tfoot"), _ROWS),
        **dict.fromkeys(("ol", "ul"), _ITEMS),
        "details": _FLOW | {"summary"},
        "dl": frozenset({"dt", "dd"}),
        "figure": _FLOW | {"figcaption"},
        "ruby": _PHRASING | {"rt", "rp"},
        "table": frozenset({"caption", "thead", "tbody", "tfoot"}),
        "tr": frozenset({"td", "th"}),
    },
    top_level=_FLOW,
    void=frozenset({"br", "hr", "img"}),
    without_text=frozenset("dl ol table tbody tfoot thead tr ul".split()),
    dropped_with_content=frozenset({"script", "style", "template", "noembed", "noframes"}),
    attributes={
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
    },
    value_patterns={
        # Absolute URLs only, with an ASCII host and no user name before it.
        "href": re.compile(
            rf"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{{1,5}})?(?:[/?#]{_URL_REST})?"
            rf"|mailto:{_URL_REST}"
        ),
        # A picture is always served by the archive (see stored HTML in docs/architecture.md).
        "src": re.compile(r"/i/[0-9a-z]{8,52}"),
        "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}"),
        "dir": re.compile(r"ltr|rtl|auto"),
        "width": _NUMBER,
        "height": _NUMBER,
        "colspan": _NUMBER,
        "rowspan": _NUMBER,
        "start": _NUMBER,
        "value": _NUMBER,
        "scope": re.compile(r"row|col|rowgroup|colgroup"),
        "reversed": re.compile(""),
        "datetime": re.compile(r"[0-9TZ:+.\- ]{4,40}"),
    },
    schemes=frozenset({"http", "https", "mailto"}),
    forbidden_characters=re.compile(
        f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff{BMP_NONCHARACTERS}]"
    ),
    max_depth=200,
)
