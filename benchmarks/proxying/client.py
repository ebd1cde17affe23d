"""A client that asks a server on this machine for pages, a bounded number of times.

A list of addresses is asked for in order, each exactly once where that is wanted, and every request
is timed as it was. hey and ab take one address; wrk ends by time and corrects what it has measured.
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
TIMEOUT_SECONDS = 60  # for one answer


class AnswerError(RuntimeError):
    """A server gave no answer, or another one than 200."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Header lines by lower-case name, and the body as it came over the wire."""

    headers: dict[bytes, bytes]
    body: bytes


class Connection(ExitStack):
    """Asks one server, over one connection as long as both sides ``keep`` it."""

    def __init__(self, port: int, *, keep: bool = True, encoding: str = "gzip") -> None:
        super().__init__()
        self._port = port
        kept = "keep-alive" if keep else "close"
        self._headers = f"Host: localhost\r\nAccept-Encoding: {encoding}\r\nConnection: {kept}\r\n"
        self._keep = keep
        self._is_open = False

    def get(self, path: str) -> Answer:
        """Return the answer to a GET of ``path``; AnswerError unless it is a 200."""
        if not self._is_open:
            self._open()
        self._socket.sendall(f"GET {path} HTTP/1.1\r\n{self._headers}\r\n".encode())
        status = self._file.readline()
        headers: dict[bytes, bytes] = {}
        while (line := self._file.readline()) not in {b"\r\n", b""}:
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        body = self._body(headers)
        if not self._keep or headers.get(b"connection", b"").lower() == b"close":
            self.close()
        if status.split()[1:2] != [b"200"]:
            told = status.decode(errors="replace").strip() or "nothing"
            raise AnswerError(f"port {self._port}, {path}: answered {told}")
        return Answer(headers, body)

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

    def _body(self, headers: dict[bytes, bytes]) -> bytes:
        if headers.get(b"transfer-encoding") == b"chunked":
            chunks = []
            while size := int(self._file.readline().strip() or b"0", 16):
                chunks.append(self._exactly(size))
                self._exactly(2)  # the line's end
            self._exactly(2)
            return b"".join(chunks)
        if b"content-length" in headers:
            return self._exactly(int(headers[b"content-length"]))
        return self._file.read()

    def _exactly(self, size: int) -> bytes:
        found = self._file.read(size)
        if len(found) < size:
            raise AnswerError(f"port {self._port}: hung up in the middle of an answer")
        return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a load ends, whichever comes first, and how many requests are under way at once."""

    requests: int
    seconds: float
    connections: int


@dataclass(slots=True)
class Load:
    """What asking took: a list of milliseconds, one a request, and the seconds of all.

    ``processor_seconds`` are the servers' own; who asks has to fill them in.
    """

    milliseconds: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    bytes: int = 0

    def add(self, other: Self) -> None:
        """Take in what another turn has measured."""
        self.milliseconds += other.milliseconds
        self.seconds += other.seconds
        self.processor_seconds += other.processor_seconds
        self.bytes += other.bytes


def load(port: int, paths: Sequence[str], bounds: Bounds, *, keep: bool) -> Load:
    """Ask for ``paths`` in turn until a bound is reached; AnswerError where one is no 200."""
    numbers = count()
    result = Load()
    errors: list[Exception] = []
    started = perf_counter()
    until = started + bounds.seconds

    def ask() -> None:
        try:
            with Connection(port, keep=keep) as connection:
                while (number := next(numbers)) < bounds.requests and not errors:
                    before = perf_counter()
                    if before > until:
                        return
                    answer = connection.get(paths[number % len(paths)])
                    result.milliseconds.append((perf_counter() - before) * 1000)
                    result.bytes += len(answer.body)
        except (OSError, AnswerError) as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(bounds.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = perf_counter() - started
    if errors:
        raise AnswerError(str(errors[0])) from errors[0]
    return result
