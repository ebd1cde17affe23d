"""No page makes a request to another host, logs to the console or violates its policy."""

from __future__ import annotations

import pytest

from articles.tests.page_quality.browser import QualitySite

pytestmark = [pytest.mark.browser]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_no_page_has_problems(site: QualitySite, scripts: bool) -> None:
    before = len(site.problems)
    with site.new_page(java_script_enabled=scripts) as page:
        for _ in site.visit_all(page):
            page.wait_for_load_state("networkidle")
    assert not site.problems[before:]
    assert not site.foreign_hosts.requested_names


def test_problems_are_recorded(site: QualitySite) -> None:
    before = len(site.problems)
    with site.new_page() as page:
        site.open(page, "/")
        page.evaluate(
            "() => { const p = document.createElement('p'); p.style = ''; "
            "p.setAttribute('style', 'color: red'); console.log('said'); "
            "return fetch('http://other.example/').catch(() => 0); }"
        )
    problems = " ".join(site.problems[before:])
    del site.problems[before:]
    assert "policy: style-src" in problems
    assert "policy: connect-src" in problems
    assert "says: said" in problems
