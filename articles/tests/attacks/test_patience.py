"""A page that holds its window for ever does not hold the tour."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from articles.tests.attacks.browser import chromium
from articles.tests.attacks.patience import patience

pytestmark = pytest.mark.browser


def test_a_page_that_never_answers_is_given_up(chromium_path: str) -> None:
    with chromium(chromium_path, elsewhere=9) as browser:
        page = browser.new_page()
        with pytest.raises(Error), patience(seconds=1):
            page.evaluate("() => { while (true) {} }")
        page.close()
        assert browser.new_page().evaluate("1 + 1") == 2
