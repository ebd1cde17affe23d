"""A load generator for a server on this machine, limited in requests and in time.

It requests a list of paths in order, each exactly once if so limited, and records the time of every
request. hey and ab take a single URL; wrk stops by time only and corrects its measurements.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Self

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 60  # for one response


class ResponseError(RuntimeError):
    """A server sent no complete response, or one with another status than 200."""


@dataclass(frozen=True, slots=True)
class Response:
    """Header lines by lower-case name, and the body as it came over the wire."""

    headers: dict[bytes, bytes]
    body: bytes


class Connection(ExitStack):
    """Sends requests to one server, over one connection while both sides keep it alive."""

    def __init__(self, port: int, *, keep_alive: bool = True, encoding: str = "gzip") -> None:
        super().__init__()
        self._port = port
        connection_header = "keep-alive" if keep_alive else "close"
        self._headers = (
            f"Host: localhost\r\nAccept-Encoding: {encoding}\r\nConnection: {connection_header}\r\n"
        )
        self._keep_alive = keep_alive
        self._is_open = False

    def get(self, path: str) -> Response:
        """Return the response to a GET of ``path``; ResponseError unless its status is 200."""
        if not self._is_open:
            self._open()
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{self._headers}\r\n".encode())
        status = self._file.readline()
        headers: dict[bytes, bytes] = {}
        while (line := self._file.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        body = self._read_body(headers)
        if not self._keep_alive or headers.get(b"connection", b"").lower() == b"close":
            self.close()
        if status.split()[1:2] != [b"200"]:
            status_text = status.decode(errors="replace").strip() or "nothing"
            raise ResponseError(f"port {self._port}, {path}: responded {status_text}")
        return Response(headers, body)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._is_open = False
        super().close()

    def _open(self) -> None:
        self._socket = self.enter_context(
            socket.create_connection((HOST, self._port), TIMEOUT_SECONDS)
        )
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self.enter_context(self._socket.makefile("rb"))
        self._is_open = True

    def _read_body(self, headers: dict[bytes, bytes]) -> bytes:
        if headers.get(b"transfer-encoding") == b"chunked":
            chunks = []
            while size := int(self._file.readline().strip() or b"0", 16):
                chunks.append(self._read_exactly(size))
                self._read_exactly(2)  # CRLF
            self._read_exactly(2)
            return b"".join(chunks)
        if b"content-length" in headers:
            return self._read_exactly(int(headers[b"content-length"]))
        return self._file.read()

    def _read_exactly(self, size: int) -> bytes:
        content = self._file.read(size)
        if len(content) < size:
            raise ResponseError(f"port {self._port}: connection closed in the middle of a response")
        return content


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """When a load ends, whichever limit comes first, and the number of concurrent requests."""

    requests: int
    seconds: float
    connections: int


@dataclass(slots=True)
class Load:
    """The result of a load: milliseconds of each request, and the seconds of the whole load.

    ``processor_seconds`` are those of the servers; the caller fills them in.
    """

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    bytes: int = 0

    def add(self, other: Self) -> None:
        """Add the measurements of another load."""
        self.milliseconds += other.milliseconds
        self.seconds += other.seconds
        self.processor_seconds += other.processor_seconds
        self.bytes += other.bytes


def run_load(port: int, paths: Sequence[str], limits: LoadLimits, *, keep_alive: bool) -> Load:
    """Request ``paths`` in turn until a limit is reached; ResponseError on a status but 200."""
    numbers = count()
    result = Load()
    errors: list[Exception] = []
    started = perf_counter()
    until = started + limits.seconds

    def send_requests() -> None:
        try:
            with Connection(port, keep_alive=keep_alive) as connection:
                while (number := next(numbers)) < limits.requests and not errors:
                    before = perf_counter()
                    if before > until:
                        return
                    response = connection.get(paths[number % len(paths)])
                    result.milliseconds.append((perf_counter() - before) * 1000)
                    result.bytes += len(response.body)
        except (OSError, ResponseError) as error:
            errors.append(error)

    threads = [
        threading.Thread(target=send_requests, daemon=True) for _ in range(limits.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = perf_counter() - started
    if errors:
        raise ResponseError(str(errors[0])) from errors[0]
    return result
