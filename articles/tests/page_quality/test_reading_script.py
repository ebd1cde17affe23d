"""Scripts for readers: settings without a flash, marks on read stories, copy buttons."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from articles.tests.page_quality.browser import QualitySite

MAX_BYTES = 15_000  # of all public scripts together, compressed with gzip
FORBIDDEN_STORAGE = (
    "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
)
_WHEN_BODY_APPEARS = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  observer.disconnect();
  window.atFirst = {...document.documentElement.dataset};
}).observe(document, {childList: true, subtree: true});
"""
_PANEL = "[data-reading-settings]"
_READ = "li.is-read a.story-title"


def test_total_size_of_scripts() -> None:
    scripts = list(Path(settings.BASE_DIR, "static", "js").glob("*.js"))
    assert len(scripts) >= 6
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < MAX_BYTES


@pytest.mark.parametrize("word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "http"])
def test_reading_scripts_write_no_markup_and_contain_no_url(word: str) -> None:
    scripts = Path(settings.BASE_DIR, "static", "js")
    for name in ("stored-settings", "reading-settings", "keyboard-shortcuts", "bookmarks"):
        assert word not in (scripts / f"{name}.js").read_text("utf-8")


@pytest.fixture
def page(site: QualitySite) -> Iterator[Page]:
    """Return a page with clipboard access; fail on console messages or foreign requests."""
    before = len(site.problems)
    with site.new_page(permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page
        assert site.problems[before:] == []


def path_of_kind(site: QualitySite, kind: str) -> str:
    """Return the path of the example of a kind of page."""
    return next(example.path for example in site.example_pages if example.name == kind)


def choose_setting(page: Page, name: str, value: str) -> None:
    """Choose a reading setting through the panel."""
    if not page.locator(f"{_PANEL}[open]").count():
        page.click(f"{_PANEL} summary")
    page.check(f"{_PANEL} input[name={name}][value='{value}']")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.browser
def test_settings_apply_at_once_and_before_the_first_paint_of_the_next_page(
    site: QualitySite, page: Page
) -> None:
    page.add_init_script(_WHEN_BODY_APPEARS)
    page.emulate_media(color_scheme="light")
    site.open(page, path_of_kind(site, "article"))
    assert page.evaluate("window.atFirst") == {}
    light = background(page)
    body = page.locator(".body")
    before = body.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    for name, value in (("theme", "dark"), ("size", "3"), ("measure", "narrow")):
        choose_setting(page, name, value)
    assert background(page) != light
    assert body.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") > before
    assert page.get_attribute("meta[name=color-scheme]", "content") == "dark"
    site.open(page, path_of_kind(site, "day"))
    assert page.evaluate("window.atFirst") == {"theme": "dark", "size": "3", "measure": "narrow"}
    assert background(page) != light
    page.click(f"{_PANEL} summary")
    expect(page.locator(f"{_PANEL} input:checked").first).to_have_value("dark")


@pytest.mark.browser
def test_line_length_changes_the_width_of_the_text(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "article"))
    widths = []
    for value in ("narrow", "normal", "wide"):
        choose_setting(page, "measure", value)
        widths.append(page.locator(".body").evaluate("each => each.clientWidth"))
    assert widths[0] < widths[1] < widths[2]


@pytest.mark.browser
def test_other_tab_follows(site: QualitySite, page: Page) -> None:
    site.open(page, "/sources/")
    other = page.context.new_page()
    site.open(other, path_of_kind(site, "home"))
    choose_setting(other, "theme", "dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    choose_setting(other, "theme", "system")
    page.wait_for_function("!('theme' in document.documentElement.dataset)")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_invalid_stored_value_is_ignored(site: QualitySite, page: Page) -> None:
    page.add_init_script("localStorage['archive.theme'] = 'x'; localStorage['archive.read'] = '{'")
    site.open(page, path_of_kind(site, "article"))
    assert page.evaluate("({...document.documentElement.dataset})") == {}


@pytest.mark.browser
def test_settings_apply_to_the_page_when_storage_is_forbidden(
    site: QualitySite, page: Page
) -> None:
    page.add_init_script(FORBIDDEN_STORAGE)
    site.open(page, path_of_kind(site, "article"))
    choose_setting(page, "theme", "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator(f"{_PANEL} [role=status]")).to_have_text(
        "This browser keeps no settings. They hold for this page."
    )


@pytest.mark.browser
def test_read_story_is_marked_in_lists_until_marks_are_off(site: QualitySite, page: Page) -> None:
    story, day = path_of_kind(site, "article"), path_of_kind(site, "day")
    site.open(page, day)
    assert page.locator(_READ).count() == 0
    site.open(page, story)
    site.open(page, day)
    assert page.locator(_READ).get_attribute("href") == story
    assert page.get_attribute(_READ, "aria-describedby") == "is-read"
    assert page.locator("#is-read").text_content() == "You have read this."
    choose_setting(page, "marks", "off")
    assert page.locator(_READ).count() == 0
    assert page.locator("[aria-describedby=is-read]").count() == 0
    page.evaluate("localStorage.removeItem('archive.read')")
    site.open(page, story)
    assert page.evaluate("localStorage.getItem('archive.read')") is None


@pytest.mark.browser
def test_story_shown_at_the_top_of_a_list_is_not_marked_as_read(
    site: QualitySite, page: Page
) -> None:
    for kind in ("home", "day", "search with hits"):
        site.open(page, path_of_kind(site, kind))
        assert page.locator("[data-code] a.story-title").count()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_number_of_marks_is_limited_and_the_oldest_go(site: QualitySite, page: Page) -> None:
    site.open(page, "/sources/")
    codes = "Array.from({length: 5000}, (_, n) => `code${String(n).padStart(4, '0')}`)"
    page.evaluate(f"localStorage.setItem('archive.read', JSON.stringify({codes}))")
    site.open(page, path_of_kind(site, "article"))
    read = page.evaluate("JSON.parse(localStorage.getItem('archive.read'))")
    assert len(read) == 5000
    assert read[0] == "code0001"
    assert read[-1] == page.get_attribute("article[data-shown]", "data-code")


@pytest.mark.browser
@pytest.mark.parametrize("is_permitted", [True, False])
@pytest.mark.parametrize("messages", ["data-done='Done.' data-failed='No.'", ""])
def test_copy_button_reports_success_or_failure(
    site: QualitySite, page: Page, is_permitted: bool, messages: str
) -> None:
    def with_button(route: Route) -> None:
        response = route.fetch()
        button = f"<button hidden data-copies='#cited' {messages}>C</button>"
        copied = f"<p id='cited'> 灯塔 «1» </p>{button}"
        html = response.text().replace("</main>", f"{copied}</main>")
        route.fulfill(response=response, body=html)

    page.route("**/sources/", with_button)
    if not is_permitted:
        page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    site.open(page, "/sources/")
    page.click("[data-copies='#cited']")
    expected = (
        ("Done.", "No.") if messages else ("Copied.", "Not copied. The text is selected now.")
    )
    status = page.locator("[data-copies='#cited'] + [role=status]")
    expect(status).to_have_text(expected[0] if is_permitted else expected[1])
    read = "navigator.clipboard.readText()" if is_permitted else "getSelection().toString().trim()"
    assert page.evaluate(read) == "灯塔 «1»"
