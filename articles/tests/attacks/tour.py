"""The tour: each stop opened in Chromium, touched, looked at."""

from __future__ import annotations

import html
import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.etree.ElementTree import fromstring

from playwright.sync_api import Browser, Error, Page, Response

from articles.tests.attacks.browser import SCRIPTS, Witness, chromium
from articles.tests.attacks.browser_timeouts import patience
from articles.tests.attacks.foreign_hosts import Elsewhere
from articles.tests.attacks.posts import after, before
from articles.tests.attacks.site import EDITOR, PARSED_AGAIN, PASSWORD
from articles.tests.attacks.vectors import Case, Place, cases
from articles.tests.support.live_server import served

_PAGE_MS = 20_000
_CALM_MS = 20  # after the last touch; what is left behind does not need longer
_PROOF_MS = (60, 900)  # how long the control run waits for a case: at first, then once more
_Moment = Literal["load", "domcontentloaded"]
_SPACE = re.compile(r"\s+")


@dataclass
class Toured:
    """What a tour saw."""

    witness: Witness
    asked: list[str]
    pages: int = 0
    seconds: float = 0.0
    statuses: list[str] = field(default_factory=list)
    holds: dict[str, list[str]] = field(default_factory=dict)  # by address, of harmless markup

    def of(self, kind: str) -> list[str]:
        """Return all notices of ``kind`` as lines."""
        return [
            f"{n.address} ({_NAMES.get(n.case, 'no case')}): {n.what}"
            for n in self.witness.notices
            if n.kind == kind
        ]

    def noticed(self, *kinds: str) -> set[int]:
        """Return the numbers of the cases with a notice of one of ``kinds``."""
        return {n.case for n in self.witness.notices if n.kind in kinds}


_NAMES = {case.number: case.name for case in cases()}
_CASES = {case.number: case for case in cases()}


def tour(
    folder: Path, walls: str, browser_path: str, chosen: Callable[[Case], bool] = lambda _: True
) -> Toured:
    """Serve an archive and visit it: all of it, or what proves the ``chosen`` cases alive."""
    started = time.monotonic()
    contact = {"SECURITY_CONTACT": "mailto:security@archive.example"}
    with (
        served(folder, "articles.tests.attacks.site", walls, **contact) as site,
        Elsewhere() as elsewhere,
    ):
        witness = Witness(site["base"])
        seen = Toured(witness, elsewhere.asked)
        wanted = {case.number for case in cases() if chosen(case) and case.can_be_noticed}
        way = _way(site, lambda stop: walls == "up" or stop["case"] in wanted, walls)
        while way:
            with chromium(browser_path, elsewhere.port) as browser:
                _go(_Guide(witness, browser, walls), way, seen)
        for name in elsewhere.asked:
            match = re.match(r"(?:.*\.)?v(\d{4})\.", name)
            witness.note("request", f"a connection to {name}", int(match[1]) if match else 0)
        seen.seconds = time.monotonic() - started
    return seen


def _way(
    site: dict[str, Any], is_wanted: Callable[[dict[str, Any]], bool], walls: str
) -> deque[dict[str, Any]]:
    """Return what an editor types and then the stops, as far as they are wanted."""
    stops = (stop for stop in site["stops"] if walls == "up" or stop["proof"])
    return deque(filter(is_wanted, [*site["entries"], *stops]))


def _go(guide: _Guide, way: deque[dict[str, Any]], seen: Toured) -> None:
    """Go along the way to its end, or to a page that takes the whole browser with it.

    Where nothing is cleaned such a page has shown what it can do; the way goes on behind it.
    """
    try:
        guide.log_in()
        while way:
            with patience():
                if "values" in way[0]:
                    guide.type(way[0])
                else:
                    guide.visit(way[0], seen)
            way.popleft()
    except Error:
        if guide.clean or guide.is_there:
            raise
        guide.witness.note("run", "held the browser for ever", way.popleft()["case"])


