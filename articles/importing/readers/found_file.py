"""What the readers find: a post file, where its bytes stand, or why it is not to be read."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from enum import IntEnum

SUFFIXES = frozenset({b".md", b".markdown", b".html", b".htm"})
# A body may have two million characters, 8 MB at most; to take one of 64 MB apart takes 550 MB.
MAX_BYTES = 16 * 1024 * 1024
MAX_PATH = 1500  # bytes; a database's index holds no longer ones
MAX_DEPTH = 100  # folders
TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MB; no post is that large, look into it"
MOST = 2**63 - 1  # of a database's integers
_DATED = re.compile(rb"(\d{4}-\d{2}-\d{2})-")


class Kind(IntEnum):
    """How the bytes of an archive's member are got at.

    The number stands in the memo where a file has its inode, so that none is taken for another.
    """

    PACKED = -1  # deflated and alike, in a zip
    PLAIN = -2  # as they are: in a tar, or in what a packed tar was unpacked to
    OBJECT = -3  # in the store of a git repository


@dataclass(frozen=True, slots=True)
class Place:
    """Where in ``Found.full`` the bytes of a member stand.

    ``offset`` is that of the member's header in a zip, else of the first byte; ``packed`` how many
    bytes it takes there; ``check`` what tells its content without reading it: CRC-32 for a zip,
    else 63 bits of a hash; ``key`` the id of a git object.
    """

    kind: Kind
    offset: int = 0
    packed: int = 0
    method: int = 0
    check: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Something below a root: ``problem`` says why it is not to be read, if so.

    ``path`` is relative to the root, ``full`` where to open it; both are bytes. ``place`` is set
    for what ``full``, an archive, holds. ``skip`` tells a thing that is no post from a failure.
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
    place: Place | None = None

    @property
    def memo(self) -> tuple[int, int, int, int]:
        """Return what tells a changed file from an unchanged one, without reading it."""
        if self.place is None:
            return self.size, self.mtime_ns, self.ctime_ns, self.inode
        # A git object has no time of its own; a commit's would change with every commit.
        mtime_ns = 0 if self.place.kind == Kind.OBJECT else self.mtime_ns
        return self.size, mtime_ns, self.place.check, self.place.kind.value


class UnreadableError(Exception):
    """A file's bytes cannot be had; the message says why, and what to do."""


def memo_of(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, mtime, ctime (both in ns) and inode, the last in 63 bits."""
    times = (max(-MOST, min(ns, MOST)) for ns in (status.st_mtime_ns, status.st_ctime_ns))
    mtime_ns, ctime_ns = times  # a clock may be centuries off
    return status.st_size, mtime_ns, ctime_ns, status.st_ino & MOST


def check_of(digest: bytes) -> int:
    """Return 63 bits of a hash: what a column of a database holds."""
    return int.from_bytes(digest[:8]) >> 1


def no_post(path: bytes) -> str:
    """Return why a regular file at ``path`` is none that holds a post, if so."""
    is_post = os.path.splitext(path)[1].lower() in SUFFIXES
    return "" if is_post else "no post by its suffix"


def label_of(full: bytes) -> str:
    """Return the label of a root: the last name of a folder's or an archive's path."""
    name = full.rstrip(b"/").rpartition(b"/")[2] or b"root"
    return name.decode("utf-8", "backslashreplace")[:255]


def text_of(path: bytes) -> str:
    """Return a path for a reason: as text without controls, and not too long."""
    text = path.decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= 300 else text[:150] + "…" + text[-149:]


def is_since(found: Found, since: str) -> bool:
    """Tell whether a file is of ``since`` (an ISO date) or later, by its name, else its mtime."""
    if match := _DATED.match(found.path.rpartition(b"/")[2]):
        return match[1].decode() >= since
    moment = dt.datetime.fromtimestamp(found.mtime_ns / 1e9, dt.UTC)
    return moment.date().isoformat() >= since
