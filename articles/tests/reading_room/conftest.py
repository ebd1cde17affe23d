"""The served archive and its browser, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from articles.tests.attacks.browser import require_chromium
from articles.tests.reading_room import browsing


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browsing.Room]:
    """Return the served archive of all kinds of pages, and a browser."""
    with browsing.room(tmp_path_factory.mktemp("room"), require_chromium()) as opened:
        yield opened
