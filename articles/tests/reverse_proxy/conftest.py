"""Fixture: the archive behind nginx with docs/examples/nginx.conf, both started for one test."""

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

from benchmarks.reverse_proxy_runs.config import EXAMPLE, proxy_server
from benchmarks.reverse_proxy_runs.servers import free_ports, start_nginx

_HOST = "127.0.0.1"
_PROGRAMS = "/usr/sbin"  # where Debian installs nginx; not on a user's PATH


@dataclass(frozen=True)
class ProxiedResponse:
    """A response that came through the proxy; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def cache(self) -> str:
        """Return nginx's cache status: MISS, HIT, EXPIRED, or empty."""
        return self.headers.get("x-cache-status", "")


@dataclass(frozen=True)
class Site:
    """An archive and the proxy in front of it."""

    port: int
    stop_archive: Callable[[], None]

    def get(self, path: str, **headers: str) -> ProxiedResponse:
        """Return the response to a GET; ``if_none_match`` is sent as If-None-Match."""
        connection = http.client.HTTPConnection(_HOST, self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            return ProxiedResponse(response.status, received, response.read())
        finally:
            connection.close()


@pytest.fixture
def site(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Site]:
    """Return an empty site that serves what the test writes."""
    path = f"{os.environ['PATH']}{os.pathsep}{_PROGRAMS}"
    if shutil.which("nginx", path=path) is None:
        message = "nginx is not installed (package nginx)"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    monkeypatch.setenv("PATH", path)
    settings.ALLOWED_HOSTS = [_HOST]
    archive = LiveServer(_HOST)
    (port,) = free_ports(1)
    folder, static = tmp_path / "nginx", tmp_path / "static"
    folder.mkdir()
    static.mkdir()
    (static / "base.css").write_text("body {}")
    (static / "base.0123456789ab.css").write_text("body {}")
    server = proxy_server(
        EXAMPLE.read_text(), server=archive.thread.port, proxy=port,
        cache=folder / "cache", static=static,
    )  # fmt: skip
    with ExitStack() as running:
        running.callback(archive.stop)  # runs only once, also if the test calls it
        with start_nginx(folder, [server], [port]):
            yield Site(port, running.close)
