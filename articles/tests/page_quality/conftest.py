"""Fixtures: the served archive and its browser, started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from articles.tests.attacks.browser import require_chromium
from articles.tests.page_quality import browser
from articles.tests.page_quality.newsroom import Newsroom
from articles.tests.support.live_server import start_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.QualitySite]:
    """Return the served archive and a browser."""
    with browser.start_quality_site(tmp_path_factory.mktemp("site"), require_chromium()) as opened:
        yield opened


@pytest.fixture
def page(site: browser.QualitySite) -> Iterator[Page]:
    """Return a page; fail if it logs to the console or makes a request to another host."""
    before = len(site.problems)
    with site.new_page() as page:
        yield page
        assert site.problems[before:] == []


@pytest.fixture(scope="session")
def newsroom(
    site: browser.QualitySite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    """Return a served archive with two editors and a few stories."""
    folder = tmp_path_factory.mktemp("newsroom")
    with start_site(folder, "articles.tests.page_quality.editor_site") as info:
        yield Newsroom(info["base"], info["pages"], site.browser)
