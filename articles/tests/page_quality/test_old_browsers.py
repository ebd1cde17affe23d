"""Browsers without light-dark() and without cascade layers: plain, light and readable.

Chromium before 123 and Safari before 17.5 lack the former, before 99 and 15.4 the latter. Here the
words that such a browser does not know are replaced by ones that none knows.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route

from articles.tests.page_quality.browser import QualitySite

pytestmark = [pytest.mark.browser]

#: Relative luminance of background and text of the page, as painted.
LUMINANCE = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  };
  const style = getComputedStyle(document.documentElement);
  const text = getComputedStyle(document.querySelector("main p, main h1"));
  return [luminance(style.backgroundColor), luminance(text.color), style.colorScheme];
}"""
#: Elements that are taller than a window or stick out, other than text and its boxes.
_UNREADABLE = """() => [...document.querySelectorAll("svg, img, canvas, video, dialog")]
  .filter((e) => { const r = e.getBoundingClientRect();
                   return r.height > 600 || r.right > innerWidth + 1; })
  .map((e) => e.outerHTML.slice(0, 100))"""


def replace_in_styles(page: Page, pattern: str, replacement: str) -> None:
    def handle(route: Route) -> None:
        response = route.fetch()
        body = re.sub(pattern, replacement, response.text())
        route.fulfill(response=response, body=body)

    page.route("**/*.css", handle)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_light_dark_the_page_is_light(site: QualitySite, scheme: str) -> None:
    with site.new_page(390, color_scheme=scheme) as page:
        replace_in_styles(page, r"\blight-dark\(", "dark-light(")
        faults = []
        for example in site.visit_all(page):
            background, text, color_scheme = page.evaluate(LUMINANCE)
            if not (background > 0.9 and text < 0.3 and color_scheme == "light"):
                faults.append(f"{example}: {background:.2f} {text:.2f} {color_scheme}")
    assert not faults


def test_with_light_dark_a_dark_device_gets_a_dark_page(site: QualitySite) -> None:
    with site.new_page(390, color_scheme="dark") as page:
        site.open(page, "/")
        background, text, color_scheme = page.evaluate(LUMINANCE)
    assert background < 0.1
    assert text > 0.5
    assert color_scheme == "light dark"


@pytest.mark.parametrize("width", [390, 1280])
def test_without_layers_the_page_is_a_readable_document(site: QualitySite, width: int) -> None:
    with site.new_page(width) as page:
        replace_in_styles(page, r"@layer\b", "@unknown-layer")
        faults = []
        for example in site.visit_all(page):
            family = page.evaluate("getComputedStyle(document.body).fontFamily")
            assert "system-ui" not in family, "the styles apply all the same"
            faults += [f"{example}: {each}" for each in page.evaluate(_UNREADABLE)]
    assert not faults
