"""Open each page of an archive in Chromium, trigger its events, and audit it."""

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

from articles.tests.attacks.browser import SCRIPTS, EventRecorder, start_chromium
from articles.tests.attacks.browser_timeouts import kill_after
from articles.tests.attacks.foreign_hosts import ForeignHosts
from articles.tests.attacks.post_files import paragraph_after, paragraph_before
from articles.tests.attacks.site import EDITOR, PASSWORD, REPARSE_PATH
from articles.tests.attacks.vectors import Case, Place, cases
from articles.tests.support.live_server import start_site

_PAGE_MS = 20_000
_SETTLE_MS = 20  # after the last touch; what is left behind does not need longer
_CONTROL_WAITS_MS = (60, 900)  # how long the control run waits for a case: at first, then once more
_WaitUntil = Literal["load", "domcontentloaded"]
_SPACE = re.compile(r"\s+")


@dataclass
class AuditResult:
    """What an audit recorded."""

    recorder: EventRecorder
    requested_names: list[str]
    pages: int = 0
    seconds: float = 0.0
    statuses: list[str] = field(default_factory=list)
    selectors: dict[str, list[str]] = field(
        default_factory=dict
    )  # matches by path, of harmless markup

    def event_lines(self, kind: str) -> list[str]:
        """Return all events of ``kind``, each as a line of text."""
        return [
            f"{n.path} ({_NAMES.get(n.case, 'no case')}): {n.what}"
            for n in self.recorder.events
            if n.kind == kind
        ]

    def cases_with_events(self, *kinds: str) -> set[int]:
        """Return the numbers of the cases with an event of one of ``kinds``."""
        return {n.case for n in self.recorder.events if n.kind in kinds}


_NAMES = {case.number: case.name for case in cases()}
_CASES = {case.number: case for case in cases()}


def audit_site(
    folder: Path,
    protection: str,
    browser_path: str,
    is_chosen: Callable[[Case], bool] = lambda _: True,
) -> AuditResult:
    """Serve an archive and visit all of it or, without protection, what proves the chosen cases."""
    started = time.monotonic()
    contact = {"SECURITY_CONTACT": "mailto:security@archive.example"}
    with (
        start_site(folder, "articles.tests.attacks.site", protection, **contact) as site,
        ForeignHosts() as foreign_hosts,
    ):
        recorder = EventRecorder(site["base"])
        result = AuditResult(recorder, foreign_hosts.requested_names)
        expected = {case.number for case in cases() if is_chosen(case) and case.is_detectable}
        queue = _plan_visits(
            site, lambda visit: protection == "full" or visit["case"] in expected, protection
        )
        while queue:
            with start_chromium(browser_path, foreign_hosts.port) as browser:
                _run_queue(_Visitor(recorder, browser, protection), queue, result)
        for name in foreign_hosts.requested_names:
            match = re.match(r"(?:.*\.)?v(\d{4})\.", name)
            recorder.record("request", f"a connection to {name}", int(match[1]) if match else 0)
        result.seconds = time.monotonic() - started
    return result


def _plan_visits(
    site: dict[str, Any], is_included: Callable[[dict[str, Any]], bool], protection: str
) -> deque[dict[str, Any]]:
    """Return the form inputs, then the page visits, that are included."""
    visits = (visit for visit in site["visits"] if protection == "full" or visit["proof"])
    return deque(filter(is_included, [*site["form_inputs"], *visits]))


def _run_queue(visitor: _Visitor, queue: deque[dict[str, Any]], result: AuditResult) -> None:
    """Work through the queue to its end, or up to a page that crashes the whole browser.

    Without cleaning, such a page counts as detected; it is removed from the queue.
    """
    try:
        visitor.log_in()
        while queue:
            with kill_after():
                if "values" in queue[0]:
                    visitor.submit(queue[0])
                else:
                    visitor.visit(queue[0], result)
            queue.popleft()
    except Error:
        if visitor.is_protected or visitor.is_connected:
            raise
        visitor.recorder.record("run", "blocked the browser for ever", queue.popleft()["case"])


