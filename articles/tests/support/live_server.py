"""An archive served on the loopback address for a browser: a process of its own.

The test calls :func:`served`, which starts a module; that one fills an archive and calls
:func:`serve`. What a test has to know of the archive goes through a file.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_FACTS = "site.json"
_START_SECONDS = 300  # an archive that is not up by then will not come up
_LIMITS = ("COSTLY", "SEARCH", "SUGGEST", "LOGIN", "LOGIN_NAME")


@contextmanager
def served(folder: Path, module: str, *arguments: str, **values: str) -> Iterator[Any]:
    """Run ``python -m MODULE FOLDER ARGUMENTS``; yield what its call of :func:`serve` tells.

    ``values`` are settings of the archive, by the names of the environment.
    """
    from articles.tests.support.import_runs import (
        OwnArchive,  # of models, for which Django must be set up
    )

    archive = OwnArchive(folder)
    rates = {f"{name}_RATE": "off" for name in _LIMITS}
    archive.env |= {"SECURE_SSL_REDIRECT": "off", "DEBUG": "off", **rates, **values}
    with (folder / "server.log").open("w") as log:
        command = [sys.executable, "-m", module, str(folder), *arguments]
        process = archive.start_command(
            command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield json.loads(_when_there(folder / _FACTS, process, folder / "server.log"))
        finally:
            process.terminate()
            process.wait(timeout=30)


def _when_there(path: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _START_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the archive did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.1)
    return path.read_text(encoding="utf-8")


def serve(folder: Path, facts_of: Callable[[str], Any]) -> None:
    """Answer requests until the process is ended.

    ``facts_of`` gets the address of the site and returns, as plain data, what the test is told.
    """
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections
    from gunicorn.app.base import BaseApplication

    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    facts = json.dumps(facts_of(f"http://127.0.0.1:{listener.getsockname()[1]}"))
    connections.close_all()  # none may be shared with the worker
    threading.Thread(target=_end_with_the_caller, daemon=True).start()
    options = {
        "bind": f"fd://{listener.fileno()}",
        "worker_class": "gthread",
        "threads": 4,
        "loglevel": "warning",
        "control_socket_disable": True,
        "preload_app": True,
    }

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)
            self.cfg.set("when_ready", lambda _: _written(folder, facts))

        def load(self) -> WSGIHandler:
            return WSGIHandler()

    Server().run()


def _end_with_the_caller() -> None:
    """Wait until nobody holds the other end of standard input any more; then end the server."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _written(folder: Path, facts: str) -> None:
    part = folder / "site.part"
    part.write_text(facts, encoding="utf-8")
    part.rename(folder / _FACTS)
