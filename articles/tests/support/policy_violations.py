"""Checks that stored HTML keeps to the policy, with other parsers than those of the cleaners."""

from __future__ import annotations

import re

from bleach.sanitizer import Cleaner
from selectolax.lexbor import LexborHTMLParser

from articles.content.html.cleaning.policy import POLICY

_BLEACH = Cleaner(tags=POLICY.tags, attributes=POLICY.allows, protocols=POLICY.schemes, strip=True)
_ACTIVE_ELEMENT = re.compile(
    r"<\s*(script|style|iframe|object|embed|form|meta|base|link|svg|math)", re.I
)


def assert_policy_holds(html: str) -> None:
    """Assert that stored HTML, as a browser would parse it, has only what the policy allows."""
    assert not _ACTIVE_ELEMENT.search(html)
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


def clean_again_with_bleach(html: str) -> str:
    """Return ``html`` cleaned by bleach under the same policy, set up apart from the code."""
    return _BLEACH.clean(html)
