"""How pages lie in a window: no scrolling sideways, nothing that jumps, nothing that moves."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route

from articles.tests.page_quality.browser import Room

pytestmark = [pytest.mark.browser]

_SLOW_STYLE_SECONDS = 0.3
_SETTLED_MS = 150  # after the load; what jumps later needs a reader's hand
_WIDER = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const sticks = [...document.querySelectorAll("body *")].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 0.5);
  return `${wide} px: ${sticks.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`;
}"""
_JUMPS = """() => new Promise((resolve) => {
  const jumps = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const moved = entry.sources.map((each) => each.node?.outerHTML?.slice(0, 80)).join(" | ");
      jumps.push(`${entry.value.toFixed(4)}: ${moved}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(jumps), WAIT);
})""".replace("WAIT", str(_SETTLED_MS))
_HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => !heading.closest(".body"))
  .map((heading) => Number(heading.localName[1]))"""
_MOTION = """() => document.getAnimations().map((each) =>
  `${each.constructor.name} of ${each.effect?.target?.outerHTML.slice(0, 120)}`)"""
_MAY_MOVE = """() => [...document.querySelectorAll("*")].flatMap((element) => {
  const style = getComputedStyle(element);
  const seconds = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
  const smooth = style.scrollBehavior === "smooth";
  return smooth || seconds.some((each) => parseFloat(each) > 0.001)
    ? [element.outerHTML.slice(0, 120)] : [];
}).slice(0, 3)"""


@pytest.mark.parametrize(
    ("width", "height"),
    [(320, 640), (390, 844), (768, 1024), (640, 450)],
    ids=["320", "390", "768", "1280 at twice the size"],
)
def test_no_page_scrolls_sideways(room: Room, width: int, height: int) -> None:
    """A window of 1280 pixels at 200 % is one of 640 pixels of CSS, two of the screen each."""
    scale = 2 if width == 640 else 1
    with room.window(width, height, device_scale_factor=scale) as page:
        wide = [(str(place), page.evaluate(_WIDER)) for place in room.tour(page)]
    assert not [line for line in wide if line[1]]


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_a_page_loads_even_with_slow_styles(room: Room, width: int) -> None:
    with room.window(width) as page:
        page.route("**/*.css", _slowly)
        jumps = [f"{place}: {line}" for place in room.tour(page) for line in _jumps(page)]
    assert not jumps, "\n".join(jumps)


def test_something_that_jumps_is_noticed(room: Room) -> None:
    with room.window() as page:
        room.open(page, "/")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        page.evaluate(
            "() => { const p = document.createElement('p'); p.textContent = 'late';"
            " document.querySelector('main').prepend(p); }"
        )
        assert _jumps(page)


def test_nothing_moves_for_readers_who_want_no_motion(room: Room) -> None:
    with room.window(reduced_motion="reduce") as page:
        moves = [
            f"{place}: {line}"
            for place in room.tour(page)
            for line in [*page.evaluate(_MOTION), *page.evaluate(_MAY_MOVE)]
        ]
    assert not moves, "\n".join(moves)


def test_headings_go_down_one_step_at_a_time_from_one_h1(room: Room) -> None:
    wrong = []
    with room.window() as page:
        for place in room.tour(page):
            levels: list[int] = page.evaluate(_HEADINGS)
            steps = pairwise(levels)
            if levels.count(1) != 1 or any(below - above > 1 for above, below in steps):
                wrong.append(f"{place}: {levels}")
    assert not wrong, "\n".join(wrong)


def _jumps(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_JUMPS)
    return found


def _slowly(route: Route) -> None:
    time.sleep(_SLOW_STYLE_SECONDS)
    route.continue_()