class _Guide:
    """Leads one window for readers and one for editors through the archive."""

    def __init__(self, witness: Witness, browser: Browser, walls: str) -> None:
        self.witness, self.walls = witness, walls
        self.clean = walls == "up"
        self._until: _Moment = "load" if self.clean else "domcontentloaded"
        self._browser = browser
        self._contexts = {False: browser.new_context(), True: browser.new_context()}
        for context in self._contexts.values():
            context.set_default_timeout(_PAGE_MS)
            witness.watch(context)
        self._pages: dict[bool, Page] = {}
        self._scratch: Page | None = None
        self._plain: Page | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether the browser is still there."""
        return self._browser.is_connected()

    def _page(self, editors: bool) -> Page:
        """Return the window; a new one when the last was closed or is left to its troubles."""
        page = self._pages.get(editors)
        if page is None or page.is_closed():
            page = self._pages[editors] = self._contexts[editors].new_page()
            self.witness.watch_page(page)
        return page

    def log_in(self) -> None:
        """Log in as an editor, through the form."""
        page = self._page(True)
        page.goto(f"{self.witness.base}/admin/login/")
        page.fill("#id_username", EDITOR)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_url("**/admin/")
        if not self.clean:
            # Below a form and behind it stand other cases, whose programs may lead away or never
            # have done: the control run types where no program runs, and looks elsewhere.
            login = self._contexts[True].storage_state()
            quiet = self._browser.new_context(storage_state=login, java_script_enabled=False)
            quiet.set_default_timeout(_PAGE_MS)
            self._form = quiet.new_page()

    def type(self, entry: dict[str, Any]) -> None:
        """Fill in a form of the admin as an editor would, and send it."""
        page = self._page(True) if self.clean else self._form
        self.witness.address, self.witness.case = entry["address"], entry["case"]
        if self.clean and entry["address"].endswith("/change/"):
            self._fill(page, entry)
            if page.locator(".preview-row").count():
                self._preview(page)
        self._fill(page, entry)
        with page.expect_navigation(wait_until=self._until):
            page.click(entry["button"])
        problem = page.query_selector(".errornote, .errorlist")
        if problem is not None:
            raise AssertionError(f"{entry['address']}: {problem.inner_text()}")

    def _fill(self, page: Page, entry: dict[str, Any]) -> None:
        page.goto(self.witness.base + entry["address"], wait_until=self._until)
        for name, value in entry["values"].items():
            page.fill(f"[name='{name}']", value)

    def _preview(self, page: Page) -> None:
        """Look at the preview of what was typed and not saved, in this window for once."""
        button = page.locator(".preview-row button")
        button.evaluate("button => button.formTarget = ''")
        with page.expect_navigation():
            button.click()
        self._look(page, site=True)

    def visit(self, stop: dict[str, Any], seen: Toured) -> None:
        """Open a stop and, where it is a list, its further pages."""
        address: str | None = stop["address"]
        while address:
            self.witness.address, self.witness.case = address, stop["case"]
            seen.pages += 1
            if stop["download"]:
                self._download(address, stop["download"])
                return
            visit = self._data if stop["data"] else self._open
            after_this = visit(stop, address, seen)
            address = after_this if stop["follow"] else None

    def _download(self, address: str, kind: str) -> None:
        """Ask for a file: it has to come as one, and as nothing that a browser shows."""
        response = self._contexts[True].request.get(self.witness.base + address)
        headers = response.headers
        name = headers.get("content-disposition", "")
        is_kind = headers.get("content-type", "").startswith(kind)
        if not (re.fullmatch(r'attachment; filename="[0-9a-z-]+\.[a-z]+"', name) and is_kind):
            self.witness.note("page", f"a download with {headers}")
        if "sandbox" not in headers.get("content-security-policy", ""):
            self.witness.note("page", "a download that could do something")
        if headers.get("x-content-type-options") != "nosniff":
            self.witness.note("page", "a download that a browser may take for a page")
        self.witness.answered_by(headers["x-route"])

    def _data(self, stop: dict[str, Any], address: str, seen: Toured) -> str | None:
        """Ask for what is for programs; return the address of the list's next page, if one.

        A browser opens it, too, if the stop says so: it has to run nothing, whatever it takes it
        for.
        """
        response = self._contexts[False].request.get(self.witness.base + address)
        headers = response.headers
        if response.status != stop["status"]:
            seen.statuses.append(f"{address}: {response.status}")
        if not headers.get("content-type", "").startswith(stop["data"]):
            self.witness.note("page", f"{stop['data']} with {headers}")
        self.witness.answered_by(headers["x-route"])
        if stop["in_window"]:
            self._show(address)
        return further(stop["data"], response.body()) if stop["follow"] else None

    def _show(self, address: str) -> None:
        """Open an address in a window for such things; Chromium saves what it can't show."""
        if self._plain is None or self._plain.is_closed():
            self._plain = self._contexts[False].new_page()
        try:
            self._plain.goto(self.witness.base + address)
            self._plain.wait_for_timeout(_CALM_MS)
        except Error as error:
            if "Download is starting" not in error.message:
                raise

    def _open(self, stop: dict[str, Any], address: str, seen: Toured) -> str | None:
        """Open one page, touch it and look at it; return the address of the next, if one."""
        for wait in (_CALM_MS,) if self.clean else _PROOF_MS:
            page = self._page(stop["editors"])
            response = self._arrive(page, address)
            if response is not None and response.status != stop["status"]:
                seen.statuses.append(f"{address}: {response.status}")
            looked = self._touched(page, response, stop, wait)
            if self.clean and looked:
                self._compare(stop, looked, seen)
            if self.clean or _CASES[stop["case"]].inert or self.witness.has_noticed(stop["case"]):
                break
        if not self.clean:
            return None
        if page.url.split("#")[0] != (response.url if response else ""):
            self.witness.note("page", f"the window is now at {page.url}")
        after_this = looked.get("next") if looked else None
        return str(after_this).removeprefix(self.witness.base) if after_this else None

    def _arrive(self, page: Page, address: str) -> Response | None:
        try:
            return page.goto(self.witness.base + address)
        except Error as error:
            if self.clean:
                raise
            self._leave(page, error)
            return None

    def _leave(self, page: Page, error: Error) -> None:
        """Close a window in which something failed; note it when the page has led away."""
        if "navigation" in error.message:
            self.witness.note("request", "led away while it was looked at")
        page.close()

    def _touched(
        self, page: Page, response: Response | None, stop: dict[str, Any], wait: int
    ) -> dict[str, Any]:
        kind = response.headers.get("content-type", "") if response else ""
        if self.clean and not kind.startswith("text/html"):
            page.wait_for_timeout(_CALM_MS)
            return {}
        preview = stop["address"].endswith("/preview/")
        site = preview or not stop["address"].startswith("/admin/")
        try:
            page.wait_for_timeout(wait)
            if not self.clean:
                self._look(page, site)  # a touch may lead away
            # Without a policy the page itself can parse again; the archive's own lets no script.
            again = site and self.walls == "down"
            page.evaluate(_script("touch"), {"site": site, "again": again})
            if self.clean and stop["proof"] and not stop["editors"]:
                self._parse_again(page)
            page.wait_for_timeout(wait)
            return self._look(page, site, [*stop["shows"], *stop["holds"]])
        except Error as error:
            if self.clean:
                raise
            self._leave(page, error)
            return {}

    def _parse_again(self, page: Page) -> None:
        """Have a page's HTML parsed once more, as a careless script would, under no policy.

        In a window of its own: the archive's policy lets no script of a page do that.
        """
        body = page.evaluate(
            "() => Document.prototype.querySelector.call(document, 'body').innerHTML"
        )
        if self._scratch is None or self._scratch.is_closed():
            self._scratch = self._contexts[False].new_page()
            self.witness.watch_page(self._scratch)
        self._scratch.goto(self.witness.base + PARSED_AGAIN)
        self._scratch.evaluate("html => { document.body.innerHTML = html }", body)
        self._scratch.evaluate(_script("touch"), {"site": True, "again": False})

    def _look(self, page: Page, site: bool, selectors: list[str] | None = None) -> dict[str, Any]:
        seen: dict[str, Any] = page.evaluate(
            _script("audit"), {"site": site, "selectors": selectors or []}
        )
        for line in seen["found"]:
            self.witness.note("page", line)
        return seen

    def _compare(self, stop: dict[str, Any], looked: dict[str, Any], seen: Toured) -> None:
        """Compare what is shown with what has to be."""
        if stop["holds"] or stop["text"]:
            found = [selector for selector in stop["holds"] if looked["shown"][selector]]
            is_there = stop["text"] in (looked["story"] or "")
            seen.holds[stop["address"]] = [*found, *[stop["text"]] * is_there]
        for selector, text in stop["shows"].items():
            if _SPACE.sub(" ", text).strip() not in looked["shown"][selector]:
                self.witness.note("text", f"{selector} shows {looked['shown'][selector]}")
        if stop["body"]:
            for line in missing(_CASES[stop["case"]], looked["story"] or ""):
                self.witness.note("text", f"{line} in {looked['story']!r}")


def further(kind: str, content: bytes) -> str | None:
    """Return the path of the next page that a list for programs names."""
    if kind.endswith("json"):
        told = json.loads(content)
        address = told.get("next") or told.get("next_url")
    else:
        links = fromstring(content).iter("{http://www.w3.org/2005/Atom}link")
        address = next((link.get("href") for link in links if link.get("rel") == "next"), None)
    parts = urlsplit(address or "")
    return f"{parts.path}?{parts.query}" if address else None


def missing(case: Case, text: str) -> Iterator[str]:
    """Yield what is wrong with the shown text of a case's story."""
    wanted = [before(case)]
    if not case.vector.is_open:
        wanted.append(after(case))
    in_body = case.place in {Place.BODY, Place.CAPTION, Place.LINK}
    if case.vector.keeps and in_body:
        wanted.append(case.filled(case.vector.keeps))
    for words in wanted:
        if words not in text:
            yield f"{words!r} is not"
    if case.vector.loses and in_body and html.unescape(case.vector.loses) in text:
        yield f"{case.vector.loses!r} is"


@cache
def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
