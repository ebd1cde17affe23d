"""Serve an archive with gunicorn and the configuration of the project."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from email.message import Message
from pathlib import Path

from articles.tests.support.import_runs import PROJECT

_SECONDS = 60  # to start and to stop

#: From a path, and the keyword ``method``, to status, headers and body.
Get = Callable[..., tuple[int, Message, str]]


@contextmanager
def start_gunicorn(folder: Path, environment: Mapping[str, str]) -> Iterator[Get]:
    """Serve an archive with gunicorn, as an operator does; yield a function that gets a page.

    ``environment`` names the archive; the log is ``site.log`` in ``folder``.
    """
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    arguments = ["-m", "gunicorn", "--no-control-socket", "--workers=1", f"--bind=127.0.0.1:{port}"]
    with (folder / "site.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments, "articles.tests.support.gunicorn_site"],
            cwd=PROJECT,
            env={
                **environment,
                "SECURE_SSL_REDIRECT": "off",
                "ALLOWED_HOSTS": "127.0.0.1",
            },
            stdout=subprocess.DEVNULL,
            stderr=log,
        )

    def get(path: str, method: str = "GET") -> tuple[int, Message, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - http
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    try:
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                get("/healthz")
                break
            except OSError:
                assert process.poll() is None, (folder / "site.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield get
    finally:
        process.terminate()
        process.wait(_SECONDS)
