"""Chromium, and a recorder of everything a page does beyond being shown."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Dialog,
    Download,
    Page,
    Request,
    Response,
    sync_playwright,
)

from articles.tests.attacks.site import REPARSE_PATH, ROUTE_HEADER
from articles.tests.attacks.vectors import FOREIGN_ZONE

SCRIPTS = Path(__file__).parent
_CASE = re.compile(r"(?:^|\W)v(\d{4})\." + re.escape(FOREIGN_ZONE), re.IGNORECASE)
#: With these, Chromium makes no request of its own.
_CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run",
)  # fmt: skip


def find_chromium() -> str | None:
    """Return the path of Chromium, by CHROMIUM or from the PATH; None when there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def require_chromium() -> str:
    """Return the path of Chromium; without one, fail when CI is set, else skip the test."""
    path = find_chromium()
    if path is None:
        message = "no Chromium is installed (apt-get install chromium), or CHROMIUM names none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


@contextmanager
def start_chromium(path: str, foreign_port: int) -> Iterator[Browser]:
    """Start a Chromium that resolves all host names of the cases to a port of this machine."""
    # Every other name is NOTFOUND, so that Chromium's own requests, such as updates, go nowhere.
    target = f"127.0.0.1:{foreign_port}"
    rules = f"--host-resolver-rules=MAP *.example {target}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*_CHROMIUM_ARGUMENTS, rules]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class Event:
    """An event; ``kind`` is ``run``, ``request``, ``policy``, ``message``, ``page`` or ``text``.

    ``case`` is the number of the case that caused it, or else of the case whose page was open.
    """

    kind: str
    case: int
    path: str
    what: str


@dataclass
class EventRecorder:
    """Records the events in all pages of a browser; ``path`` and ``case`` are of the open page."""

    base: str
    path: str = ""
    case: int = 0
    events: list[Event] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)
    requests: int = 0
    without_policy: list[str] = field(default_factory=list)
    odd_headers: list[str] = field(default_factory=list)

    def record(self, kind: str, what: str, case: int = 0) -> None:
        """Record an event of ``case``, by default the case of the open page."""
        self.events.append(Event(kind, case or self.case, self.path, what[:300]))

    def has_event(self, case: int) -> bool:
        """Return whether ``case`` ran, sent a request or broke the policy."""
        return any(n.case == case and n.kind in {"run", "request", "policy"} for n in self.events)

    def record_route(self, header: str) -> None:
        """Record the URL pattern that the header of ``RouteHeaderMiddleware`` names."""
        self.routes.add(unquote(header).removeprefix("/"))

    def watch(self, context: BrowserContext) -> None:
        """Record everything that happens in ``context``."""
        context.expose_binding("tell", lambda _, number: self._on_call(number))
        context.expose_binding(
            "recordEvent", lambda _, kind, what: self.record(str(kind), str(what))
        )
        context.add_init_script(path=SCRIPTS / "record_policy_violations.js")
        context.on("request", self._on_request)
        context.on("response", self._on_response)
        context.on("dialog", self._on_dialog)
        context.on("console", self._on_console)

    def watch_page(self, page: Page) -> None:
        """Record the popups and downloads of ``page``."""
        page.on("popup", self._on_popup)
        page.on("download", self._on_download)

    def _on_download(self, file: Download) -> None:
        # The bookmarks page makes a file of the reader's bookmarks in the browser.
        is_export = self.path == "/bookmarks/" and file.url.startswith(f"blob:{self.base}/")
        if not is_export:
            self.record("page", f"a download of {file.url}")

    def _on_call(self, number: Any) -> None:
        known = isinstance(number, int) and number >= 1000
        self.record("run", f"tell({number!r})", int(number) if known else 0)

    def _on_request(self, request: Request) -> None:
        self.requests += 1
        url = request.url
        if not url.startswith(f"{self.base}/") and not url.startswith("about:"):
            match = _CASE.search(url)
            self.record("request", url, int(match[1]) if match else 0)

    def _on_response(self, response: Response) -> None:
        url = response.url
        if not url.startswith(f"{self.base}/") or url == self.base + REPARSE_PATH:
            return
        headers = response.headers
        if route := headers.get(ROUTE_HEADER.lower()):
            self.record_route(route)
        if "content-security-policy" not in headers and "/static/" not in response.url:
            self.without_policy.append(response.url)
        if "x-attack" in headers or "ship=" in headers.get("set-cookie", ""):
            self.odd_headers.append(response.url)

    def _on_dialog(self, dialog: Dialog) -> None:
        self.record("run", f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _on_console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.record("policy", message.text)

    def _on_popup(self, page: Page) -> None:
        self.record("page", f"a window for {page.url}")
        page.close()
