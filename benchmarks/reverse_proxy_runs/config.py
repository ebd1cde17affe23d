"""nginx configuration: the operators' example with its placeholders filled, and a file server."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.archive_import import PROJECT
from benchmarks.reverse_proxy_runs.client import HOST

EXAMPLE = PROJECT / "docs" / "examples" / "nginx.conf"
#: The media types of the measured pages, and the suffixes of the files that hold them.
SUFFIXES = {
    "text/html": "html",
    "application/atom+xml": "atom",
    "application/rss+xml": "rss",
    "application/feed+json": "json",
}
_HTTP_SERVER = re.compile(r"^server \{\n    listen 80;.*?^\}\n", re.MULTILINE | re.DOTALL)
_TLS = re.compile(r"^    ssl_\w+ [^;]*;\n", re.MULTILINE)
_LISTEN_IPV6 = re.compile(r"^    listen \[::\]:443[^;]*;\n", re.MULTILINE)
_LISTEN = re.compile(r"listen 443[^;]*;")
_COMPRESSION = re.compile(
    r"^    (gzip[^;]*;)", re.MULTILINE
)  # in the server block, not in a location


class ConfigError(RuntimeError):
    """The example lacks a placeholder that has to be filled in."""


def proxy_server(example: str, *, server: int, proxy: int, cache: Path, static: Path) -> str:
    """Return ``example`` for the loopback address, without TLS, with its placeholders filled in.

    ``server`` is the port of gunicorn, ``proxy`` that of nginx.
    """
    for pattern, value in (
        (_HTTP_SERVER, ""),
        (_TLS, ""),
        (_LISTEN_IPV6, ""),
        (_LISTEN, f"listen {HOST}:{proxy};"),
        (re.compile(r"\b127\.0\.0\.1:8000\b"), f"{HOST}:{server}"),
        (re.compile(r"server_name news\.example;"), "server_name localhost;"),
        (re.compile(r"/var/cache/nginx/archive\b"), str(cache)),
        (re.compile(r"/srv/archive/staticfiles\b"), str(static)),
    ):
        example, replaced = pattern.subn(lambda _, value=value: value, example)  # type: ignore[misc]
        if not replaced:
            raise ConfigError(f"{EXAMPLE.name} has no match for {pattern.pattern!r}")
    return example


def file_server(example: str, *, port: int, root: Path) -> str:
    """Return a server block for the files below ``root`` that compresses as ``example`` does."""
    compression = " ".join(_COMPRESSION.findall(example))
    types = " ".join(f"{name} {suffix};" for name, suffix in SUFFIXES.items())
    return (
        f"server {{ listen {HOST}:{port}; server_name localhost; root {root}; access_log off;\n"
        f"types {{ {types} }} {compression} }}\n"
    )


def full_config(folder: Path, servers: Sequence[str]) -> str:
    """Return a complete configuration in which nginx writes only below ``folder``."""
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};\n" if os.getuid() == 0 else ""
    temp_paths = "".join(
        f"{name}_temp_path {folder}/temp-{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}daemon off;\npid {folder}/nginx.pid;\nworker_processes auto;\n"
        f"error_log {folder}/nginx.log warn;\nevents {{ worker_connections 256; }}\n"
        f"http {{\nsendfile on;\ntcp_nopush on;\n{temp_paths}{''.join(servers)}}}\n"
    )
