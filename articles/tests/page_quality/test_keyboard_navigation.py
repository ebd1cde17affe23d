"""Keyboard navigation: the focus is always visible, and every page can be reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Page

from articles.tests.page_quality.browser import QualitySite
from articles.tests.page_quality.fixtures import DAY, OUTLET, WORD

pytestmark = [pytest.mark.browser]

_MAX_FOCUS_STOPS = 400  # on a page; a story list has some two hundred links
_FOCUSED = """() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {
    text: (element.getAttribute("aria-label") ?? element.textContent).trim(),
    name: element.localName,
    href: element.getAttribute("href"),
    html: element.outerHTML.slice(0, 160),
    isSeen: outlined && box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth,
  };
}"""


def test_focus_is_visible_on_every_focusable_element(site: QualitySite) -> None:
    faults = []
    with site.new_page() as page:
        for example in site.visit_all(page):
            stops = list(_focus_stops(page))
            if not stops or not (stops[0]["href"] or "").startswith("#"):
                faults.append(f"{example}: the first focusable element is no skip link")
            for html, group in groupby(stops, lambda stop: str(stop["html"])):
                # A date input has several stops; for the last, its button, Chromium draws the ring.
                if not any(stop["isSeen"] for stop in group):
                    faults.append(f"{example}: {html}")
    assert not faults, "\n".join(faults)


def test_skip_link_moves_focus_to_main(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, f"/{DAY:%Y/%m/%d}/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_story_is_reached_through_search(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, "/")
        _tab_to(page, lambda stop: stop["name"] == "input")
        page.keyboard.type(WORD)
        _press_enter(page)
        assert "/search/?q=" in page.url
        _tab_to(page, lambda stop: WORD in stop["text"] and "/2021/" in (stop["href"] or ""))
        _press_enter(page)
        assert WORD in (page.text_content("h1") or "")


def test_story_is_reached_through_year_month_and_day(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, "/")
        for end in (f"/{DAY:%Y}/", f"/{DAY:%Y/%m}/", f"/{DAY:%Y/%m/%d}/"):
            _tab_to(page, partial(_links_to, end))
            _press_enter(page)
            assert page.url.endswith(end)
        _tab_to(page, lambda stop: WORD in stop["text"] and stop["name"] == "a")
        _press_enter(page)
        assert WORD in (page.text_content("h1") or "")
        assert OUTLET in (page.text_content("main") or "")


def _links_to(end: str, stop: dict[str, Any]) -> bool:
    return str(stop["href"]).endswith(end)


def _focus_stops(page: Page) -> Iterator[dict[str, Any]]:
    """Yield the focused element after each press of Tab, until the focus leaves the page."""
    for _ in range(_MAX_FOCUS_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None:
            return
        yield stop
    raise AssertionError(f"{page.url}: more than {_MAX_FOCUS_STOPS} stops")


def _tab_to(page: Page, is_target: Callable[[dict[str, Any]], bool]) -> None:
    """Press Tab until the focus is on the target; AssertionError if it is never reached."""
    seen = []
    for stop in _focus_stops(page):
        seen.append(stop["html"])
        if is_target(stop):
            return
    raise AssertionError(f"{page.url}: the target is not focusable; focused were: {seen[:40]}")


def _press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
