"""An editor's work in a browser: nothing typed is lost, nothing changes by accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from articles.tests.page_quality.editor_site import EDITORS
from articles.tests.page_quality.newsroom import Newsroom
from articles.tests.page_quality.test_layout import SMALL_FIELDS

pytestmark = pytest.mark.browser
LIST = "/admin/articles/article/"


@pytest.fixture
def ada(newsroom: Newsroom) -> Iterator[Page]:
    with newsroom.log_in(EDITORS[0]) as page:
        yield page


@pytest.fixture
def ben(newsroom: Newsroom) -> Iterator[Page]:
    with newsroom.log_in(EDITORS[1]) as page:
        yield page


def save(page: Page) -> None:
    page.click("input[name=_continue]")


def test_two_editors_of_one_story(newsroom: Newsroom, ada: Page, ben: Page) -> None:
    newsroom.open(ada, "First")
    newsroom.open(ben, "First")
    ada.fill("#id_title", "Ada's headline")
    save(ada)
    ben.fill("#id_author", "Ben's author")
    save(ben)
    expect(ben.locator(".messagelist")).to_contain_text("ada changed this to “Ada's headline”")
    expect(ben.locator("#id_title")).to_have_value("Ada's headline")
    expect(ben.locator("#id_author")).to_have_value("Ben's author")

    ada.fill("#id_author", "Ada's author")  # her form still shows the author of before
    save(ada)
    expect(ada.locator(".field-author .errorlist")).to_contain_text("ben changed this")
    expect(ada.locator("#id_author")).to_have_value("Ada's author")
    save(ada)
    newsroom.open(ben, "First")
    expect(ben.locator("#id_author")).to_have_value("Ada's author")


def test_bulk_publish_asks_and_leaves_the_withdrawn_story_out(
    newsroom: Newsroom, ada: Page
) -> None:
    ada.goto(LIST)
    ada.check("#action-toggle")
    ada.select_option("select[name=action]", "publish_selected")
    ada.click("button[name=index]")
    expect(ada.locator("h1")).to_have_text("Publish 1 story")
    content = ada.locator("#content")
    expect(content).to_contain_text("withdrawn: Court order")
    expect(content).to_contain_text("public already")
    ada.click("input[type=submit][value=Publish]")
    expect(ada.locator(".messagelist")).to_contain_text("Published. (1 story)")
    newsroom.open(ada, "Third")
    expect(ada.locator(".state-bar")).to_contain_text("Court order")


def test_state_button_keeps_unsaved_text(newsroom: Newsroom, ada: Page) -> None:
    newsroom.open(ada, "Fourth")
    ada.fill("#id_html", "First paragraph.\n\nSecond paragraph.")
    ada.click("text=Save and send to review")
    expect(ada.locator(".state-bar")).to_contain_text("In review")
    expect(ada.locator("#id_html")).to_have_value(
        "<p>First paragraph.</p>\n<p>Second paragraph.</p>"
    )


def test_enter_saves_and_changes_no_state(newsroom: Newsroom, ada: Page) -> None:
    newsroom.open(ada, "Fourth")
    state = ada.locator(".state-bar strong").first.text_content()
    ada.fill("#id_author", "Typed author")
    ada.press("#id_author", "Enter")
    ada.wait_for_url(f"**{LIST}")
    newsroom.open(ada, "Fourth")
    expect(ada.locator("#id_author")).to_have_value("Typed author")
    expect(ada.locator(".state-bar strong").first).to_have_text(state or "")


def test_what_cleaning_takes_out_is_told_first(newsroom: Newsroom, ada: Page) -> None:
    newsroom.open(ada, "Fourth")
    ada.fill("#id_html", '<p>Text</p><iframe src="https://far.example/x"></iframe>')
    save(ada)
    expect(ada.locator(".field-html .errorlist")).to_contain_text("1 iframe")
    save(ada)
    expect(ada.locator("#id_html")).to_have_value("<p>Text</p>")


def test_preview_shows_the_unsaved_headline(newsroom: Newsroom, ada: Page) -> None:
    newsroom.open(ada, "Fourth")
    ada.fill("#id_title", "Not saved yet")
    ada.click("button[formtarget=article-preview]")
    frame = ada.frame_locator("iframe[name=article-preview]")
    expect(frame.locator("h1")).to_have_text("Not saved yet")
    expect(frame.locator("body")).to_contain_text("Where this comes from")


@pytest.mark.parametrize("accept", [True, False])
def test_leaving_a_changed_form_asks(newsroom: Newsroom, ada: Page, accept: bool) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept() if accept else dialog.dismiss()

    ada.on("dialog", answer)
    newsroom.open(ada, "Fourth")
    here = ada.url
    ada.locator("#id_title").press_sequentially("x")
    ada.locator(".object-tools .historylink").click(no_wait_after=True)
    ada.wait_for_timeout(1_000)
    assert asked == ["beforeunload"]
    assert (ada.url != here) is accept
    if not accept:
        assert "x" in ada.input_value("#id_title")


def test_leaving_an_unchanged_form_and_saving_do_not_ask(newsroom: Newsroom, ada: Page) -> None:
    def fail(dialog: Dialog) -> Any:
        raise AssertionError(dialog.type)

    ada.on("dialog", fail)
    newsroom.open(ada, "Fourth")
    ada.click(".object-tools .historylink")
    newsroom.open(ada, "Fourth")
    ada.fill("#id_reason", "none")
    save(ada)
    expect(ada.locator(".messagelist")).to_contain_text("was changed successfully")


def test_fields_on_phones_have_letters_of_16_pixels(newsroom: Newsroom, ada: Page) -> None:
    ada.set_viewport_size({"width": 390, "height": 844})
    for path in (newsroom.pages["Fourth"], LIST, "/admin/articles/source/"):
        ada.goto(path)
        assert ada.evaluate(SMALL_FIELDS) == [], path
