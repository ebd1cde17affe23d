"""Keyboard shortcuts: what each key does, and when all are inactive."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from articles.tests.page_quality.browser import QualitySite
from articles.tests.page_quality.test_reading_script import choose_setting, path_of_kind

pytestmark = pytest.mark.browser

_FOCUSED = "document.activeElement.href ?? document.activeElement.tagName"
_OPEN_HELP = "dialog[data-keys-help][open]"


def story_urls(page: Page) -> list[str]:
    """Return the URLs of the stories listed on the page."""
    return list(page.eval_on_selector_all("main a.story-title", "all => all.map(a => a.href)"))


def test_slash_focuses_the_search_box_and_is_not_typed(site: QualitySite, page: Page) -> None:
    for path in ("/sources/", path_of_kind(site, "search with hits")):
        site.open(page, path)
        before = page.input_value("[role=search] input[type=search]")
        page.keyboard.press("/")
        expect(page.locator("[role=search] input[type=search]")).to_be_focused()
        assert page.input_value("[role=search] input[type=search]") == before


@pytest.mark.parametrize("kind", ["day", "search with hits"])
def test_j_and_k_move_through_a_list(site: QualitySite, page: Page, kind: str) -> None:
    site.open(page, path_of_kind(site, kind))
    links = story_urls(page)
    focused = []
    for key in "jjjkk":
        page.keyboard.press(key)
        focused.append(page.evaluate(_FOCUSED))
    assert focused == [links[number] for number in (0, 1, 2, 1, 0)]
    page.keyboard.press("k")
    assert page.evaluate(_FOCUSED) == links[0]
    for _ in links:
        page.keyboard.press("j")
    assert page.evaluate(_FOCUSED) == links[-1]
    expect(page.locator(":focus")).to_be_in_viewport()


def test_j_starts_with_the_first_visible_story(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "day"))
    page.evaluate("document.querySelectorAll('main a.story-title')[20].scrollIntoView()")
    page.keyboard.press("j")
    assert 18 <= story_urls(page).index(page.evaluate(_FOCUSED)) <= 21


def test_arrows_open_the_next_and_the_previous_story(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "article"))
    first = page.url
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    assert page.url != first
    with page.expect_navigation():
        page.keyboard.press("ArrowRight")
    assert page.url == first


def test_arrows_do_nothing_in_scrollable_elements_or_with_modifiers(
    site: QualitySite, page: Page
) -> None:
    site.open(page, path_of_kind(site, "article"))
    url = page.url
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
    assert page.url == url


def test_rel_links_in_the_text_of_a_post_are_ignored(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "article"))
    page.evaluate("document.querySelectorAll('[rel~=next], [rel~=prev]').forEach(e => e.remove())")
    page.evaluate(
        "document.querySelector('.body').append("
        "Object.assign(document.createElement('a'), {rel: 'prev', href: '/sources/'}))"
    )
    url = page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(200)
    assert page.url == url


def test_b_adds_and_removes_a_bookmark(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "article"))
    button = page.locator("[data-bookmark]")
    page.keyboard.press("b")
    expect(button).to_have_text("Remove bookmark")
    page.keyboard.press("b")
    expect(button).to_have_text("Bookmark")


def test_question_mark_opens_the_help_and_esc_or_its_button_closes_it(
    site: QualitySite, page: Page
) -> None:
    site.open(page, "/sources/")
    page.keyboard.press("?")
    expect(page.locator(_OPEN_HELP)).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("[role=search] input")).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(_OPEN_HELP)).to_have_count(0)
    page.keyboard.press("?")
    page.click(f"{_OPEN_HELP} button")
    expect(page.locator(_OPEN_HELP)).to_have_count(0)


def test_keys_are_typed_in_an_input(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "day"))
    page.focus("[role=search] input[type=search]")
    page.keyboard.type("j/?bk")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[role=search] input[type=search]")).to_be_focused()
    assert page.input_value("[role=search] input[type=search]") == "j/?bk"
    assert not page.locator(_OPEN_HELP).count()


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_keys_do_nothing_with_a_modifier(site: QualitySite, page: Page, modifier: str) -> None:
    site.open(page, path_of_kind(site, "article"))
    page.evaluate("addEventListener('keydown', (e) => { window.free = !e.defaultPrevented })")
    page.keyboard.press(f"{modifier}+b")
    assert page.evaluate("window.free")
    expect(page.locator("[data-bookmark]")).to_have_text("Bookmark")


def test_keys_do_nothing_when_shortcuts_are_off(site: QualitySite, page: Page) -> None:
    site.open(page, path_of_kind(site, "article"))
    choose_setting(page, "keys", "off")
    page.focus("main")
    url = page.url
    for key in ("/", "j", "k", "b", "?", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == url
    assert page.evaluate(_FOCUSED) == "MAIN"
    assert not page.locator(_OPEN_HELP).count()
    expect(page.locator("[data-bookmark]")).to_have_text("Bookmark")
