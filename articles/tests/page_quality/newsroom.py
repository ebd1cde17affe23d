"""The archive of ``editor_site``, served, and a Chromium in which its editors log in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from articles.tests.page_quality.editor_site import PASSWORD


@dataclass
class Newsroom:
    """A served archive, and a browser in which its editors log in."""

    base: str
    pages: dict[str, str]
    browser: Browser

    @contextmanager
    def log_in(self, name: str) -> Iterator[Page]:
        """Yield a page in which this editor is logged in."""
        context = self.browser.new_context(base_url=self.base)
        context.set_default_timeout(20_000)
        page = context.new_page()
        try:
            page.goto("/admin/login/")
            page.fill("#id_username", name)
            page.fill("#id_password", PASSWORD)
            page.click("input[type=submit]")
            page.wait_for_url("**/admin/")
            yield page
        finally:
            context.close()

    def open(self, page: Page, title: str) -> None:
        """Open the form of a story."""
        page.goto(self.pages[title])
