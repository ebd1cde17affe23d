"""Firefox, driven by WebDriver BiDi: pages, their values and the problems they report.

Playwright drives only its own build of Firefox; this drives the one that a distribution ships.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import ClientConnection, connect

_START_SECONDS = 60
_COMMAND_SECONDS = 60
_STOP_SECONDS = 20
_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)\n")
_EVENTS = ("log.entryAdded", "network.beforeRequestSent", "network.responseCompleted")
_THEMES = {"dark": 0, "light": 1}
#: With these, Firefox makes no request of its own, and reaches nothing but the loopback address.
_PREFERENCES: dict[str, bool | int | str] = {
    "app.normandy.enabled": False,
    "app.shield.optoutstudies.enabled": False,
    "app.update.auto": False,
    "app.update.disabledForTesting": True,
    "browser.aboutHomeSnippets.updateUrl": "",
    "browser.cache.disk.enable": False,  # so that no response has the status 304
    "browser.cache.memory.enable": False,
    "browser.contentblocking.features.strict": "",
    "browser.ml.enable": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.topsites.contile.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.allow_hijacking_localhost": False,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.type": 1,
    "remote.active-protocols": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.unified": False,
}
_REPORT_VIOLATIONS = """() => {
  addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.effectiveDirective} ${event.blockedURI}`), true);
}"""
_TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def find_firefox() -> str | None:
    """Return the path of Firefox, by FIREFOX or from the PATH; None when there is none."""
    names = (os.environ.get("FIREFOX", ""), "firefox-esr", "firefox")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def require_firefox() -> str:
    """Return the path of Firefox; without one, fail when CI is set, else skip the test."""
    path = find_firefox()
    if path is None:
        message = "no Firefox is installed (apt-get install firefox-esr), or FIREFOX names none"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return path


@dataclass
class Firefox:
    """A running Firefox with one tab.

    ``problems`` are the requests to other hosts, console messages, script errors and policy
    violations so far.
    """

    theme: str
    connection: ClientConnection
    problems: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _statuses: dict[str, int] = field(default_factory=dict)  # of documents, by navigation
    _tab: str = ""

    def begin(self) -> None:
        """Begin a session: find the tab, listen to its events."""
        self._call("session.new", capabilities={})
        self._tab = self._call("browsingContext.getTree")["contexts"][0]["context"]
        self._call("script.addPreloadScript", functionDeclaration=_REPORT_VIOLATIONS)
        self._call("session.subscribe", events=_EVENTS)

    def open(self, url: str) -> int:
        """Open a page, wait until it is loaded and painted; return the status of the response."""
        opened = self._call("browsingContext.navigate", context=self._tab, url=url, wait="complete")
        self.evaluate(_TWO_FRAMES)
        while opened["navigation"] not in self._statuses:
            self._receive()
        return self._statuses.pop(opened["navigation"])

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, or what its promise resolves to, as from JSON."""
        value = self.run(f"(async () => JSON.stringify(await ({expression})))()")
        return json.loads(value["value"]) if value["type"] == "string" else None

    def run(self, script: str) -> Any:
        """Run a script in the page, which its policy does not forbid; return its BiDi value."""
        answer = self._call(
            "script.evaluate",
            expression=script,
            target={"context": self._tab},
            awaitPromise=True,
            resultOwnership="none",
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"]

    def set_viewport(self, width: int, height: int) -> None:
        """Give the page this size in CSS pixels."""
        size = {"width": width, "height": height}
        self._call("browsingContext.setViewport", context=self._tab, viewport=size)

    def screenshot(self, path: Path) -> None:
        """Write what the window shows to a PNG file."""
        answer = self._call("browsingContext.captureScreenshot", context=self._tab)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _call(self, method: str, **params: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._numbers)
        self.connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while (message := self._receive()).get("id") != number:
            pass
        if message["type"] == "error":
            raise RuntimeError(f"{method}: {message['error']}: {message['message']}")
        return message["result"]

    def _receive(self) -> dict[str, Any]:
        """Return the next message, after taking note of it if it is an event."""
        message: dict[str, Any] = json.loads(self.connection.recv(timeout=_COMMAND_SECONDS))
        match message.get("method"):
            case "log.entryAdded":
                self._on_entry(message["params"])
            case "network.beforeRequestSent":
                self._on_request(message["params"])
            case "network.responseCompleted":
                self._on_response(message["params"])
        return message

    def _on_entry(self, entry: dict[str, Any]) -> None:
        frames = (entry.get("stackTrace") or {}).get("callFrames") or [{"url": "a page"}]
        self.problems.append(f"{frames[0]['url']} says: {entry['level']}: {entry['text']}")

    def _on_request(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if urlsplit(url).hostname not in {None, "127.0.0.1"}:  # about: and data: have no host
            self.problems.append(f"a request for {url}")

    def _on_response(self, event: dict[str, Any]) -> None:
        if event["navigation"]:
            self._statuses[event["navigation"]] = event["response"]["status"]


@contextmanager
def start_firefox(path: str, theme: str) -> Iterator[Firefox]:
    """Start a Firefox with a new profile, whose pages see a ``light`` or ``dark`` device."""
    with tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile"
        profile.mkdir()
        (profile / "user.js").write_text(_user_js(theme), encoding="utf-8")
        process = _start_process(path, profile, folder)
        try:
            url = _wait_for_url(folder / "log", process)
            # The proxies of the environment are for other hosts; screenshots are large.
            with connect(
                f"{url}/session", proxy=None, compression=None, max_size=None
            ) as connection:
                firefox = Firefox(theme, connection)
                firefox.begin()
                yield firefox
        finally:
            _stop(process)


def _user_js(theme: str) -> str:
    override = {"layout.css.prefers-color-scheme.content-override": _THEMES[theme]}
    return "".join(
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in (_PREFERENCES | override).items()
    )


def _start_process(path: str, profile: Path, home: Path) -> subprocess.Popen[bytes]:
    command = [path, "--headless", "--remote-debugging-port=0", "--profile", str(profile)]
    environment = os.environ | {
        "HOME": str(home),
        "MOZ_CRASHREPORTER_DISABLE": "1",
        "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",
    }
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [*command, "--no-remote"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _wait_for_url(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while not (match := _LISTENING.search(log.read_text(errors="replace"))):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Firefox did not start:\n{log.read_text(errors='replace')[-4000:]}")
        time.sleep(0.05)
    return match[1]


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
