"""A page that holds its window for ever does not hold the tour."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, sync_playwright

from articles.tests.attacks.browser import chromium
from articles.tests.attacks.browser_timeouts import patience

pytestmark = pytest.mark.browser


def test_a_page_that_never_answers_is_given_up(chromium_path: str) -> None:
    with chromium(chromium_path, elsewhere=9) as browser:
        page = browser.new_page()
        with pytest.raises(Error), patience(seconds=1):
            page.evaluate("() => { while (true) {} }")
        page.close()
        assert browser.new_page().evaluate("1 + 1") == 2


def test_a_browser_that_does_not_answer_is_given_up(chromium_path: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = browser.new_page()
        until = time.monotonic() + 30
        with patience(seconds=1):
            while browser.is_connected() and time.monotonic() < until:
                with suppress(Error):  # the window is lost first, and still nobody gives up
                    page.wait_for_timeout(100)
        assert not browser.is_connected()
