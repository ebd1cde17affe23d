"""Start gunicorn and nginx as child processes, wait until they serve, and stop them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.archive_import import PROJECT
from benchmarks.process_measurement import CommandError
from benchmarks.reverse_proxy_runs.client import HOST, Connection, ResponseError
from benchmarks.reverse_proxy_runs.config import full_config

WORKERS = 2
START_SECONDS = 120
STOP_SECONDS = 30
IDLE_SECONDS = 0.3  # a worker that still starts imports modules all this time
IDLE_SHARE = 0.05  # of a processor: gunicorn wakes up every second


class Process(ExitStack):
    """A process that is terminated at the end of a ``with`` block, and its log."""

    def __init__(self, command: Sequence[str], log: Path, **options: object) -> None:
        super().__init__()
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, **options
            )
        self.pid: int = self._process.pid
        self.callback(self._terminate)

    def _terminate(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until ``is_ready()``; CommandError with the end of the log if that never happens."""
        until = time.monotonic() + START_SECONDS
        try:
            while not is_ready():
                if self._process.poll() is not None or time.monotonic() > until:
                    log_end = self._log.read_text(errors="replace")[-2000:]
                    raise CommandError(f"{' '.join(self._process.args)} did not start:\n{log_end}")
                time.sleep(0.05)
        except BaseException:  # also KeyboardInterrupt: the ``with`` block has not begun yet
            self.close()
            raise


def open_listener() -> socket.socket:
    """Return a socket on a free port, which gunicorn inherits each time it is started."""
    found = socket.create_server((HOST, 0), backlog=128)
    found.set_inheritable(True)
    return found


def free_ports(number: int) -> list[int]:
    """Return ``number`` free ports."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(number)]
        return [each.getsockname()[1] for each in found]


def start_gunicorn(listener: socket.socket, environment: Mapping[str, str], log: Path) -> Process:
    """Start the archive as operators do; return when every worker has imported its modules."""
    descriptor = listener.fileno()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "archive_site.wsgi",
        "--log-level",
        "warning",
    ]
    command += ["--bind", f"fd://{descriptor}", "--workers", str(WORKERS)]
    process = Process(command, log, cwd=PROJECT, env=environment, pass_fds=(descriptor,))
    port = listener.getsockname()[1]
    process.wait_until(lambda: len(_children(process.pid)) == WORKERS)
    process.wait_until(lambda: _responds(port, "/healthz") and _is_idle(process.pid))
    return process


def start_nginx(folder: Path, servers: Sequence[str], ports: Sequence[int]) -> Process:
    """Start nginx with ``servers``, writing only below ``folder``; return when it listens."""
    config = folder / "nginx.conf"
    config.write_text(full_config(folder, servers))
    log = folder / "nginx.log"
    command = ["nginx", "-p", str(folder), "-e", str(log), "-c", str(config)]
    process = Process(command, log)
    process.wait_until(lambda: all(map(_is_listening, ports)))
    return process


def _responds(port: int, path: str) -> bool:
    try:
        with Connection(port, keep_alive=False) as connection:
            connection.get(path)
    except (OSError, ResponseError):
        return False
    return True


def _is_listening(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _is_idle(pid: int) -> bool:
    """Return whether the children of ``pid`` are idle for IDLE_SECONDS."""
    before = processor_seconds(pid)
    time.sleep(IDLE_SECONDS)
    return processor_seconds(pid) - before < IDLE_SHARE * IDLE_SECONDS


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def processor_seconds(pid: int) -> float:
    """Return the processor time of the children of ``pid`` so far, with all their threads."""
    nanoseconds = 0
    for child in _children(pid):
        for thread in Path(f"/proc/{child}/task").glob("*/schedstat"):
            nanoseconds += int(thread.read_text().split()[0])
    return nanoseconds / 1e9  # the kernel counts nanoseconds


def evict_from_page_cache(path: Path) -> None:
    """Evict a file from the system's page cache; no process may have it open."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
