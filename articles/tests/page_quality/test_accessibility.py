"""axe-core finds no accessibility violation on any kind of page (WCAG 2.2, levels A and AA)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from articles.tests.page_quality.browser import QualitySite

pytestmark = [pytest.mark.browser]

AXE_OPTIONS = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},  # 24 by 24 pixels
    "resultTypes": ["violations"],
}
_RUN = "options => axe.run(document, options).then(found => found.violations)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_axe_finds_no_violation(site: QualitySite, width: int, scheme: str) -> None:
    with site.new_page(width, color_scheme=scheme) as page:
        found = [
            f"{example}: {line}" for example in site.visit_all(page) for line in _violations(page)
        ]
    assert not found, "\n".join(found)


def test_axe_finds_a_button_without_a_name(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, "/")
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert any(line.startswith("button-name") for line in _violations(page))


def _violations(page: Page) -> list[str]:
    """Return the violations that axe-core finds: rule, element, advice.

    axe-core is evaluated, not added as a script, because the page's policy forbids foreign scripts.
    """
    page.evaluate(axe_source())
    violations: list[dict[str, Any]] = page.evaluate(_RUN, AXE_OPTIONS)
    return [
        f"{each['id']}: {node['html'][:160]}: {' '.join(node['failureSummary'].split())[:300]}"
        for each in violations
        for node in each["nodes"][:3]
    ]


def axe_source() -> str:
    """Return the script of axe-core."""
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")
