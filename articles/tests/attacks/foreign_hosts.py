"""A listener in place of every foreign host, which records the requested names and answers 404.

The browser resolves all host names to it, so that no test leaves the machine and even a connection
without a request (a preconnect) is recorded. The name is in the ``Host`` header of a request or,
for TLS, in the SNI of the ClientHello.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Self

_HOST = re.compile(rb"(?:^Host: |\x00\x00.)([a-z0-9][a-z0-9.-]+\.[a-z]{2,})", re.I | re.M | re.S)
_TIMEOUT_SECONDS = 2  # for a connection that sends nothing


class ForeignHosts:
    """A listener on the loopback address; ``requested_names`` are the host names of requests."""

    def __init__(self) -> None:
        self.requested_names: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # close() alone does not wake a thread that waits in accept().
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._record, args=(connection,), daemon=True).start()

    def _record(self, connection: socket.socket) -> None:
        connection.settimeout(_TIMEOUT_SECONDS)
        with connection, contextlib.suppress(OSError):
            data = connection.recv(4096)
            match = _HOST.search(data)
            self.requested_names.append(match[1].decode().lower() if match else repr(data[:40]))
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
