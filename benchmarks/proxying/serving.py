"""gunicorn and nginx as processes of the benchmark: started, waited for, ended by their ids."""

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
from benchmarks.proxying.client import HOST, AnswerError, Connection
from benchmarks.proxying.config import whole

WORKERS = 2
START_SECONDS = 120
STOP_SECONDS = 30
QUIET_SECONDS = 0.3  # a worker that starts reads modules all the while
QUIET_SHARE = 0.05  # of a processor: gunicorn looks around every second


class Process(ExitStack):
    """A process that runs inside a ``with``, and its log."""

    def __init__(self, command: Sequence[str], log: Path, **options: object) -> None:
        super().__init__()
        self._log = log
        with log.open("ab") as file:
            self._process = subprocess.Popen(  # type: ignore[call-overload]
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, **options
            )
        self.pid: int = self._process.pid
        self.callback(self._end)

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Return when ``is_ready``; CommandError with the log's end when that never comes."""
        until = time.monotonic() + START_SECONDS
        try:
            while not is_ready():
                if self._process.poll() is not None or time.monotonic() > until:
                    told = self._log.read_text(errors="replace")[-2000:]
                    raise CommandError(f"{' '.join(self._process.args)} did not start:\n{told}")
                time.sleep(0.05)
        except BaseException:  # also an interruption: nobody has entered the process yet
            self.close()
            raise


def listener() -> socket.socket:
    """Return a socket on a free port: gunicorn inherits it, each time that it is started."""
    found = socket.create_server((HOST, 0), backlog=128)
    found.set_inheritable(True)
    return found


def free_ports(number: int) -> list[int]:
    """Return ports that nobody listens on."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(number)]
        return [each.getsockname()[1] for each in found]


def gunicorn(listens: socket.socket, environment: Mapping[str, str], log: Path) -> Process:
    """Start the archive as operators do; return when every worker has read all its modules."""
    descriptor = listens.fileno()
    command = [sys.executable, "-m", "gunicorn", "archive_site.wsgi", "--log-level", "warning"]
    command += ["--bind", f"fd://{descriptor}", "--workers", str(WORKERS)]
    process = Process(command, log, cwd=PROJECT, env=environment, pass_fds=(descriptor,))
    port = listens.getsockname()[1]
    process.wait_until(lambda: len(_children(process.pid)) == WORKERS)
    process.wait_until(lambda: _answers(port, "/healthz") and _is_quiet(process.pid))
    return process


def nginx(folder: Path, servers: Sequence[str], ports: Sequence[int]) -> Process:
    """Start nginx with ``servers``, and all it writes in ``folder``; return when it listens."""
    config = folder / "nginx.conf"
    config.write_text(whole(folder, servers))
    log = folder / "nginx.log"
    command = ["nginx", "-p", str(folder), "-e", str(log), "-c", str(config)]
    process = Process(command, log)
    process.wait_until(lambda: all(map(_listens, ports)))
    return process


def _answers(port: int, path: str) -> bool:
    try:
        with Connection(port, keep=False) as connection:
            connection.get(path)
    except (OSError, AnswerError):
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 1).close()
    except OSError:
        return False
    return True


def _is_quiet(pid: int) -> bool:
    """Return whether the children of ``pid`` do nothing for a moment."""
    before = processor_seconds(pid)
    time.sleep(QUIET_SECONDS)
    return processor_seconds(pid) - before < QUIET_SHARE * QUIET_SECONDS


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def processor_seconds(pid: int) -> float:
    """Return what the children of ``pid`` have spent so far, all their threads together."""
    spent = 0
    for child in _children(pid):
        for thread in Path(f"/proc/{child}/task").glob("*/schedstat"):
            spent += int(thread.read_text().split()[0])
    return spent / 1e9  # the kernel counts nanoseconds


def forget_file(path: Path) -> None:
    """Take a file that nobody holds open out of the system's page cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
