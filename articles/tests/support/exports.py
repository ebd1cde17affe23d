"""Run ``export_posts`` and read what it wrote."""

from __future__ import annotations

import hashlib
import io
import json
import os
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command


def export(folder: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Return the exit code and the JSON lines of ``export_posts``."""
    out = io.StringIO()
    code = 0
    try:
        call_command("export_posts", folder, *options, "--format=json", stdout=out)
    except CommandError as error:
        code = error.returncode
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def read_tree(folder: Path) -> dict[bytes, bytes]:
    """Return every regular file below ``folder`` by its path in bytes."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {os.fsencode(path.relative_to(folder)): path.read_bytes() for path in files}


def short_hash(content: bytes) -> bytes:
    """Return the first eight hex digits of the SHA-256: the suffix of an older content's name."""
    return hashlib.sha256(content).hexdigest()[:8].encode()
