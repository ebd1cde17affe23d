"""HEAD: the headers of GET and no byte of its body, as the WSGI server gets them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from articles.searching import index_updates
from articles.tests.support.page_fixtures import at, publish

pytestmark = pytest.mark.django_db


def request(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body as the application passes them to the server."""
    started: dict[str, Any] = {}

    def start_response(
        status: str, headers: list[tuple[str, str]], _: Any = None, /
    ) -> Callable[[bytes], object]:
        started.update(status=int(status[:3]), headers=dict(headers))
        return lambda data: None

    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.url_scheme": "https",
        "HTTP_HOST": "127.0.0.1",
    }  # fmt: skip
    # The test's transaction has to outlive the requests.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        response = WSGIHandler()(environ, start_response)
        body = b"".join(response)
        response.close()
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)
    return started["status"], started["headers"], body


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200), ("/feed/", 200), ("/feed/arrivals/", 200), ("/search/?q=story", 200),
        ("/search/download.csv?q=story", 200), ("/search/download.jsonl?q=story", 200),
        ("/coverage.csv", 200), ("/api/v1/articles", 200), ("/healthz", 200), ("/nowhere/", 404),
        ("/admin/", 302),
    ],
)  # fmt: skip
def test_head_has_the_headers_of_get_and_no_body(path: str, status: int) -> None:
    publish(published_at=at(9))
    index_updates.update()
    got = request("GET", path)
    head = request("HEAD", path)
    assert (got[0], head[0]) == (status, status)
    assert head[2] == b"", "a server that gets a body here has to throw it away and warns"
    assert head[1].get("Content-Length") == got[1].get("Content-Length")
    assert got[1].get("Content-Length") in {None, str(len(got[2]))}
    assert head[1]["Content-Type"] == got[1]["Content-Type"]
