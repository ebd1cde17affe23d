"""Clean HTML: two independent walls with one policy.

nh3 cleans; what it gives has to be a fixed point of bleach, else bleach's result is taken and
the caller is told. Stored HTML has passed :func:`clean_html` and is never cleaned again on show.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import nh3
from bleach.sanitizer import Cleaner as BleachCleaner

from articles.content.html.policy import (
    ATTRIBUTES,
    TAGS,
    TAGS_WITH_CONTENT,
    URL_SCHEMES,
    allows,
)

_LINES = 64  # blocks that bleach sees at a time


@dataclass(frozen=True, slots=True)
class Cleaned:
    """HTML that keeps to the policy. ``disputed``: the walls differed, and bleach's side won."""

    html: str
    disputed: bool


def clean_html(html: str) -> Cleaned:
    """Return ``html`` with nothing in it but what the policy allows."""
    once = _nh3().clean(html)
    if _bleached(once) == once:
        return Cleaned(once, disputed=False)
    # bleach writes ``>`` in attributes as it is; that alone is no dispute about the content.
    again = _bleach().clean(_bleach().clean(once))
    return Cleaned(again, disputed=_nh3().clean(again) != once)


def _bleached(html: str) -> str:
    """Return what bleach makes of cleaned ``html``, some blocks at a time.

    Its time grows with the square of an element's children. Blocks stand on lines of their own;
    where lines are not whole blocks (in a long ``pre``), bleach closes what is open, the result
    differs, and the caller asks for the whole.
    """
    lines = html.split("\n")
    parts = ("\n".join(lines[i : i + _LINES]) for i in range(0, len(lines), _LINES))
    return "\n".join(_bleach().clean(part) if part else part for part in parts)


@cache
def _nh3() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        clean_content_tags=set(TAGS_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=lambda tag, name, value: value if allows(tag, name, value) else None,
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


@cache
def _bleach() -> BleachCleaner:
    return BleachCleaner(
        tags=TAGS,
        attributes=allows,
        protocols=URL_SCHEMES,
        strip=True,
        strip_comments=True,
    )
