"""Files that are named one by one, in a list."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from articles.importing.readers.archives.disk_sort import sorted_on_disk, temporary_folder
from articles.importing.readers.folders import look
from articles.importing.readers.found_file import Found, label_of


def find_listed(stream: BinaryIO, label: str) -> Iterator[Found]:
    """Yield the files that ``stream`` lists, a path a line (or apart by NUL bytes).

    A path below the working folder keeps its place there; another stands as its bare name under
    the name of its folder. The list is sorted on disk: memory does not grow with it.
    """
    here = os.getcwdb()
    with temporary_folder() as folder, sorted_on_disk(folder) as paths:
        paths.execute("CREATE TABLE p (root BLOB, path BLOB, full BLOB, PRIMARY KEY (root, path))")
        paths.execute("BEGIN")
        rows = (_placed(line, here) for line in _lines(stream))
        paths.executemany("INSERT OR IGNORE INTO p VALUES (?, ?, ?)", rows)
        for root, path, full in paths.execute("SELECT * FROM p ORDER BY path, root"):
            yield look(label or label_of(root), path, full)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    rest, separator = b"", b""
    while block := stream.read(1 << 16):
        rest += block
        separator = separator or (b"\0" if b"\0" in rest else b"\n")
        *lines, rest = rest.split(separator)
        yield from (line for line in lines if line)
    if rest.rstrip(b"\n"):
        yield rest.rstrip(b"\n")


def _placed(line: bytes, here: bytes) -> tuple[bytes, bytes, bytes]:
    full = os.path.normpath(os.path.join(here, line))
    if full.startswith(here.rstrip(b"/") + b"/"):
        return here, full[len(here.rstrip(b"/")) + 1 :], full
    folder, _, base = full.rpartition(b"/")
    return folder, base, full
