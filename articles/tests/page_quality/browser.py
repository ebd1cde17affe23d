"""A served archive and Chromium: windows of any shape, and whatever a page does beside itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from articles.tests.attacks.browser import chromium
from articles.tests.attacks.foreign_hosts import Elsewhere
from articles.tests.support.live_server import served

_PAGE_MS = 20_000
_TELL = """
(() => {
  addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`), true);
})();
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An example of a kind of page."""

    name: str
    address: str
    status: int

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"


@dataclass
class Room:
    """The served archive: its pages, and a browser for them.

    ``noise`` are the requests to other hosts, the messages and the breaches of policy so far.
    """

    base: str
    places: tuple[Place, ...]
    browser: Browser
    elsewhere: Elsewhere
    noise: list[str] = field(default_factory=list)

    @contextmanager
    def window(self, width: int = 1280, height: int = 900, **options: Any) -> Iterator[Page]:
        """Open a window of this size; ``options`` are those of a context of Playwright's."""
        options["viewport"] = {"width": width, "height": height}
        context = self.browser.new_context(**options)
        context.set_default_timeout(_PAGE_MS)
        self._listen(context)
        try:
            yield context.new_page()
        finally:
            context.close()

    def tour(self, page: Page) -> Iterator[Place]:
        """Open an example of every kind of page, one after the other, in a window."""
        for place in self.places:
            self.open(page, place.address, place.status)
            yield place

    def open(self, page: Page, address: str, status: int = 200) -> None:
        """Open an address, which has to answer with ``status``."""
        response = page.goto(self.base + address)
        assert response is not None
        assert response.status == status, f"{address}: {response.status}"

    def _listen(self, context: BrowserContext) -> None:
        context.add_init_script(_TELL)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.noise.append(f"an error: {error.error}"))

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.noise.append(f"a request for {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # Chromium says of every answer that is an error that it is one.
        if "the server responded with a status of 4" not in message.text:
            self.noise.append(f"{message.location.get('url')} says: {message.text}")


@contextmanager
def room(folder: Path, browser_path: str) -> Iterator[Room]:
    """Serve the reading room's archive from ``folder`` and start a browser for it."""
    module = "articles.tests.page_quality.site"
    with (
        served(folder, module) as site,
        Elsewhere() as elsewhere,
        chromium(browser_path, elsewhere.port) as browser,
    ):
        yield Room(site["base"], tuple(Place(*each) for each in site["kinds"]), browser, elsewhere)
