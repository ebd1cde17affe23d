"""Firefox shows every kind of page as Chromium does: it fits, is readable and reports nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from articles.tests.page_quality.browser import ExamplePage, QualitySite
from articles.tests.page_quality.editor_site import EDITORS, PASSWORD
from articles.tests.page_quality.firefox import Firefox, require_firefox, start_firefox
from articles.tests.page_quality.fixtures import WORD
from articles.tests.page_quality.newsroom import Newsroom
from articles.tests.page_quality.test_accessibility import AXE_OPTIONS, axe_source
from articles.tests.page_quality.test_layout import (
    HEADER_ROWS,
    PARTED_BRIEFS,
    SMALL_FIELDS,
    WRAPPING,
)
from articles.tests.page_quality.test_old_browsers import LUMINANCE
from articles.tests.page_quality.test_reading_script import path_of_kind

pytestmark = [pytest.mark.browser]

_AXE = f"axe.run(document, {json.dumps(AXE_OPTIONS)}).then((found) => found.violations)"
_OVERFLOW = """(() => {
  const room = document.documentElement.clientWidth; // without the scroll bar, which takes 12 px
  const wide = document.documentElement.scrollWidth - room;
  if (wide <= 0) return "";
  const sticks = [...document.querySelectorAll("body *")].filter((element) =>
    element.getBoundingClientRect().right > room + 0.5);
  return `${wide} px: ${sticks.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")}`;
})()"""
_PANEL = "document.querySelector('[data-reading-settings]')"
_STORY = """(() => {
  const shown = (selector) => {
    const part = document.querySelector(selector);
    return part.checkVisibility() && part.getBoundingClientRect().height > 0 ? part.innerText : "";
  };
  return [shown("article h1"), shown("article .body")];
})()"""
_STORED = "[document.documentElement.dataset.theme ?? null, localStorage.getItem('archive.theme')]"


@pytest.fixture(scope="module", params=["light", "dark"])
def started(request: pytest.FixtureRequest) -> Iterator[Firefox]:
    """Return a Firefox on a light or dark device, for all tests."""
    with start_firefox(require_firefox(), request.param) as opened:
        yield opened


@pytest.fixture
def firefox(started: Firefox) -> Iterator[Firefox]:
    """Return Firefox with a wide window; fail if its pages report problems."""
    started.set_viewport(1280, 900)
    started.problems.clear()
    yield started
    started.evaluate("localStorage.clear()")
    assert started.problems == []


def _open(firefox: Firefox, site: QualitySite, path: str, status: int = 200) -> None:
    assert firefox.open(site.base + path) == status, path


def _visit_all(firefox: Firefox, site: QualitySite) -> Iterator[ExamplePage]:
    for example in site.example_pages:
        _open(firefox, site, example.path, example.status)
        yield example


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_horizontally_or_has_problems(
    site: QualitySite, firefox: Firefox, width: int
) -> None:
    firefox.set_viewport(width, 844)
    found = []
    for example in _visit_all(firefox, site):
        assert firefox.evaluate("innerWidth") == width
        found += [f"{example}: {problem}" for problem in firefox.problems]
        firefox.problems.clear()
        if overflow := firefox.evaluate(_OVERFLOW):
            found.append(f"{example}: {overflow}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_violation(site: QualitySite, firefox: Firefox, width: int) -> None:
    firefox.set_viewport(width, 844)
    found = []
    for example in _visit_all(firefox, site):
        firefox.run(axe_source())
        violations: list[dict[str, Any]] = firefox.evaluate(_AXE)
        found += [
            f"{example}: {each['id']}: {node['html'][:160]}"
            for each in violations
            for node in each["nodes"][:3]
        ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_header_columns_and_lines(site: QualitySite, firefox: Firefox, language: str) -> None:
    _open(firefox, site, f"/{language}/")
    for width in range(320, 1700, 115):
        firefox.set_viewport(width, 900)
        assert ["site-tools"] not in firefox.evaluate(f"({HEADER_ROWS})()"), width
        assert firefox.evaluate(f"({PARTED_BRIEFS})()") == [], width
    assert firefox.evaluate(f"({WRAPPING})()") == []


def test_fields_on_phones_have_letters_of_16_pixels(site: QualitySite, firefox: Firefox) -> None:
    firefox.set_viewport(390, 844)
    found = [
        f"{example}: {field}"
        for example in _visit_all(firefox, site)
        for field in firefox.evaluate(f"({SMALL_FIELDS})()")
    ]
    assert not found


def test_editor_of_a_story(newsroom: Newsroom, firefox: Firefox) -> None:
    """What another browser saved stays, a state button saves first, the preview is the page."""
    path = newsroom.pages["First"]
    assert firefox.open(f"{newsroom.base}/admin/login/?next={path}") == 200
    _fill(firefox, "#id_username", EDITORS[0])
    _fill(firefox, "#id_password", PASSWORD)
    _click(firefox, "input[type=submit]", f"location.pathname === '{path}'")
    with newsroom.log_in(EDITORS[1]) as ben:
        newsroom.open(ben, "First")
        ben.fill("#id_title", f"Headline of {firefox.theme}")
        ben.click("input[name=_continue]")
        ben.wait_for_selector(".messagelist .success")
    _fill(firefox, "#id_author", f"Author of {firefox.theme}")
    _fill(firefox, "#id_html", f"One {firefox.theme}.\n\nTwo.")
    _click(firefox, "[form=article_form][value=review]", "document.querySelector('.messagelist')")
    for words in ("Sent to review.", f"ben changed this to “Headline of {firefox.theme}”"):
        assert words in firefox.evaluate("document.querySelector('.messagelist').innerText")
    assert firefox.evaluate(
        "['title', 'author', 'html'].map((name) => document.getElementById(`id_${name}`).value)"
    ) == [
        f"Headline of {firefox.theme}",
        f"Author of {firefox.theme}",
        f"<p>One {firefox.theme}.</p>\n<p>Two.</p>",
    ]
    firefox.open(f"{newsroom.base}{path.removesuffix('change/')}preview/")
    assert firefox.evaluate("document.querySelector('h1').innerText") == (
        f"Headline of {firefox.theme}"
    )
    firefox.open(newsroom.base + path)
    _click(firefox, "[form=article_form][value=publish]", "document.querySelector('.messagelist')")


def _fill(firefox: Firefox, selector: str, text: str) -> None:
    firefox.evaluate(f"document.querySelector({selector!r}).value = {json.dumps(text)}")


def _click(firefox: Firefox, selector: str, condition: str) -> None:
    """Click on an element, and wait until the next page meets a condition."""
    firefox.evaluate(f"setTimeout(() => document.querySelector({selector!r}).click())")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        time.sleep(0.2)
        with suppress(RuntimeError):  # between two pages
            if firefox.evaluate(f"document.readyState === 'complete' && Boolean({condition})"):
                return
    raise AssertionError(f"{selector}: {condition}")


def test_text_is_light_on_dark_or_dark_on_light(
    site: QualitySite, firefox: Firefox, tmp_path: Path
) -> None:
    _open(firefox, site, path_of_kind(site, "article"))
    background, text, _ = firefox.evaluate(f"({LUMINANCE})()")
    firefox.screenshot(tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.size == (1280, 900)
        painted = picture.convert("L").getpixel((2, 890))
    assert isinstance(painted, int | float)
    if firefox.theme == "dark":
        assert background < 0.1
        assert text > 0.5
        assert painted < 60
    else:
        assert background > 0.9
        assert text < 0.3
        assert painted > 220


def test_theme_that_the_reader_chooses_is_kept(site: QualitySite, firefox: Firefox) -> None:
    _open(firefox, site, path_of_kind(site, "article"))
    assert not firefox.evaluate(f"{_PANEL}.hidden")
    firefox.evaluate(f"{_PANEL}.querySelector('summary').click()")
    assert firefox.evaluate(f"{_PANEL}.open")
    for theme in ("light", "dark"):
        firefox.evaluate(f"{_PANEL}.querySelector('input[name=theme][value={theme}]').click()")
        assert firefox.evaluate(_STORED) == [theme, theme]
    _open(firefox, site, path_of_kind(site, "day"))
    assert firefox.evaluate(_STORED) == ["dark", "dark"]
    background, text, _ = firefox.evaluate(f"({LUMINANCE})()")
    assert background < 0.1 < 0.5 < text


def test_story_shows_its_headline_and_text(site: QualitySite, firefox: Firefox) -> None:
    _open(firefox, site, path_of_kind(site, "article"))
    headline, text = firefox.evaluate(_STORY)
    assert WORD in headline
    assert text.count(WORD) > 30


def test_problems_are_recorded(site: QualitySite, firefox: Firefox) -> None:
    _open(firefox, site, "/")
    firefox.evaluate(
        "(() => { document.querySelector('main').setAttribute('style', 'color: red');"
        " console.log('said'); setTimeout(() => { throw new Error('thrown'); });"
        " return fetch('http://other.example/').catch(() => 0); })()"
    )
    _open(firefox, site, "/sources/")
    problems = " ".join(firefox.problems)
    firefox.problems.clear()
    for each in ("policy: style-src", "policy: connect-src", "info: said", "Error: thrown"):
        assert each in problems
