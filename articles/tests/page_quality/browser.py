"""A served archive and Chromium: pages in windows of any size, and the problems they report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from articles.tests.attacks.browser import start_chromium
from articles.tests.attacks.foreign_hosts import ForeignHosts
from articles.tests.support.live_server import start_site

_PAGE_MS = 20_000
_REPORT_VIOLATIONS = """
(() => {
  addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`), true);
})();
"""


@dataclass(frozen=True, slots=True)
class ExamplePage:
    """An example of a kind of page: the kind's name, a path, the expected status."""

    name: str
    path: str
    status: int

    def __str__(self) -> str:
        return f"{self.name} ({self.path})"


@dataclass
class QualitySite:
    """The served archive with its example pages, and a browser.

    ``problems`` are the requests to other hosts, console messages, script errors and policy
    violations so far.
    """

    base: str
    example_pages: tuple[ExamplePage, ...]
    browser: Browser
    foreign_hosts: ForeignHosts
    problems: list[str] = field(default_factory=list)

    @contextmanager
    def new_page(self, width: int = 1280, height: int = 900, **options: Any) -> Iterator[Page]:
        """Yield a page in a window of this size; ``options`` go to Playwright's ``new_context``."""
        options["viewport"] = {"width": width, "height": height}
        context = self.browser.new_context(**options)
        context.set_default_timeout(_PAGE_MS)
        self._listen(context)
        try:
            yield context.new_page()
        finally:
            context.close()

    def visit_all(self, page: Page) -> Iterator[ExamplePage]:
        """Open the example of every kind of page in turn and yield it."""
        for example in self.example_pages:
            self.open(page, example.path, example.status)
            yield example

    def open(self, page: Page, path: str, status: int = 200) -> None:
        """Open a path; assert that the response has ``status``."""
        response = page.goto(self.base + path)
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"

    def _listen(self, context: BrowserContext) -> None:
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("request", self._on_request)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.problems.append(f"an error: {error.error}"))

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.problems.append(f"a request for {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium logs every error response to the console.
        if "the server responded with a status of 4" not in message.text:
            self.problems.append(f"{message.location.get('url')} says: {message.text}")


@contextmanager
def start_quality_site(folder: Path, browser_path: str) -> Iterator[QualitySite]:
    """Serve the archive of these tests from ``folder`` and start a browser."""
    module = "articles.tests.page_quality.site"
    with (
        start_site(folder, module) as site,
        ForeignHosts() as foreign_hosts,
        start_chromium(browser_path, foreign_hosts.port) as browser,
    ):
        yield QualitySite(
            site["base"],
            tuple(ExamplePage(*each) for each in site["kinds"]),
            browser,
            foreign_hosts,
        )
