"""An archive of one size, ready to be asked: directly, through nginx's cache, and as files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from benchmarks.archive_import import PROJECT, archive_environment
from benchmarks.process_measurement import CommandError
from benchmarks.proxying import config
from benchmarks.proxying.client import Connection
from benchmarks.proxying.databases import database, given_postgresql
from benchmarks.proxying.serving import (
    Process,
    forget_file,
    free_ports,
    gunicorn,
    listener,
    nginx,
    processor_seconds,
)
from benchmarks.report import say


class Site(ExitStack):
    """The archive in ``folder`` (written there unless it is there), gunicorn and nginx.

    Whatever the servers write goes to a temporary folder: nginx begins with nothing kept.

    ``addresses`` are the paths of each kind of page, ``files`` the same pages as plain files;
    ``server``, ``proxy`` and ``plain`` are the ports that answer them.
    """

    def __init__(self, size: int, folder: Path, kinds: Sequence[str]) -> None:
        super().__init__()
        self.size = size
        self._folder = folder
        self._kinds = kinds
        self._work = Path(self.enter_context(TemporaryDirectory(prefix="archive-bench-")))
        self._static = self._work / "static"
        self._pages = self._work / "pages"
        self._cache = self._work / "cache"
        self._environment = archive_environment(folder) | {
            "DJANGO_SETTINGS_MODULE": "benchmarks.proxying.settings",
            "BENCHMARK_STATIC_ROOT": str(self._static),
            "BEHIND_PROXY": "on",
            "LIMITS_FILE": str(self._work / "limits.sqlite3"),
            # All requests come from one address, which no reader's do.
            "SEARCH_RATE": "off",
            "COSTLY_RATE": "off",
        }

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:  # also an interruption: no server may be left behind
            self.close()
            raise
        return self

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if given := given_postgresql():
            self._environment["DATABASE_URL"] = self.enter_context(database(given, self.size))
        say(f"{self.size:,} articles: writing and indexing")
        told = self._run("-m", "benchmarks.proxying.prepare", str(self.size), *self._kinds)
        self.addresses: dict[str, list[str]] = json.loads(told)
        self._run("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        self._listener = self.enter_context(listener())
        self.server: int = self._listener.getsockname()[1]
        self._servers = self.enter_context(ExitStack())
        self.restart()
        say(f"{self.size:,} articles: saving the pages as files")
        self.files = {kind: self._save(kind, paths) for kind, paths in self.addresses.items()}
        self.proxy, self.plain = free_ports(2)
        example = config.EXAMPLE.read_text()
        servers = [
            config.proxied(
                example,
                server=self.server,
                proxy=self.proxy,
                cache=self._cache,
                static=self._static,
            ),
            config.files_server(example, port=self.plain, root=self._pages),
        ]
        self._nginx = self.enter_context(nginx(self._work, servers, (self.proxy, self.plain)))

    def processor_seconds(self) -> float:
        """Return what gunicorn's and nginx's workers have spent so far."""
        return processor_seconds(self._gunicorn.pid) + processor_seconds(self._nginx.pid)

    def restart(self) -> None:
        """Start gunicorn anew, and have nothing of a SQLite database in memory."""
        self._servers.close()
        for path in self._folder.glob("*.sqlite3*"):
            forget_file(path)
        log = self._work / "gunicorn.log"
        self._gunicorn: Process = self._servers.enter_context(
            gunicorn(self._listener, self._environment, log)
        )

    def prime(self, kind: str) -> None:
        """Have nginx keep every page of ``kind`` anew; CommandError when it does not."""
        for page in self._cache.rglob("*"):  # whose files are gone, nginx fetches again
            if page.is_file():
                page.unlink()
        with Connection(self.proxy) as connection:
            for path in self.addresses[kind]:
                told = [connection.get(path).headers.get(b"x-cache-status", b"") for _ in range(2)]
                if told != [b"MISS", b"HIT"]:
                    raise CommandError(f"{path}: nginx does not keep it ({b', '.join(told)!r})")

    def _save(self, kind: str, paths: list[str]) -> list[str]:
        """Write the pages of ``kind`` into files and return the paths of those."""
        saved = []
        (self._pages / kind).mkdir(parents=True, exist_ok=True)
        with Connection(self.server, keep=False, encoding="identity") as connection:
            for number, path in enumerate(paths):
                answer = connection.get(path)
                media_type = answer.headers[b"content-type"].decode().partition(";")[0]
                name = f"/{kind}/{number}.{config.SUFFIXES[media_type]}"
                (self._pages / name[1:]).write_bytes(answer.body)
                saved.append(name)
        return saved

    def _run(self, *arguments: str) -> str:
        """Run Python with the archive's environment and return its standard output."""
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=PROJECT, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return done.stdout
