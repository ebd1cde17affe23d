from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.proxying.client import AnswerError, Bounds, Connection, Load, load
from benchmarks.proxying.config import EXAMPLE, ConfigError, files_server, proxied, whole
from benchmarks.proxying.databases import named
from benchmarks.proxying.measuring import WAYS, Growth, Row
from benchmarks.proxying.tables import tables


class _Pages(BaseHTTPRequestHandler):
    """Answers /chunked in pieces, /missing with 404, /cut in half; the rest with its own path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
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
        """Keep quiet."""


@contextmanager
def _server() -> Iterator[tuple[int, list[str]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.asked  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize("keep", [True, False])
def test_bodies_are_read_whole(keep: bool) -> None:
    with _server() as (port, _), Connection(port, keep=keep) as connection:
        bodies = [connection.get(path).body for path in ("/a", "/chunked", "/b")]
    assert bodies == [b"/a", b"hello world", b"/b"]


def test_answer_that_ends_too_early_is_an_error() -> None:
    with (
        _server() as (port, _),
        Connection(port) as connection,
        pytest.raises(AnswerError, match="in the middle"),
    ):
        connection.get("/cut")


def test_load_asks_for_each_address_once_when_so_bounded() -> None:
    paths = [f"/{number}" for number in range(9)]
    with _server() as (port, asked):
        done = load(port, paths, Bounds(len(paths), 60, 2), keep=True)
    assert sorted(asked) == paths
    assert len(done.milliseconds) == len(paths)
    assert done.bytes == sum(map(len, paths))


def test_load_begins_again_and_ends_by_time() -> None:
    with _server() as (port, asked):
        done = load(port, ["/a", "/b"], Bounds(10**9, 0.2, 2), keep=True)
    assert set(asked) == {"/a", "/b"}
    assert len(asked) == len(done.milliseconds) > 2
    assert 0.2 <= done.seconds < 60


def test_load_ends_at_an_answer_that_is_no_page() -> None:
    with _server() as (port, asked), pytest.raises(AnswerError, match=r"/missing: answered .* 404"):
        load(port, ["/a", "/missing"], Bounds(10**9, 60, 2), keep=True)
    assert len(asked) < 10


def test_example_is_filled_in_and_has_no_place_of_the_machine_left(tmp_path: Path) -> None:
    filled = proxied(
        EXAMPLE.read_text(),
        server=8123,
        proxy=8124,
        cache=tmp_path / "cache",
        static=tmp_path / "static",
    )
    told = "\n".join(line.partition("#")[0] for line in filled.splitlines())
    assert told.count("listen ") == 1
    for part in ("listen 127.0.0.1:8124;", "server 127.0.0.1:8123;", f"{tmp_path}/cache "):
        assert part in told
    for part in ("news.example", "ssl_", "127.0.0.1:8000", "/var/", "/srv/", "/etc/"):
        assert part not in told


def test_example_without_a_place_to_fill_in_is_refused(tmp_path: Path) -> None:
    example = EXAMPLE.read_text().replace("/srv/archive/staticfiles", "/srv/elsewhere")
    with pytest.raises(ConfigError, match="staticfiles"):
        proxied(example, server=1, proxy=2, cache=tmp_path, static=tmp_path)


def test_files_are_compressed_as_the_example_compresses(tmp_path: Path) -> None:
    made = files_server(EXAMPLE.read_text(), port=8125, root=tmp_path)
    assert "gzip on;" in made
    assert "gzip_comp_level 5;" in made
    assert "application/atom+xml" in made
    assert "gzip_static" not in made


def test_nginx_writes_into_its_folder_alone(tmp_path: Path) -> None:
    made = whole(tmp_path, ["server {}\n"])
    assert made.count(f" {tmp_path}/") == 7
    assert "server {}" in made


def test_databases_of_sizes_are_those_that_with_postgresql_drops() -> None:
    socket = named("postgres://postgres@//var/run/postgresql/archive_checks_1", 100)
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
    told = list(tables(rows, [Growth("front", 1.02, 0.98)]))
    assert told[0] == "### 10 articles"
    assert told[1].endswith(
        "| front | 1 | 6.2 | 10 | 100.0/5.0 | 100 | 10.0/5.0 | 1,000 | 1.0/5.0 | 2,000 | 0.5/5.0 |"
    )
    assert told[2].endswith(
        "| front | 2.00 | 2.00 | 2.00 | 2.00 | 0.05 | 0.50 | 2.00 | 1.00 | 1.00 |"
    )
    assert told[-1].endswith("| front | 2.00 | 2.00 | 1.02 | 10.0 | 10.0 | 0.98 |")
    assert len(list(tables(rows[:4], []))) == 3