class _Visitor:
    """Visits the archive with one window for readers and one for editors."""

    def __init__(self, recorder: EventRecorder, browser: Browser, protection: str) -> None:
        self.recorder, self.protection = recorder, protection
        self.is_protected = protection == "full"
        self._wait_until: _WaitUntil = "load" if self.is_protected else "domcontentloaded"
        self._browser = browser
        self._contexts = {False: browser.new_context(), True: browser.new_context()}
        for context in self._contexts.values():
            context.set_default_timeout(_PAGE_MS)
            recorder.watch(context)
        self._pages: dict[bool, Page] = {}
        self._reparse_page: Page | None = None
        self._data_page: Page | None = None

    @property
    def is_connected(self) -> bool:
        """Return whether the browser still runs."""
        return self._browser.is_connected()

    def _page(self, editors: bool) -> Page:
        """Return the window; a new one if the last was closed or abandoned."""
        page = self._pages.get(editors)
        if page is None or page.is_closed():
            page = self._pages[editors] = self._contexts[editors].new_page()
            self.recorder.watch_page(page)
        return page

    def log_in(self) -> None:
        """Log in as an editor, through the form."""
        page = self._page(True)
        page.goto(f"{self.recorder.base}/admin/login/")
        page.fill("#id_username", EDITOR)
        page.fill("#id_password", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_url("**/admin/")
        if not self.is_protected:
            # The pages around a form show other cases, whose scripts may navigate away or never
            # end: the control run fills in forms in a context without JavaScript.
            login = self._contexts[True].storage_state()
            quiet = self._browser.new_context(storage_state=login, java_script_enabled=False)
            quiet.set_default_timeout(_PAGE_MS)
            self._form = quiet.new_page()

    def submit(self, entry: dict[str, Any]) -> None:
        """Fill in a form of the admin, preview it if it has a preview, and submit it."""
        page = self._page(True) if self.is_protected else self._form
        self.recorder.path, self.recorder.case = entry["path"], entry["case"]
        if self.is_protected and entry["path"].endswith("/change/"):
            self._fill(page, entry)
            if page.locator(".preview-row").count():
                self._preview(page)
        self._fill(page, entry)
        self._press(page, entry["button"])
        problem = page.query_selector(".errornote, .errorlist")
        if problem is not None and page.query_selector(".field-html .errorlist"):
            self._audit(page, site=False)  # it tells what cleaning takes out; then it is saved
            self._press(page, entry["button"])
            problem = page.query_selector(".errornote, .errorlist")
        if problem is not None:
            raise AssertionError(f"{entry['path']}: {problem.inner_text()}")

    def _press(self, page: Page, button: str) -> None:
        with page.expect_navigation(wait_until=self._wait_until):
            page.click(button)

    def _fill(self, page: Page, entry: dict[str, Any]) -> None:
        page.goto(self.recorder.base + entry["path"], wait_until=self._wait_until)
        for name, value in entry["values"].items():
            page.fill(f"[name='{name}']", value)

    def _preview(self, page: Page) -> None:
        """Audit the preview of the unsaved input, opened in this window."""
        button = page.locator(".preview-row button")
        button.evaluate("button => button.formTarget = ''")
        with page.expect_navigation():
            button.click()
        self._audit(page, site=True)

    def visit(self, visit: dict[str, Any], result: AuditResult) -> None:
        """Open a page and, with ``follow``, the further pages of its list."""
        path: str | None = visit["path"]
        while path:
            self.recorder.path, self.recorder.case = path, visit["case"]
            result.pages += 1
            if visit["download"]:
                self._download(path, visit["download"])
                return
            open_page = self._data if visit["data"] else self._open
            next_path = open_page(visit, path, result)
            path = next_path if visit["follow"] else None

    def _download(self, path: str, kind: str) -> None:
        """Request a file; record it unless it comes as an attachment of its type, in a sandbox."""
        response = self._contexts[True].request.get(self.recorder.base + path)
        headers = response.headers
        name = headers.get("content-disposition", "")
        is_kind = headers.get("content-type", "").startswith(kind)
        if not (re.fullmatch(r'attachment; filename="[0-9a-z-]+\.[a-z]+"', name) and is_kind):
            self.recorder.record("page", f"a download with {headers}")
        if "sandbox" not in headers.get("content-security-policy", ""):
            self.recorder.record("page", "a download that could do something")
        if headers.get("x-content-type-options") != "nosniff":
            self.recorder.record("page", "a download that a browser may take for a page")
        self.recorder.record_route(headers["x-route"])

    def _data(self, visit: dict[str, Any], path: str, result: AuditResult) -> str | None:
        """Request a response for programs; return the path of the list's next page, if any.

        With ``in_window`` a browser opens it, too: it must not run anything, whatever media type
        the browser takes it for.
        """
        response = self._contexts[False].request.get(self.recorder.base + path)
        headers = response.headers
        if response.status != visit["status"]:
            result.statuses.append(f"{path}: {response.status}")
        if not headers.get("content-type", "").startswith(visit["data"]):
            self.recorder.record("page", f"{visit['data']} with {headers}")
        self.recorder.record_route(headers["x-route"])
        if visit["in_window"]:
            self._open_in_window(path)
        return next_page_path(visit["data"], response.body()) if visit["follow"] else None

    def _open_in_window(self, path: str) -> None:
        """Open a path in a separate window; Chromium downloads what it can't show."""
        if self._data_page is None or self._data_page.is_closed():
            self._data_page = self._contexts[False].new_page()
        try:
            self._data_page.goto(self.recorder.base + path)
            self._data_page.wait_for_timeout(_SETTLE_MS)
        except Error as error:
            if "Download is starting" not in error.message:
                raise

    def _open(self, visit: dict[str, Any], path: str, result: AuditResult) -> str | None:
        """Open one page, touch it and audit it; return the path of the next page, if any."""
        for wait in (_SETTLE_MS,) if self.is_protected else _CONTROL_WAITS_MS:
            page = self._page(visit["editors"])
            response = self._go_to(page, path)
            if response is not None and response.status != visit["status"]:
                result.statuses.append(f"{path}: {response.status}")
            audited = self._touch_and_audit(page, response, visit, wait)
            if self.is_protected and audited:
                self._compare(visit, audited, result)
            if (
                self.is_protected
                or _CASES[visit["case"]].inert
                or self.recorder.has_event(visit["case"])
            ):
                break
        if not self.is_protected:
            return None
        if page.url.split("#")[0] != (response.url if response else ""):
            self.recorder.record("page", f"the window is now at {page.url}")
        next_path = audited.get("next") if audited else None
        return str(next_path).removeprefix(self.recorder.base) if next_path else None

    def _go_to(self, page: Page, path: str) -> Response | None:
        try:
            return page.goto(self.recorder.base + path)
        except Error as error:
            if self.is_protected:
                raise
            self._abandon(page, error)
            return None

    def _abandon(self, page: Page, error: Error) -> None:
        """Close a window after an error; record it if the page navigated away."""
        if "navigation" in error.message:
            self.recorder.record("request", "navigated away during the audit")
        page.close()

    def _touch_and_audit(
        self, page: Page, response: Response | None, visit: dict[str, Any], wait: int
    ) -> dict[str, Any]:
        kind = response.headers.get("content-type", "") if response else ""
        if self.is_protected and not kind.startswith("text/html"):
            page.wait_for_timeout(_SETTLE_MS)
            return {}
        preview = visit["path"].endswith("/preview/")
        site = preview or not visit["path"].startswith("/admin/")
        try:
            page.wait_for_timeout(wait)
            if not self.is_protected:
                self._audit(page, site)  # a touch may navigate away
            # Without a policy the page can parse its HTML again; the archive's policy forbids it.
            again = site and self.protection == "none"
            page.evaluate(_script("trigger_events"), {"site": site, "again": again})
            if self.is_protected and visit["proof"] and not visit["editors"]:
                self._reparse(page)
            page.wait_for_timeout(wait)
            return self._audit(page, site, [*visit["shows"], *visit["selectors"]])
        except Error as error:
            if self.is_protected:
                raise
            self._abandon(page, error)
            return {}

    def _reparse(self, page: Page) -> None:
        """Parse a page's HTML once more without a policy, as a careless script would.

        This needs a separate window, because the archive's policy forbids it to scripts.
        """
        body = page.evaluate(
            "() => Document.prototype.querySelector.call(document, 'body').innerHTML"
        )
        if self._reparse_page is None or self._reparse_page.is_closed():
            self._reparse_page = self._contexts[False].new_page()
            self.recorder.watch_page(self._reparse_page)
        self._reparse_page.goto(self.recorder.base + REPARSE_PATH)
        self._reparse_page.evaluate("html => { document.body.innerHTML = html }", body)
        self._reparse_page.evaluate(_script("trigger_events"), {"site": True, "again": False})

    def _audit(self, page: Page, site: bool, selectors: list[str] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = page.evaluate(
            _script("audit_page"), {"site": site, "selectors": selectors or []}
        )
        for line in result["found"]:
            self.recorder.record("page", line)
        return result

    def _compare(self, visit: dict[str, Any], audited: dict[str, Any], result: AuditResult) -> None:
        """Compare the shown text and markup with what is expected; record differences."""
        if visit["selectors"] or visit["text"]:
            found = [selector for selector in visit["selectors"] if audited["shown"][selector]]
            is_text_shown = visit["text"] in (audited["story"] or "")
            result.selectors[visit["path"]] = [*found, *[visit["text"]] * is_text_shown]
        for selector, text in visit["shows"].items():
            if _SPACE.sub(" ", text).strip() not in audited["shown"][selector]:
                self.recorder.record("text", f"{selector} shows {audited['shown'][selector]}")
        if visit["body"]:
            for line in text_differences(_CASES[visit["case"]], audited["story"] or ""):
                self.recorder.record("text", f"{line} in {audited['story']!r}")


def next_page_path(kind: str, content: bytes) -> str | None:
    """Return the path of the next page that a feed or an API list names."""
    if kind.endswith("json"):
        data = json.loads(content)
        url = data.get("next") or data.get("next_url")
    else:
        links = fromstring(content).iter("{http://www.w3.org/2005/Atom}link")
        url = next((link.get("href") for link in links if link.get("rel") == "next"), None)
    parts = urlsplit(url or "")
    return f"{parts.path}?{parts.query}" if url else None


def text_differences(case: Case, text: str) -> Iterator[str]:
    """Yield the differences between the shown text of a case's story and the expected text."""
    expected = [paragraph_before(case)]
    if not case.vector.is_open:
        expected.append(paragraph_after(case))
    in_body = case.place in {Place.BODY, Place.CAPTION, Place.LINK}
    if case.vector.keeps and in_body:
        expected.append(case.fill_in(case.vector.keeps))
    for expected_text in expected:
        if expected_text not in text:
            yield f"{expected_text!r} is missing"
    if case.vector.loses and in_body and html.unescape(case.vector.loses) in text:
        yield f"{case.vector.loses!r} is present"


@cache
def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text(encoding="utf-8")
