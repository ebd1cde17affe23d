"""Chromium, and the witness that notes whatever a page does beyond being shown."""

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

from articles.tests.attacks.site import PARSED_AGAIN, ROUTE_HEADER
from articles.tests.attacks.vectors import FAR_ZONE

SCRIPTS = Path(__file__).parent
_CASE = re.compile(r"(?:^|\W)v(\d{4})\." + re.escape(FAR_ZONE), re.IGNORECASE)
#: Chromium speaks to nobody of its own accord.
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run",
)  # fmt: skip


def find_chromium() -> str | None:
    """Return the path of a Chromium: CHROMIUM names it, else it is looked for."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def require_chromium() -> str:
    """Return the path of Chromium; without one, fail on a machine for tests, else skip."""
    path = find_chromium()
    if path is None:
        words = "no Chromium is installed (apt-get install chromium), or CHROMIUM names none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    return path


@contextmanager
def chromium(path: str, elsewhere: int) -> Iterator[Browser]:
    """Start a Chromium for which all names of the cases lead to a port of this machine."""
    # What Chromium itself wants to know, such as its updates, it asks of nobody.
    here = f"127.0.0.1:{elsewhere}"
    rules = f"--host-resolver-rules=MAP *.example {here}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET, rules])
        try:
            yield browser
        finally:
            browser.close()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened: ``kind`` is ``run``, ``request``, ``policy``, ``page`` or ``text``.

    ``case`` is the number of the case that did it, or of the one whose page was open.
    """

    kind: str
    case: int
    address: str
    what: str


@dataclass
class Witness:
    """What happened in all windows of a browser. ``address`` and ``case`` are of the open page."""

    base: str
    address: str = ""
    case: int = 0
    notices: list[Notice] = field(default_factory=list)
    routes: set[str] = field(default_factory=set)
    requests: int = 0
    without_policy: list[str] = field(default_factory=list)
    odd_headers: list[str] = field(default_factory=list)

    def note(self, kind: str, what: str, case: int = 0) -> None:
        """Note that something happened."""
        self.notices.append(Notice(kind, case or self.case, self.address, what[:300]))

    def has_noticed(self, case: int) -> bool:
        """Tell whether something happened that ``case`` did."""
        return any(n.case == case and n.kind in {"run", "request", "policy"} for n in self.notices)

    def answered_by(self, header: str) -> None:
        """Note the pattern of the URLconf that a header of ``served.TellRoute`` names."""
        self.routes.add(unquote(header).removeprefix("/"))

    def watch(self, context: BrowserContext) -> None:
        """Attend to everything that happens in ``context``."""
        context.expose_binding("tell", lambda _, number: self._ran(number))
        context.expose_binding("told", lambda _, kind, what: self.note(str(kind), str(what)))
        context.add_init_script(path=SCRIPTS / "watch.js")
        context.on("request", self._requested)
        context.on("response", self._answered)
        context.on("dialog", self._dialog)
        context.on("console", self._console)

    def watch_page(self, page: Page) -> None:
        """Attend to the windows and files that ``page`` opens."""
        page.on("popup", self._popup)
        page.on("download", self._download)

    def _download(self, file: Download) -> None:
        # Readers save their bookmarks there, which no server has.
        own = self.address == "/bookmarks/" and file.url.startswith(f"blob:{self.base}/")
        if not own:
            self.note("page", f"a download of {file.url}")

    def _ran(self, number: Any) -> None:
        known = isinstance(number, int) and number >= 1000
        self.note("run", f"tell({number!r})", int(number) if known else 0)

    def _requested(self, request: Request) -> None:
        self.requests += 1
        url = request.url
        if not url.startswith(f"{self.base}/") and not url.startswith("about:"):
            match = _CASE.search(url)
            self.note("request", url, int(match[1]) if match else 0)

    def _answered(self, response: Response) -> None:
        url = response.url
        if not url.startswith(f"{self.base}/") or url == self.base + PARSED_AGAIN:
            return
        headers = response.headers
        if route := headers.get(ROUTE_HEADER.lower()):
            self.answered_by(route)
        if "content-security-policy" not in headers and "/static/" not in response.url:
            self.without_policy.append(response.url)
        if "x-attack" in headers or "ship=" in headers.get("set-cookie", ""):
            self.odd_headers.append(response.url)

    def _dialog(self, dialog: Dialog) -> None:
        self.note("run", f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _console(self, message: Any) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.note("policy", message.text)

    def _popup(self, page: Page) -> None:
        self.note("page", f"a window for {page.url}")
        page.close()
