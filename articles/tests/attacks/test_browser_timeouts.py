"""A page that blocks its window for ever does not block the audit."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, sync_playwright

from articles.tests.attacks.browser import start_chromium
from articles.tests.attacks.browser_timeouts import kill_after

pytestmark = pytest.mark.browser


def test_page_that_never_responds_is_killed(chromium_path: str) -> None:
    with start_chromium(chromium_path, foreign_port=9) as browser:
        page = browser.new_page()
        with pytest.raises(Error), kill_after(seconds=1):
            page.evaluate("() => { while (true) {} }")
        page.close()
        assert browser.new_page().evaluate("1 + 1") == 2


def test_browser_that_does_not_respond_is_killed(chromium_path: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        page = browser.new_page()
        until = time.monotonic() + 30
        with kill_after(seconds=1):
            while browser.is_connected() and time.monotonic() < until:
                with suppress(Error):  # the renderer is killed first; the browser follows
                    page.wait_for_timeout(100)
        assert not browser.is_connected()
