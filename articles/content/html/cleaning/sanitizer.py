"""Clean HTML in three stages with one policy.

nh3 cleans. The strict check accepts what is provably a fixed point of bleach, which is nearly
everything. Of the rest, each top-level block goes through bleach and is checked again; of a block
that still fails, only the text is kept. Stored HTML has passed :func:`clean_html`. It is not
cleaned again when it is served; ``manage.py audit_html`` verifies it with either cleaner.
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
from articles.content.html.html_to_text import html_to_text
from articles.content.text.normalization import remove_supplementary_noncharacters

#: The longest block in characters that bleach gets: its time grows with the square of an element's
#: children. Of a longer block that the check refuses, only the text is kept.
BLEACH_LIMIT = 20_000
#: The most characters of one body that bleach gets in all.
BLEACH_BUDGET = 200_000
_TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")  # as nh3 writes them: no ">" within


@dataclass(frozen=True, slots=True)
class CleanedHtml:
    """HTML that the strict check accepts.

    ``bleached`` is the number of blocks that had to go through bleach. ``flattened`` has one
    reason for each block that lost its markup because no cleaner's output was accepted; the text
    of such a block is in paragraphs.
    """

    html: str
    bleached: int = 0
    flattened: tuple[str, ...] = ()


def clean_html(html: str) -> CleanedHtml:
    """Return ``html`` reduced to what the policy allows."""
    once = clean_with_nh3(html)
    if first_fault(once) is None:
        return CleanedHtml(once)
    pieces: list[str] = []
    flattened: list[str] = []
    bleached = 0
    budget = BLEACH_BUDGET
    for block in _split_blocks(once):
        fault = first_fault(block)
        if fault is not None and len(block) <= min(budget, BLEACH_LIMIT):
            budget -= len(block)
            bleached += 1
            block = clean_with_nh3(clean_with_bleach(block))
            fault = first_fault(block)
        if fault is not None:
            flattened.append(str(fault))
            block = _to_paragraphs(block)
        pieces.append(block)
    return CleanedHtml("".join(pieces), bleached, tuple(flattened))


def clean_with_nh3(html: str) -> str:
    """Return ``html`` cleaned by nh3 under the policy.

    Forbidden characters are removed before and after, as entities may stand for them.
    """
    return _remove_forbidden(_nh3().clean(_remove_forbidden(html)))


def _remove_forbidden(html: str) -> str:
    return POLICY.forbidden_characters.sub("", remove_supplementary_noncharacters(html))


def clean_with_bleach(html: str) -> str:
    """Return ``html`` cleaned by bleach under the policy."""
    return _bleach().clean(html)


def _split_blocks(html: str) -> Iterator[str]:
    """Yield the output of nh3 in parts: each top-level element, and the text between them."""
    start = depth = 0
    for match in _TAG.finditer(html):
        if depth == 0:
            yield html[start : match.start()]
            start = match.start()
        if match[1]:
            depth -= 1
        elif match[2] not in POLICY.void:
            depth += 1
        if depth == 0:
            yield html[start : match.end()]
            start = match.end()
    yield html[start:]


def _to_paragraphs(block: str) -> str:
    """Return the text of ``block`` as paragraphs, with no other markup."""
    paragraphs = (
        escape(part) for part in html_to_text(block, include_readings=True).split("\n\n") if part
    )
    return clean_with_nh3(
        "\n".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs)
    )


@cache
def _nh3() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(POLICY.tags),
        clean_content_tags=set(POLICY.dropped_with_content),
        attributes={tag: set(names) for tag, names in POLICY.attributes.items()},
        attribute_filter=_filter_attribute,
        url_schemes=set(POLICY.schemes),
        link_rel=None,
        strip_comments=True,
    )


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
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
