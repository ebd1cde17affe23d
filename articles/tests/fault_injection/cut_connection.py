"""A TCP proxy to a database server that can be cut and restored, as in a network outage."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Forwards connections on ``port`` to ``target``; while cut, it refuses and drops them."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        self._target = target
        self._sockets: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0

    def restore(self) -> None:
        """Start to listen, always on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Close all connections and refuse new ones."""
        if self._listener is not None:
            self._close(self._listener)
            self._listener = None
        for connection in self._sockets:
            self._close(connection)
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = self._connect()
            except OSError:
                return
            self._sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, str):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._target)
            return server
        return socket.create_connection(self._target)

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self._close(source)
        self._close(sink)

    @staticmethod
    def _close(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()


@contextlib.contextmanager
def start_proxy(host: str, port: int) -> Iterator[Proxy]:
    """Yield a proxy to the server at ``host``, which may be the folder of a Unix socket."""
    proxy = Proxy(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
    proxy.restore()
    try:
        yield proxy
    finally:
        proxy.cut()
