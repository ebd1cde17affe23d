"""The archive behind nginx, as docs/examples/nginx.conf has it: both for one test."""

from __future__ import annotations

import http.client
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from benchmarks.proxying.config import EXAMPLE, proxied
from benchmarks.proxying.serving import free_ports, nginx

_HOST = "127.0.0.1"
_PROGRAMS = "/usr/sbin"  # where Debian has nginx, and no user looks


@dataclass(frozen=True)
class Answer:
    """What came through the proxy; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        """Return what nginx says of its cache: MISS, HIT, EXPIRED, or nothing."""
        return self.headers.get("x-cache-status", "")


@dataclass(frozen=True)
class Site:
    """An archive and the proxy before it."""

    port: int
    stop_archive: Callable[[], None]

    def get(self, path: str, **headers: str) -> Answer:
        """Return what a browser is answered; ``if_none_match`` is the header If-None-Match."""
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, response.read())
        finally:
            connection.close()


@pytest.fixture
def site(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    """Return a site with nothing in it; what the test writes is seen there."""
    path = f"{os.environ['PATH']}{os.pathsep}{_PROGRAMS}"
    if shutil.which("nginx", path=path) is None:
        words = "nginx is not installed (package nginx)"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    monkeypatch.setenv("PATH", path)
    settings.ALLOWED_HOSTS = [_HOST]
    archive = LiveServer(_HOST)
    (port,) = free_ports(1)
    folder, static = tmp_path / "nginx", tmp_path / "static"
    folder.mkdir()
    static.mkdir()
    (static / "site.css").write_text("body {}")
    (static / "site.0123456789ab.css").write_text("body {}")
    server = proxied(
        EXAMPLE.read_text(), server=archive.thread.port, proxy=port,
        cache=folder / "cache", static=static,
    )  # fmt: skip
    with ExitStack() as running:
        running.callback(archive.stop)  # only once, be it by the test
        with nginx(folder, [server], [port]):
            yield Site(port, running.close)
