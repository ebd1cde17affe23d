"""Keys for reading: what each does, and when none does anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from articles.tests.page_quality.browser import Room
from articles.tests.page_quality.test_reading_script import address_of, choose

pytestmark = pytest.mark.browser

_FOCUSED = "document.activeElement.href ?? document.activeElement.tagName"
_OPEN_HELP = "dialog[data-keys-help][open]"


def stories(page: Page) -> list[str]:
    """Return the addresses of the page's list."""
    return list(page.eval_on_selector_all("main a.story-title", "all => all.map(a => a.href)"))


def test_slash_leads_to_the_search_box_and_is_not_typed(room: Room, page: Page) -> None:
    for address in ("/sources/", address_of(room, "search with hits")):
        room.open(page, address)
        before = page.input_value("[role=search] input[type=search]")
        page.keyboard.press("/")
        expect(page.locator("[role=search] input[type=search]")).to_be_focused()
        assert page.input_value("[role=search] input[type=search]") == before


@pytest.mark.parametrize("kind", ["day", "search with hits"])
def test_j_and_k_go_through_a_list(room: Room, page: Page, kind: str) -> None:
    room.open(page, address_of(room, kind))
    links = stories(page)
    seen = []
    for key in "jjjkk":
        page.keyboard.press(key)
        seen.append(page.evaluate(_FOCUSED))
    assert seen == [links[number] for number in (0, 1, 2, 1, 0)]
    page.keyboard.press("k")
    assert page.evaluate(_FOCUSED) == links[0]
    for _ in links:
        page.keyboard.press("j")
    assert page.evaluate(_FOCUSED) == links[-1]
    expect(page.locator(":focus")).to_be_in_viewport()


def test_j_starts_with_what_is_on_the_screen(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "day"))
    page.evaluate("document.querySelectorAll('main a.story-title')[20].scrollIntoView()")
    page.keyboard.press("j")
    assert 18 <= stories(page).index(page.evaluate(_FOCUSED)) <= 21


def test_arrows_lead_to_the_next_and_the_previous(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    first = page.url
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    assert page.url != first
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    assert page.url == first


def test_arrows_stay_with_what_scrolls_and_with_modifiers(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    here = page.url
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Control+ArrowLeft")
    page.evaluate(
        """() => {
          const box = document.createElement("pre");
          box.tabIndex = 0;
          box.textContent = "x".repeat(1000);
          document.querySelector(".body").prepend(box);
          box.focus();
        }"""
    )
    page.keyboard.press("ArrowLeft")
    page.evaluate("document.activeElement.replaceWith(document.createElement('video'))")
    page.evaluate("Object.assign(document.querySelector('video'), {tabIndex: 0}).focus()")
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert page.url == here


def test_text_of_a_post_is_no_way_through_the_archive(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    page.evaluate("document.querySelectorAll('[rel~=next], [rel~=prev]').forEach(e => e.remove())")
    page.evaluate(
        "document.querySelector('.body').append("
        "Object.assign(document.createElement('a'), {rel: 'prev', href: '/sources/'}))"
    )
    here = page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert page.url == here


def test_b_keeps_the_story_and_lets_go_of_it(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    button = page.locator("[data-bookmark]")
    page.keyboard.press("b")
    expect(button).to_have_text("Remove bookmark")
    page.keyboard.press("b")
    expect(button).to_have_text("Bookmark")


def test_question_mark_opens_the_help_which_esc_and_its_button_close(
    room: Room, page: Page
) -> None:
    room.open(page, "/sources/")
    page.keyboard.press("?")
    expect(page.locator(_OPEN_HELP)).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("[role=search] input")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(_OPEN_HELP)).to_have_count(0)
    page.keyboard.press("?")
    page.click(f"{_OPEN_HELP} button")
    expect(page.locator(_OPEN_HELP)).to_have_count(0)


def test_keys_are_letters_where_one_types(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "day"))
    page.focus("[role=search] input[type=search]")
    page.keyboard.type("j/?bk")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=search] input[type=search]")).to_be_focused()
    assert page.input_value("[role=search] input[type=search]") == "j/?bk"
    assert not page.locator(_OPEN_HELP).count()


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_keys_do_nothing_with_a_modifier(room: Room, page: Page, modifier: str) -> None:
    room.open(page, address_of(room, "article"))
    page.evaluate("addEventListener('keydown', (e) => { window.free = !e.defaultPrevented })")
    page.keyboard.press(f"{modifier}+b")
    assert page.evaluate("window.free")
    expect(page.locator("[data-bookmark]")).to_have_text("Bookmark")


def test_keys_do_nothing_when_they_are_off(room: Room, page: Page) -> None:
    room.open(page, address_of(room, "article"))
    choose(page, "keys", "off")
    page.focus("main")
    here = page.url
    for key in ("/", "j", "k", "b", "?", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == here
    assert page.evaluate(_FOCUSED) == "MAIN"
    assert not page.locator(_OPEN_HELP).count()
    expect(page.locator("[data-bookmark]")).to_have_text("Bookmark")
