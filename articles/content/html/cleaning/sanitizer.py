"""Clean HTML behind three walls with one policy.

nh3 cleans. The strict check accepts what is provably a fixed point of bleach, which is nearly
everything. Of the rest, each block at the top goes through bleach and is checked again; a block
that is still not accepted is kept as its text. Stored HTML has passed :func:`clean_html`, is never
cleaned again on show, and ``manage.py audit_html`` cleans it again with either cleaner to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape

import nh3
from bleach.sanitizer import Cleaner as BleachCleaner

from articles.content.html.cleaning.policy import POLICY
from articles.content.html.cleaning.strict_check import first_fault
from articles.content.html.plain_text import plain_text

#: Characters of a block that bleach is given; its time grows with the square of an element's
#: children. A larger block that the check refuses is kept as text.
BLEACH_LIMIT = 20_000
#: Characters of a body that bleach is given in all.
BLEACH_BUDGET = 200_000
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")  # as nh3 writes them: no ">" within


@dataclass(frozen=True, slots=True)
class Cleaned:
    """HTML that the strict check accepts.

    ``bleached`` blocks had to go through bleach. ``flattened`` says of each block that lost its
    markup, because no cleaner's result was accepted, why; its text stands in paragraphs.
    """

    html: str
    bleached: int = 0
    flattened: tuple[str, ...] = ()


def clean_html(html: str) -> Cleaned:
    """Return ``html`` with nothing in it but what the policy allows."""
    once = nh3_cleaned(html)
    if first_fault(once) is None:
        return Cleaned(once)
    pieces: list[str] = []
    flattened: list[str] = []
    bleached = 0
    budget = BLEACH_BUDGET
    for block in _blocks(once):
        fault = first_fault(block)
        if fault is not None and len(block) <= min(budget, BLEACH_LIMIT):
            budget -= len(block)
            bleached += 1
            block = nh3_cleaned(bleach_cleaned(block))
            fault = first_fault(block)
        if fault is not None:
            flattened.append(str(fault))
            block = _as_text(block)
        pieces.append(block)
    return Cleaned("".join(pieces), bleached, tuple(flattened))


def nh3_cleaned(html: str) -> str:
    """Return what nh3 makes of ``html`` under the policy; entities may name what is forbidden."""
    return POLICY.forbidden.sub("", _nh3().clean(POLICY.forbidden.sub("", html)))


def bleach_cleaned(html: str) -> str:
    """Return what bleach makes of ``html`` under the policy."""
    return _bleach().clean(html)


def _blocks(html: str) -> Iterator[str]:
    """Yield what nh3 wrote in parts: each element at the top, and the text between them."""
    begin = depth = 0
    for match in _TAG.finditer(html):
        if depth == 0:
            yield html[begin : match.start()]
            begin = match.start()
        if match[1]:
            depth -= 1
        elif match[2] not in POLICY.void:
            depth += 1
        if depth == 0:
            yield html[begin : match.end()]
            begin = match.end()
    yield html[begin:]


def _as_text(block: str) -> str:
    """Return the text of ``block`` in paragraphs, without any other markup."""
    paragraphs = (escape(part) for part in plain_text(block, readings=True).split("\n\n") if part)
    return nh3_cleaned("\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs))


@cache
def _nh3() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(POLICY.tags),
        clean_content_tags=set(POLICY.dropped),
        attributes={tag: set(names) for tag, names in POLICY.attributes.items()},
        attribute_filter=lambda tag, name, value: (
            value if POLICY.allows(tag, name, value) else None
        ),
        url_schemes=set(POLICY.schemes),
        link_rel=None,
        strip_comments=True,
    )


def _allowed_value(tag: str, name: str, value: str) -> str | None:
    return value if POLICY.allows(tag, name, value) else None


@cache
def _bleach() -> BleachCleaner:
    return BleachCleaner(
        tags=POLICY.tags,
        attributes=POLICY.allows,
        protocols=POLICY.schemes,
        strip=True,
        strip_comments=True,
    )
