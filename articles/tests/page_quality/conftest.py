"""The served archive and its browser, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from articles.tests.attacks.browser import require_chromium
from articles.tests.page_quality import browser


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Room]:
    """Return the served archive of all kinds of pages, and a browser."""
    with browser.room(tmp_path_factory.mktemp("room"), require_chromium()) as opened:
        yield opened


@pytest.fixture
def page(room: browser.Room) -> Iterator[Page]:
    """Return a window; nothing may be said on its console, and no other site be asked."""
    before = len(room.noise)
    with room.window() as page:
        yield page
        assert room.noise[before:] == []
