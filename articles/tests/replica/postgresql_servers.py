"""A PostgreSQL server and a streaming standby of it, made for a test and thrown away with it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

_USER = "archive"
#: Nothing of it has to survive a power cut.
_CONFIGURATION = """
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 16MB
max_wal_senders = 4
hot_standby = on
"""


def programs() -> Path | None:
    """Return the folder of PostgreSQL's own programs, the newest where there are several."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), default=None)


@dataclass(frozen=True)
class Server:
    """A server on the loopback address, whose data are in ``folder``."""

    programs: Path
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Return its address as DATABASE_URL has it."""
        return f"postgres://{_USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, and return when it answers."""
        options = f"-p {self.port} -k {self.folder.parent}"
        log = self.folder.with_suffix(".log")
        self._run("pg_ctl", "-D", self.folder, "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """End it at once, as a power cut does; one that does not run is no mistake."""
        self._run("pg_ctl", "-D", self.folder, "-m", "immediate", "stop", check=False)

    def promote(self) -> None:
        """Make a standby a server of its own."""
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
    """Make a server in ``folder``, which has to be there, and start it."""
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
    """Copy a server into one that follows it, and start that."""
    standby = Server(primary.programs, primary.folder.with_name("standby"), _free_port())
    standby._run("pg_basebackup", "-D", standby.folder, "-h", "127.0.0.1", "-p", primary.port,
                 "-U", _USER, "-R", "-X", "stream", "-c", "fast", "--no-sync")  # fmt: skip
    standby.start()
    return standby


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port
