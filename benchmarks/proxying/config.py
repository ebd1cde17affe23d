"""nginx's configuration: the operators' example, filled in, and plain files beside it."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.archive_import import PROJECT
from benchmarks.proxying.client import HOST

EXAMPLE = PROJECT / "docs" / "examples" / "nginx.conf"
#: The media types of the pages that are measured, and how the files are named that hold them.
SUFFIXES = {
    "text/html": "html",
    "application/atom+xml": "atom",
    "application/rss+xml": "rss",
    "application/feed+json": "json",
}
_HTTP_SERVER = re.compile(r"^server \{\n    listen 80;.*?^\}\n", re.MULTILINE | re.DOTALL)
_TLS = re.compile(r"^    ssl_\w+ [^;]*;\n", re.MULTILINE)
_LISTEN_6 = re.compile(r"^    listen \[::\]:443[^;]*;\n", re.MULTILINE)
_LISTEN = re.compile(r"listen 443[^;]*;")
_COMPRESSION = re.compile(r"^    (gzip[^;]*;)", re.MULTILINE)  # of the server, not of a location


class ConfigError(RuntimeError):
    """The example no longer has what the measurement fills in."""


def proxied(example: str, *, server: int, proxy: int, cache: Path, static: Path) -> str:
    """Return ``example`` on the loopback address without TLS, its placeholders filled in.

    ``server`` is the port of gunicorn, ``proxy`` that of nginx.
    """
    for pattern, value in (
        (_HTTP_SERVER, ""),
        (_TLS, ""),
        (_LISTEN_6, ""),
        (_LISTEN, f"listen {HOST}:{proxy};"),
        (re.compile(r"\b127\.0\.0\.1:8000\b"), f"{HOST}:{server}"),
        (re.compile(r"server_name news\.example;"), "server_name localhost;"),
        (re.compile(r"/var/cache/nginx/archive\b"), str(cache)),
        (re.compile(r"/srv/archive/staticfiles\b"), str(static)),
    ):
        example, found = pattern.subn(lambda _, value=value: value, example)  # type: ignore[misc]
        if not found:
            raise ConfigError(f"{EXAMPLE.name} has nothing that fits {pattern.pattern!r}")
    return example


def files_server(example: str, *, port: int, root: Path) -> str:
    """Return a server of the files below ``root`` that compresses as ``example`` does."""
    compression = " ".join(_COMPRESSION.findall(example))
    types = " ".join(f"{name} {suffix};" for name, suffix in SUFFIXES.items())
    return (
        f"server {{ listen {HOST}:{port}; server_name localhost; root {root}; access_log off;\n"
        f"types {{ {types} }} {compression} }}\n"
    )


def whole(folder: Path, servers: Sequence[str]) -> str:
    """Return a whole configuration that keeps all that nginx writes in ``folder``."""
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};\n" if os.getuid() == 0 else ""
    places = "".join(
        f"{name}_temp_path {folder}/temp-{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}daemon off;\npid {folder}/nginx.pid;\nworker_processes auto;\n"
        f"error_log {folder}/nginx.log warn;\nevents {{ worker_connections 256; }}\n"
        f"http {{\nsendfile on;\ntcp_nopush on;\n{places}{''.join(servers)}}}\n"
    )
