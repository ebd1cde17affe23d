"""Layout: no horizontal scrolling, no layout shifts, no motion when readers prefer none."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Route

from articles.tests.page_quality.browser import QualitySite

pytestmark = [pytest.mark.browser]

_SLOW_STYLE_SECONDS = 0.03  # of each sheet, one after the other: a third of a second of a page
_SETTLE_MS = 150  # after the load; later shifts need input from a reader
_OVERFLOW = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return "";
  const sticks = [...document.querySelectorAll("body *")].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 0.5);
  return `${wide} px: ${sticks.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`;
}"""
_LAYOUT_SHIFTS = """() => new Promise((resolve) => {
  const jumps = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const moved = entry.sources.map((each) => each.node?.outerHTML?.slice(0, 80)).join(" | ");
      jumps.push(`${entry.value.toFixed(4)}: ${moved}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(jumps), WAIT);
})""".replace("WAIT", str(_SETTLE_MS))
_HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((heading) => !heading.closest(".body"))
  .map((heading) => Number(heading.localName[1]))"""
_ANIMATIONS = """() => document.getAnimations().map((each) =>
  `${each.constructor.name} of ${each.effect?.target?.outerHTML.slice(0, 120)}`)"""
_TRANSITIONS = """() => [...document.querySelectorAll("*")].flatMap((element) => {
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
def test_no_page_scrolls_horizontally(site: QualitySite, width: int, height: int) -> None:
    """At 200 % zoom a window of 1280 device pixels is 640 CSS pixels wide."""
    scale = 2 if width == 640 else 1
    with site.new_page(width, height, device_scale_factor=scale) as page:
        overflows = [(str(example), page.evaluate(_OVERFLOW)) for example in site.visit_all(page)]
    assert not [line for line in overflows if line[1]]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_layout_shift_while_a_page_loads_with_slow_styles(site: QualitySite, width: int) -> None:
    with site.new_page(width) as page:
        page.route("**/*.css", _delay)
        shifts = [
            f"{example}: {line}"
            for example in site.visit_all(page)
            for line in _layout_shifts(page)
        ]
    assert not shifts, "\n".join(shifts)


def test_layout_shift_is_detected(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, "/")
        page.evaluate("() => new Promise(requestAnimationFrame)")
        page.evaluate(
            "() => { const p = document.createElement('p'); p.textContent = 'late';"
            " document.querySelector('main').prepend(p); }"
        )
        assert _layout_shifts(page)


def test_nothing_moves_with_reduced_motion(site: QualitySite) -> None:
    with site.new_page(reduced_motion="reduce") as page:
        motions = [
            f"{example}: {line}"
            for example in site.visit_all(page)
            for line in [*page.evaluate(_ANIMATIONS), *page.evaluate(_TRANSITIONS)]
        ]
    assert not motions, "\n".join(motions)


def test_headings_have_one_h1_and_skip_no_level(site: QualitySite) -> None:
    faults = []
    with site.new_page() as page:
        for example in site.visit_all(page):
            levels: list[int] = page.evaluate(_HEADINGS)
            steps = pairwise(levels)
            if levels.count(1) != 1 or any(below - above > 1 for above, below in steps):
                faults.append(f"{example}: {levels}")
    assert not faults, "\n".join(faults)


def _layout_shifts(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_LAYOUT_SHIFTS)
    return found


def _delay(route: Route) -> None:
    time.sleep(_SLOW_STYLE_SECONDS)
    route.continue_()


HEADER_ROWS = """() => {
  const rows = new Map();
  for (const part of document.querySelector(".site-head").children) {
    const { top, bottom, height } = part.getBoundingClientRect();
    if (!height) continue;
    const row = [...rows.keys()].find((y) => Math.abs(y - (top + bottom) / 2) < 12);
    const middle = row ?? (top + bottom) / 2;
    rows.set(middle, [...(rows.get(middle) ?? []), part.className || part.localName]);
  }
  return [...rows.values()];
}"""
PARTED_BRIEFS = """() => [...document.querySelectorAll(".briefs > .brief")]
  .filter((brief) => new Set([...brief.querySelectorAll("h2, .story")].map((part) =>
    Math.round(part.getBoundingClientRect().left))).size > 1)
  .map((brief) => brief.querySelector("h2").textContent)"""
SMALL_FIELDS = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter((field) => !["hidden", "radio", "checkbox", "submit"].includes(field.type))
  .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16)
  .map((field) => field.outerHTML.slice(0, 80))"""
WRAPPING = """() => [...document.querySelectorAll("main p, main li, .story-title, .excerpt")]
  .filter((block) => [block, ...block.querySelectorAll("*")].some((part) =>
    part.matches(":lang(zh), :lang(ja)") && getComputedStyle(part).textWrapStyle === "pretty"))
  .map((block) => block.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_no_tool_stands_alone_on_a_line_of_the_header(site: QualitySite, language: str) -> None:
    with site.new_page() as page:
        for path in (f"/{language}/", f"/{language}/coverage/"):
            site.open(page, path)
            for width in range(320, 1700, 35):
                page.set_viewport_size({"width": width, "height": 900})
                rows = page.evaluate(HEADER_ROWS)
                assert ["site-tools"] not in rows, f"{path} at {width}: {rows}"


def test_outlets_and_their_stories_stand_in_one_column(site: QualitySite) -> None:
    with site.new_page() as page:
        site.open(page, "/")
        assert page.locator(".briefs > .brief").count() > 1
        for width in (390, 768, 1024, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(PARTED_BRIEFS) == []


def test_fields_on_phones_have_letters_of_16_pixels(site: QualitySite) -> None:
    with site.new_page(390) as page:
        small = [
            f"{example}: {field}"
            for example in site.visit_all(page)
            for field in page.evaluate(SMALL_FIELDS)
        ]
    assert not small


def test_chinese_lines_are_filled(site: QualitySite) -> None:
    with site.new_page() as page:
        found = [
            f"{example}: {block}"
            for example in site.visit_all(page)
            for block in page.evaluate(WRAPPING)
        ]
    assert not found
