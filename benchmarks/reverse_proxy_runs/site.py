"""An archive of one size, served by gunicorn, through nginx's cache, and as plain files."""

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
from benchmarks.report import print_progress
from benchmarks.reverse_proxy_runs import config
from benchmarks.reverse_proxy_runs.client import Connection
from benchmarks.reverse_proxy_runs.databases import postgresql_url, temporary_database
from benchmarks.reverse_proxy_runs.servers import (
    Process,
    evict_from_page_cache,
    free_ports,
    open_listener,
    processor_seconds,
    start_gunicorn,
    start_nginx,
)


class Site(ExitStack):
    """The archive in ``folder`` (created unless it exists), served by gunicorn and nginx.

    The servers write only to a temporary folder, so nginx starts with an empty cache.

    ``paths`` are the paths of each kind of page, ``files`` those of the same pages as plain files;
    ``server_port``, ``proxy_port`` and ``file_port`` are the ports of gunicorn, nginx's cache and
    nginx's plain files.
    """

    def __init__(self, size: int, folder: Path, kinds: Sequence[str]) -> None:
        super().__init__()
        self.size = size
        self._folder = folder
        self._kinds = kinds
        self._work_folder = Path(self.enter_context(TemporaryDirectory(prefix="archive-bench-")))
        self._static = self._work_folder / "static"
        self._pages = self._work_folder / "pages"
        self._cache = self._work_folder / "cache"
        self._environment = archive_environment(folder) | {
            "DJANGO_SETTINGS_MODULE": "benchmarks.reverse_proxy_runs.settings",
            "BENCHMARK_STATIC_ROOT": str(self._static),
            "BEHIND_PROXY": "on",
            "LIMITS_FILE": str(self._work_folder / "limits.sqlite3"),
            # All requests come from one IP address, unlike those of readers.
            "SEARCH_RATE": "off",
            "COSTLY_RATE": "off",
        }

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:  # also KeyboardInterrupt: no server may be left running
            self.close()
            raise
        return self

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if server_url := postgresql_url():
            self._environment["DATABASE_URL"] = self.enter_context(
                temporary_database(server_url, self.size)
            )
        print_progress(f"{self.size:,} articles: writing and indexing")
        output = self._run_python(
            "-m", "benchmarks.reverse_proxy_runs.prepare", str(self.size), *self._kinds
        )
        self.paths: dict[str, list[str]] = json.loads(output)
        self._run_python("manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        self._listener = self.enter_context(open_listener())
        self.server_port: int = self._listener.getsockname()[1]
        self._servers = self.enter_context(ExitStack())
        self.restart()
        print_progress(f"{self.size:,} articles: saving the pages as files")
        self.files = {kind: self._save_pages(kind, paths) for kind, paths in self.paths.items()}
        self.proxy_port, self.file_port = free_ports(2)
        example = config.EXAMPLE.read_text()
        servers = [
            config.proxy_server(
                example,
                server=self.server_port,
                proxy=self.proxy_port,
                cache=self._cache,
                static=self._static,
            ),
            config.file_server(example, port=self.file_port, root=self._pages),
        ]
        self._nginx = self.enter_context(
            start_nginx(self._work_folder, servers, (self.proxy_port, self.file_port))
        )

    def processor_seconds(self) -> float:
        """Return the processor time of gunicorn's and nginx's workers so far."""
        return processor_seconds(self._gunicorn.pid) + processor_seconds(self._nginx.pid)

    def restart(self) -> None:
        """Restart gunicorn, and evict the SQLite database files from the page cache."""
        self._servers.close()
        for path in self._folder.glob("*.sqlite3*"):
            evict_from_page_cache(path)
        log = self._work_folder / "gunicorn.log"
        self._gunicorn: Process = self._servers.enter_context(
            start_gunicorn(self._listener, self._environment, log)
        )

    def fill_proxy_cache(self, kind: str) -> None:
        """Have nginx cache every page of ``kind`` anew; CommandError if it does not."""
        for page in self._cache.rglob("*"):  # nginx fetches pages again whose files are gone
            if page.is_file():
                page.unlink()
        with Connection(self.proxy_port) as connection:
            for path in self.paths[kind]:
                statuses = [
                    connection.get(path).headers.get(b"x-cache-status", b"") for _ in range(2)
                ]
                if statuses != [b"MISS", b"HIT"]:
                    raise CommandError(
                        f"{path}: nginx does not cache it ({b', '.join(statuses)!r})"
                    )

    def _save_pages(self, kind: str, paths: list[str]) -> list[str]:
        """Save the pages of ``kind`` as files and return their paths on the file server."""
        saved = []
        (self._pages / kind).mkdir(parents=True, exist_ok=True)
        with Connection(self.server_port, keep_alive=False, encoding="identity") as connection:
            for number, path in enumerate(paths):
                response = connection.get(path)
                media_type = response.headers[b"content-type"].decode().partition(";")[0]
                name = f"/{kind}/{number}.{config.SUFFIXES[media_type]}"
                (self._pages / name[1:]).write_bytes(response.body)
                saved.append(name)
        return saved

    def _run_python(self, *arguments: str) -> str:
        """Run Python with the archive's environment and return its standard output."""
        command = [sys.executable, *arguments]
        completed = subprocess.run(
            command, cwd=PROJECT, env=self._environment, capture_output=True, text=True, check=False
        )
        if completed.returncode:
            raise CommandError(f"{' '.join(arguments)} failed:\n{completed.stderr[-2000:]}")
        return completed.stdout
