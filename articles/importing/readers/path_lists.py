"""Find the files of a list of paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from articles.importing.readers.archives.sorted_members import temporary_database, temporary_folder
from articles.importing.readers.folders import stat_file
from articles.importing.readers.found_file import FoundFile, root_label


def find_listed_files(stream: BinaryIO, label: str) -> Iterator[FoundFile]:
    """Yield the files that ``stream`` lists, one path a line, or separated by NUL bytes.

    A path below the working folder is relative to that folder, which is its root. The root of any
    other path is its own folder. The list is sorted on disk, so memory does not grow with it.
    """
    working_folder = os.getcwdb()
    with temporary_folder() as folder, temporary_database(folder) as paths:
        paths.execute(
            "CREATE TABLE p (root BLOB, path BLOB, disk_path BLOB, PRIMARY KEY (root, path))"
        )
        paths.execute("BEGIN")
        rows = (_split_root(line, working_folder) for line in _split_lines(stream))
        paths.executemany("INSERT OR IGNORE INTO p VALUES (?, ?, ?)", rows)
        for root, path, disk_path in paths.execute("SELECT * FROM p ORDER BY path, root"):
            yield stat_file(label or root_label(root), path, disk_path)


def _split_lines(stream: BinaryIO) -> Iterator[bytes]:
    rest, separator = b"", b""
    while block := stream.read(1 << 16):
        rest += block
        separator = separator or (b"\0" if b"\0" in rest else b"\n")
        *lines, rest = rest.split(separator)
        yield from (line for line in lines if line)
    if rest.rstrip(b"\n"):
        yield rest.rstrip(b"\n")


def _split_root(line: bytes, working_folder: bytes) -> tuple[bytes, bytes, bytes]:
    disk_path = os.path.normpath(os.path.join(working_folder, line))
    if disk_path.startswith(working_folder.rstrip(b"/") + b"/"):
        return working_folder, disk_path[len(working_folder.rstrip(b"/")) + 1 :], disk_path
    folder, _, base = disk_path.rpartition(b"/")
    return folder, base, disk_path
