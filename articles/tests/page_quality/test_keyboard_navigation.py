"""The archive with a keyboard alone: the focus is seen, and everything is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

import pytest
from playwright.sync_api import Page

from articles.tests.page_quality.browser import Room
from articles.tests.page_quality.fixtures import DAY, OUTLET, WORD

pytestmark = [pytest.mark.browser]

_MOST_STOPS = 400  # of a page; a story list has some two hundred links
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


def test_focus_is_seen_on_everything_that_takes_it(room: Room) -> None:
    wrong = []
    with room.window() as page:
        for place in room.tour(page):
            stops = list(_stops(page))
            if not stops or not (stops[0]["href"] or "").startswith("#"):
                wrong.append(f"{place}: the first stop is no link past the head")
            for html, group in groupby(stops, lambda stop: str(stop["html"])):
                # A date has several stops: the last, its button, draws a ring of the browser's.
                if not any(stop["isSeen"] for stop in group):
                    wrong.append(f"{place}: {html}")
    assert not wrong, "\n".join(wrong)


def test_skip_link_leads_past_the_head(room: Room) -> None:
    with room.window() as page:
        room.open(page, f"/{DAY:%Y/%m/%d}/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_story_is_searched_found_and_read(room: Room) -> None:
    with room.window() as page:
        room.open(page, "/")
        _go_to(page, lambda stop: stop["name"] == "input")
        page.keyboard.type(WORD)
        _enter(page)
        assert "/search/?q=" in page.url
        _go_to(page, lambda stop: WORD in stop["text"] and "/2021/" in (stop["href"] or ""))
        _enter(page)
        assert WORD in (page.text_content("h1") or "")


def test_story_is_reached_through_year_month_and_day(room: Room) -> None:
    with room.window() as page:
        room.open(page, "/")
        for end in (f"/{DAY:%Y}/", f"/{DAY:%Y/%m}/", f"/{DAY:%Y/%m/%d}/"):
            _go_to(page, partial(_leads_to, end))
            _enter(page)
            assert page.url.endswith(end)
        _go_to(page, lambda stop: WORD in stop["text"] and stop["name"] == "a")
        _enter(page)
        assert WORD in (page.text_content("h1") or "")
        assert OUTLET in (page.text_content("main") or "")


def _leads_to(end: str, stop: dict[str, Any]) -> bool:
    return str(stop["href"]).endswith(end)


def _stops(page: Page) -> Iterator[dict[str, Any]]:
    """Yield what has the focus after each press of Tab, until it leaves the page."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop is None:
            return
        yield stop
    raise AssertionError(f"{page.url}: more than {_MOST_STOPS} stops")


def _go_to(page: Page, is_wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Press Tab until the focus is on what is wanted."""
    seen = []
    for stop in _stops(page):
        seen.append(stop["html"])
        if is_wanted(stop):
            return
    raise AssertionError(f"{page.url}: not among what takes the focus: {seen[:40]}")


def _enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
