"""Every host that is not the archive: a listener which notes who was asked for, and says nothing.

The browser is told to find all names here, so that no test leaves the machine and even a
connection that carries no request (a preconnect) is seen. A name stands in a request's ``Host``
or, of an encrypted one, in the greeting's SNI.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Self

_HOST = re.compile(rb"(?:^Host: |\x00\x00.)([a-z0-9][a-z0-9.-]+\.[a-z]{2,})", re.I | re.M | re.S)
_PATIENCE_SECONDS = 2  # for a connection that opens and says nothing


class Elsewhere:
    """A listener on the loopback address; ``asked`` are the names that it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone does not wake a thread that waits for a connection.
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
            threading.Thread(target=self._note, args=(connection,), daemon=True).start()

    def _note(self, connection: socket.socket) -> None:
        connection.settimeout(_PATIENCE_SECONDS)
        with connection, contextlib.suppress(OSError):
            said = connection.recv(4096)
            match = _HOST.search(said)
            self.asked.append(match[1].decode().lower() if match else repr(said[:40]))
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
