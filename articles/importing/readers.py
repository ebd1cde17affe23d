"""Find the post files below what the operator named, in the order of their path bytes."""

from __future__ import annotations

import datetime as dt
import os
import re
import sqlite3
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SUFFIXES = frozenset({b".md", b".markdown", b".html", b".htm"})
MAX_PATH = 1500  # bytes; a database's index holds no longer ones
MAX_DEPTH = 100  # folders
_DATED = re.compile(rb"(\d{4}-\d{2}-\d{2})-")


@dataclass(frozen=True, slots=True)
class Found:
    """Something below a root: ``problem`` says why it is not to be read, if so.

    ``path`` is relative to the root, ``full`` where to open it; both are bytes. ``skip`` tells a
    thing that is no post from a failure.
    """

    root: str
    path: bytes
    full: bytes
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    problem: str = ""
    skip: bool = False

    @property
    def memo(self) -> tuple[int, int, int, int]:
        """Return what tells a changed file from an unchanged one, without reading it."""
        return self.size, self.mtime_ns, self.ctime_ns, self.inode


class SourceMissingError(ValueError):
    """A path that the operator named does not exist or is neither file nor folder."""


def memo_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, mtime, ctime (both in ns) and inode, the last in 63 bits."""
    most = 2**63 - 1
    times = (max(-most, min(ns, most)) for ns in (status.st_mtime_ns, status.st_ctime_ns))
    mtime_ns, ctime_ns = times  # a clock may be centuries off
    return status.st_size, mtime_ns, ctime_ns, status.st_ino & most


def check_sources(paths: Iterable[str]) -> None:
    """Raise :class:`SourceMissingError` for the first of ``paths`` that cannot be imported."""
    for name in paths:
        path = Path(name)
        if not path.exists():
            raise SourceMissingError(f"{name}: no such file or folder; check the path")
        if not (path.is_dir() or path.is_file()):
            raise SourceMissingError(f"{name}: neither a file nor a folder; name one of those")


def find(paths: Iterable[str], label: str) -> Iterator[Found]:
    """Yield what lies below each of ``paths``, in turn; ``label`` replaces the roots' names.

    Links are not followed below a path, hidden folders are left out.
    """
    for name in paths:
        full = os.path.realpath(os.fsencode(name))
        if os.path.isdir(full):
            yield from _walk(label or _label(full), full, b"")
        else:
            folder, _, base = full.rpartition(b"/")
            yield _look(label or _label(folder), base, full)


def find_listed(stream: BinaryIO, label: str) -> Iterator[Found]:
    """Yield the files that ``stream`` lists, a path a line (or apart by NUL bytes).

    A path below the working folder keeps its place there; another stands as its bare name under
    the name of its folder. The list is sorted on disk: memory does not grow with it.
    """
    here = os.getcwdb()
    with tempfile.TemporaryDirectory() as folder:
        with sqlite3.connect(Path(folder, "paths.sqlite3")) as paths:
            paths.execute(
                "CREATE TABLE p (root BLOB, path BLOB, full BLOB, PRIMARY KEY (root, path))"
            )
            rows = (_placed(line, here) for line in _lines(stream))
            paths.executemany("INSERT OR IGNORE INTO p VALUES (?, ?, ?)", rows)
            for root, path, full in paths.execute("SELECT * FROM p ORDER BY path, root"):
                yield _look(label or _label(root), path, full)
        paths.close()


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


def _label(folder: bytes) -> str:
    name = folder.rstrip(b"/").rpartition(b"/")[2] or b"root"
    return name.decode("utf-8", "backslashreplace")[:255]


def _walk(root: str, folder: bytes, below: bytes) -> Iterator[Found]:
    try:
        with os.scandir(folder) as entries:
            # A folder sorts as its paths do: with the slash that follows its name.
            listed = sorted(
                (entry.name + b"/" * entry.is_dir(follow_symlinks=False), entry.name)
                for entry in entries
            )
    except OSError as error:
        problem = f"the folder cannot be read ({error.strerror}); check its permissions"
        yield Found(root, below or b".", folder, problem=problem)
        return
    for key, name in listed:
        full = folder + b"/" + name
        path = below + b"/" + name if below else name
        if key.endswith(b"/"):
            if path.count(b"/") > MAX_DEPTH:
                problem = f"more than {MAX_DEPTH} folders deep; import a folder nearer to it"
                yield Found(root, path, full, problem=problem, skip=True)
            elif not name.startswith(b"."):
                yield from _walk(root, full, path)
        else:
            yield _look(root, path, full)


def _look(root: str, path: bytes, full: bytes) -> Found:
    """Return a file with its stat, or why it will not be read."""
    if len(path) > MAX_PATH:
        problem = f"its path is longer than {MAX_PATH} bytes; import a folder nearer to it"
        return Found(root, path, full, problem=problem, skip=True)
    try:
        status = os.lstat(full)
    except OSError as error:
        problem = f"the file cannot be looked at ({error.strerror}); check that it is still there"
        return Found(root, path, full, problem=problem)
    if stat.S_ISLNK(status.st_mode):
        return Found(root, path, full, problem="a link; links are not followed", skip=True)
    if not stat.S_ISREG(status.st_mode):
        return Found(root, path, full, problem="not a regular file", skip=True)
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in SUFFIXES:
        return Found(root, path, full, problem="no post by its suffix", skip=True)
    return Found(root, path, full, *memo_of(status))


def is_since(found: Found, since: str) -> bool:
    """Tell whether a file is of ``since`` (an ISO date) or later, by its name, else its mtime."""
    if match := _DATED.match(found.path.rpartition(b"/")[2]):
        return match[1].decode() >= since
    moment = dt.datetime.fromtimestamp(found.mtime_ns / 1e9, dt.UTC)
    return moment.date().isoformat() >= since
