"""A PostgreSQL primary and a streaming standby, created and removed by a test."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

_USER = "archive"
#: fsync is off: the data need not survive a power cut.
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 16MB
max_wal_senders = 4
hot_standby = on
"""


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, newest version, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), default=None)


@dataclass(frozen=True)
class Server:
    """A server on 127.0.0.1 with its data in ``folder``."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return its URL in the format of DATABASE_URL."""
        return f"postgres://{_USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and return when it accepts connections."""
        options = f"-p {self.port} -k {self.folder.parent}"
        log = self.folder.with_suffix(".log")
        self._run("pg_ctl", "-D", self.folder, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop it at once, as a power cut does; does nothing if it is not running."""
        self._run("pg_ctl", "-D", self.folder, "-m", "immediate", "stop", check=False)

    def promote(self) -> None:
        """Promote a standby to a primary."""
        self._run("pg_ctl", "-D", self.folder, "-w", "promote")

    def _run(self, name: str, *arguments: object, check: bool = True) -> None:
        # The server refuses to run as root.
        before = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        done = subprocess.run(
            [*before, str(self.programs / name), *map(str, arguments)],
            cwd=self.folder.parent, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"{name}: {done.stdout.decode(errors='replace')}")


def make_primary(programs: Path, folder: Path) -> Server:
    """Create a server in the existing ``folder``, and start it."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(programs, folder / "primary", _free_port())
    server._run("initdb", "-D", server.folder, "-U", _USER, "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    with (server.folder / "postgresql.conf").open("a") as file:
        file.write(_CONFIGURATION)
    server.start()
    return server


def make_standby(primary: Server) -> Server:
    """Create a streaming standby of ``primary``, and start it."""
    standby = Server(primary.programs, primary.folder.with_name("standby"), _free_port())
    standby._run("pg_basebackup", "-D", standby.folder, "-h", "127.0.0.1", "-p", primary.port,
                 "-U", _USER, "-R", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
    standby.start()
    return standby


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
