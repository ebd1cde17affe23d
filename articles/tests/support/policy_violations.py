"""Stored HTML looked at by other parsers than the cleaners': does the policy hold?"""

from __future__ import annotations

import re

from bleach.sanitizer import Cleaner
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.policy import POLICY

_BLEACH = Cleaner(tags=POLICY.tags, attributes=POLICY.allows, protocols=POLICY.schemes, strip=True)
_RUNS = re.compile(r"<\s*(script|style|iframe|object|embed|form|meta|base|link|svg|math)", re.I)


def assert_policy_holds(html: str) -> None:
    """Look at stored HTML as a browser would, by another parser than the cleaners'."""
    assert not _RUNS.search(html)
    body = LexborHTMLParser(f"<!doctype html><body>{html}").body
    assert body is not None
    for node in body.css("*"):
        if node.tag in {"body", "-text"}:
            continue
        assert node.tag in POLICY.tags
        for name, value in node.attributes.items():
            assert POLICY.allows(node.tag, name, value or ""), (node.tag, name, value)
            assert not name.startswith("on")
            assert name not in {"style", "class", "id", "srcdoc"}
            if name in {"href", "src"}:
                assert re.match(r"https?://|mailto:|/i/", value or "")


def bleached(html: str) -> str:
    """Return what bleach with the same policy makes of ``html``."""
    return _BLEACH.clean(html)
