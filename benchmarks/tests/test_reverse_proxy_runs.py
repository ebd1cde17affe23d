from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.reverse_proxy_runs.client import (
    Connection,
    Load,
    LoadLimits,
    ResponseError,
    run_load,
)
from benchmarks.reverse_proxy_runs.config import (
    EXAMPLE,
    ConfigError,
    file_server,
    full_config,
    proxy_server,
)
from benchmarks.reverse_proxy_runs.databases import database_url
from benchmarks.reverse_proxy_runs.measurements import WAYS, Growth, Row
from benchmarks.reverse_proxy_runs.tables import tables


class _Pages(BaseHTTPRequestHandler):
    """Returns /chunked in chunks, /missing with 404, half of /cut; any other path as the body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requested.append(self.path)  # type: ignore[attr-defined]
        body = self.path.encode()
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
            return
        self.close_connection = self.path == "/cut"
        self.send_header("Content-Length", str(len(body) * (2 if self.path == "/cut" else 1)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def _server() -> Iterator[tuple[int, list[str]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        server.requested = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.requested  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize("keep_alive", [True, False])
def test_bodies_are_read_completely(keep_alive: bool) -> None:
    with _server() as (port, _), Connection(port, keep_alive=keep_alive) as connection:
        bodies = [connection.get(path).body for path in ("/a", "/chunked", "/b")]
    assert bodies == [b"/a", b"hello world", b"/b"]


def test_truncated_response_is_an_error() -> None:
    with (
        _server() as (port, _),
        Connection(port) as connection,
        pytest.raises(ResponseError, match="in the middle"),
    ):
        connection.get("/cut")


def test_load_requests_each_path_once_when_so_limited() -> None:
    paths = [f"/{number}" for number in range(9)]
    with _server() as (port, requested):
        result = run_load(port, paths, LoadLimits(len(paths), 60, 2), keep_alive=True)
    assert sorted(requested) == paths
    assert len(result.milliseconds) == len(paths)
    assert result.bytes == sum(map(len, paths))


def test_load_repeats_its_paths_until_its_time_limit() -> None:
    with _server() as (port, requested):
        result = run_load(port, ["/a", "/b"], LoadLimits(10**9, 0.2, 2), keep_alive=True)
    assert set(requested) == {"/a", "/b"}
    assert len(requested) == len(result.milliseconds) > 2
    assert 0.2 <= result.seconds < 60


def test_load_ends_at_a_response_with_another_status() -> None:
    with (
        _server() as (port, requested),
        pytest.raises(ResponseError, match=r"/missing: responded .* 404"),
    ):
        run_load(port, ["/a", "/missing"], LoadLimits(10**9, 60, 2), keep_alive=True)
    assert len(requested) < 10


def test_example_is_filled_in_and_has_no_system_path_left(tmp_path: Path) -> None:
    filled = proxy_server(
        EXAMPLE.read_text(),
        server=8123,
        proxy=8124,
        cache=tmp_path / "cache",
        static=tmp_path / "static",
    )
    directives = "\n".join(line.partition("#")[0] for line in filled.splitlines())
    assert directives.count("listen ") == 1
    for part in ("listen 127.0.0.1:8124;", "server 127.0.0.1:8123;", f"{tmp_path}/cache "):
        assert part in directives
    for part in ("news.example", "ssl_", "127.0.0.1:8000", "/var/", "/srv/", "/etc/"):
        assert part not in directives


def test_example_without_a_placeholder_is_refused(tmp_path: Path) -> None:
    example = EXAMPLE.read_text().replace("/srv/archive/staticfiles", "/srv/elsewhere")
    with pytest.raises(ConfigError, match="staticfiles"):
        proxy_server(example, server=1, proxy=2, cache=tmp_path, static=tmp_path)


def test_files_are_compressed_as_the_example_compresses(tmp_path: Path) -> None:
    config = file_server(EXAMPLE.read_text(), port=8125, root=tmp_path)
    assert "gzip on;" in config
    assert "gzip_comp_level 5;" in config
    assert "application/atom+xml" in config
    assert "gzip_static" not in config


def test_nginx_writes_only_into_its_folder(tmp_path: Path) -> None:
    config = full_config(tmp_path, ["server {}\n"])
    assert config.count(f" {tmp_path}/") == 7
    assert "server {}" in config


def test_database_has_a_name_that_with_postgresql_drops() -> None:
    socket = database_url("postgres://postgres@//var/run/postgresql/archive_checks_1", 100)
    assert socket == "postgres://postgres@//var/run/postgresql/test_archive_checks_1_100"


def test_growth_is_the_median_of_the_turns() -> None:
    turns = [
        (Load([1.0], 1, 0.010), Load([slower], 1, 0.010 * slower)) for slower in (1.5, 1.25, 9.0)
    ]
    growth = Growth.of("front", turns)
    assert growth.processor == pytest.approx(1.5)
    assert growth.clock == pytest.approx(1.5)


def test_tables_compare_with_the_plain_files() -> None:
    rows = [
        Row(size, "front", way, 1, 10, per_second, 1000 / per_second, 5.0, 2.0, 6_200)
        for size in (10, 100)
        for way, per_second in zip(WAYS, (10, 100, 1000, 2000), strict=True)
    ]
    result = list(tables(rows, [Growth("front", 1.02, 0.98)]))
    assert result[0] == "### 10 articles"
    assert result[1].endswith(
        "| front | 1 | 6.2 | 10 | 100.0/5.0 | 100 | 10.0/5.0 | 1,000 | 1.0/5.0 | 2,000 | 0.5/5.0 |"
    )
    assert result[2].endswith(
        "| front | 2.00 | 2.00 | 2.00 | 2.00 | 0.05 | 0.50 | 2.00 | 1.00 | 1.00 |"
    )
    assert result[-1].endswith("| front | 2.00 | 2.00 | 1.02 | 10.0 | 10.0 | 0.98 |")
    assert len(list(tables(rows[:4], []))) == 3
