"""Serve an archive on the loopback address for browser tests, in a separate process.

The test calls :func:`start_site`, which runs a module; the module fills an archive and calls
:func:`serve_site`. What the test has to know of the archive is passed in a JSON file.
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

_SITE_INFO_FILE = "site.json"
_START_SECONDS = 300  # an archive that does not serve by then has failed
_RATE_LIMITS = ("COSTLY", "SEARCH", "SUGGEST", "LOGIN", "LOGIN_NAME")


@contextmanager
def start_site(folder: Path, module: str, *arguments: str, **values: str) -> Iterator[Any]:
    """Run ``python -m MODULE FOLDER ARGUMENTS``; yield the data that it passes to the test.

    ``values`` are settings of the archive, by their names in the environment.
    """
    from articles.tests.support.import_runs import (
        ProcessArchive,  # it imports models, for which Django must be set up
    )

    archive = ProcessArchive(folder)
    rates = {f"{name}_RATE": "off" for name in _RATE_LIMITS}
    archive.env |= {"SECURE_SSL_REDIRECT": "off", "DEBUG": "off", **rates, **values}
    with (folder / "server.log").open("w") as log:
        command = [sys.executable, "-m", module, str(folder), *arguments]
        process = archive.start_command(
            command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield json.loads(
                _wait_for_file(folder / _SITE_INFO_FILE, process, folder / "server.log")
            )
        finally:
            process.terminate()
            process.communicate(timeout=30)  # closes the pipe, too


def _wait_for_file(path: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the archive did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.1)
    return path.read_text(encoding="utf-8")


def serve_site(folder: Path, describe_site: Callable[[str], Any]) -> None:
    """Serve requests until the process is terminated.

    ``describe_site`` gets the base URL and returns, ready for JSON, the data for the test.
    """
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connections
    from gunicorn.app.base import BaseApplication

    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    listener.set_inheritable(True)
    site_info = json.dumps(describe_site(f"http://127.0.0.1:{listener.getsockname()[1]}"))
    connections.close_all()  # none may be shared with the worker
    threading.Thread(target=_exit_with_parent, daemon=True).start()
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
            self.cfg.set("when_ready", lambda _: _write_site_info(folder, site_info))

        def load(self) -> WSGIHandler:
            return WSGIHandler()

    Server().run()


def _exit_with_parent() -> None:
    """Wait for the end of standard input, which the parent process holds; then end the server."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _write_site_info(folder: Path, site_info: str) -> None:
    part = folder / "site.part"
    part.write_text(site_info, encoding="utf-8")
    part.rename(folder / _SITE_INFO_FILE)
