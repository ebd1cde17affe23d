"""What scripts add for a reader: settings without a flash, marks on what was read, copying."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from articles.tests.page_quality.browser import Room

MOST_BYTES = 15_000  # of all public scripts together, as they travel
FORBIDDEN = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }});"
_WHEN_BODY_APPEARS = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  observer.disconnect();
  window.atFirst = {...document.documentElement.dataset};
}).observe(document, {childList: true, subtree: true});
"""
_PANEL = "[data-reading-settings]"
_READ = "li.is-read a.story-title"


def test_scripts_are_small_together() -> None:
    scripts = list(Path(settings.BASE_DIR, "static").glob("*.js"))
    assert len(scripts) >= 6
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < MOST_BYTES


@pytest.mark.parametrize("word", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "http"])
def test_scripts_of_the_reader_write_no_markup_and_name_no_site(word: str) -> None:
    for name in ("theme", "reading", "keys", "bookmarks"):
        assert word not in Path(settings.BASE_DIR, "static", f"{name}.js").read_text("utf-8")


@pytest.fixture
def page(room: Room) -> Iterator[Page]:
    """Return a window; nothing may be said on its console, and no other site be asked."""
    before = len(room.noise)
    with room.window(permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page
        assert room.noise[before:] == []


def address_of(room: Room, kind: str) -> str:
    """Return the address of the example of a kind of page."""
    return next(place.address for place in room.places if place.name == kind)


def choose(page: Page, name: str, value: str) -> None:
    """Choose a setting as a reader does."""
    if not page.locator(f"{_PANEL}[open]").count():
        page.click(f"{_PANEL} summary")
    page.check(f"{_PANEL} input[name={name}][value='{value}']")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


@pytest.mark.browser
def test_settings_hold_at_once_and_before_the_first_paint_of_the_next_page(
    room: Room, page: Page
) -> None:
    page.add_init_script(_WHEN_BODY_APPEARS)
    page.emulate_media(color_scheme="light")
    room.open(page, address_of(room, "article"))
    assert page.evaluate("window.atFirst") == {}
    light = background(page)
    body = page.locator(".body")
    before = body.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")
    for name, value in (("theme", "dark"), ("size", "3"), ("measure", "narrow")):
        choose(page, name, value)
    assert background(page) != light
    assert body.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") > before
    assert page.get_attribute("meta[name=color-scheme]", "content") == "dark"
    room.open(page, address_of(room, "day"))
    assert page.evaluate("window.atFirst") == {"theme": "dark", "size": "3", "measure": "narrow"}
    assert background(page) != light
    page.click(f"{_PANEL} summary")
    expect(page.locator(f"{_PANEL} input:checked").first).to_have_value("dark")


@pytest.mark.browser
def test_length_of_lines_changes_the_column(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    widths = []
    for value in ("narrow", "normal", "wide"):
        choose(page, "measure", value)
        widths.append(page.locator(".body").evaluate("each => each.clientWidth"))
    assert widths[0] < widths[1] < widths[2]


@pytest.mark.browser
def test_other_tab_follows(room: Room, page: Page) -> None:
    room.open(page, "/sources/")
    other = page.context.new_page()
    room.open(other, address_of(room, "home"))
    choose(other, "theme", "dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    choose(other, "theme", "system")
    page.wait_for_function("!('theme' in document.documentElement.dataset)")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_value_that_is_no_choice_counts_for_nothing(room: Room, page: Page) -> None:
    page.add_init_script("localStorage['archive.theme'] = 'x'; localStorage['archive.read'] = '{'")
    room.open(page, address_of(room, "article"))
    assert page.evaluate("({...document.documentElement.dataset})") == {}


@pytest.mark.browser
def test_settings_hold_for_the_page_where_storage_is_forbidden(room: Room, page: Page) -> None:
    page.add_init_script(FORBIDDEN)
    room.open(page, address_of(room, "article"))
    choose(page, "theme", "dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(page.locator(f"{_PANEL} [role=status]")).to_have_text(
        "This browser keeps no settings. They hold for this page."
    )


@pytest.mark.browser
def test_story_that_was_read_is_marked_in_lists_until_marks_are_off(room: Room, page: Page) -> None:
    story, day = address_of(room, "article"), address_of(room, "day")
    room.open(page, day)
    assert page.locator(_READ).count() == 0
    room.open(page, story)
    room.open(page, day)
    assert page.locator(_READ).get_attribute("href") == story
    assert page.get_attribute(_READ, "aria-describedby") == "is-read"
    assert page.locator("#is-read").text_content() == "You have read this."
    choose(page, "marks", "off")
    assert page.locator(_READ).count() == 0
    assert page.locator("[aria-describedby=is-read]").count() == 0
    page.evaluate("localStorage.removeItem('archive.read')")
    room.open(page, story)
    assert page.evaluate("localStorage.getItem('archive.read')") is None


@pytest.mark.browser
def test_story_that_a_list_only_opens_with_is_not_read(room: Room, page: Page) -> None:
    for kind in ("home", "day", "search with hits"):
        room.open(page, address_of(room, kind))
        assert page.locator("[data-code] a.story-title").count()
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_marks_are_bounded_and_the_newest_stay(room: Room, page: Page) -> None:
    room.open(page, "/sources/")
    codes = "Array.from({length: 5000}, (_, n) => `code${String(n).padStart(4, '0')}`)"
    page.evaluate(f"localStorage.setItem('archive.read', JSON.stringify({codes}))")
    room.open(page, address_of(room, "article"))
    read = page.evaluate("JSON.parse(localStorage.getItem('archive.read'))")
    assert len(read) == 5000
    assert read[0] == "code0001"
    assert read[-1] == page.get_attribute("article[data-shown]", "data-code")


@pytest.mark.browser
@pytest.mark.parametrize("works", [True, False])
@pytest.mark.parametrize("words", ["data-done='Done.' data-failed='No.'", ""])
def test_button_copies_and_says_whether_it_did(
    room: Room, page: Page, works: bool, words: str
) -> None:
    def with_button(route: Route) -> None:
        answer = route.fetch()
        button = f"<button hidden data-copies='#cited' {words}>C</button>"
        copied = f"<p id='cited'> 灯塔 «1» </p>{button}"
        html = answer.text().replace("</main>", f"{copied}</main>")
        route.fulfill(response=answer, body=html)

    page.route("**/sources/", with_button)
    if not works:
        page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error())")
    room.open(page, "/sources/")
    page.click("[data-copies='#cited']")
    own = ("Done.", "No.") if words else ("Copied.", "Not copied. The text is selected now.")
    said = page.locator("[data-copies='#cited'] + [role=status]")
    expect(said).to_have_text(own[0] if works else own[1])
    read = "navigator.clipboard.readText()" if works else "getSelection().toString().trim()"
    assert page.evaluate(read) == "灯塔 «1»"
