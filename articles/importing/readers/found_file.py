"""What the readers find: a file and where its bytes are, or why it is not read."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from enum import IntEnum

SUFFIXES = frozenset({b".md", b".markdown", b".html", b".htm"})
# A body may have two million characters, 8 MB at most; parsing one of 64 MB takes 550 MB.
MAX_BYTES = 16 * 1024 * 1024
MAX_PATH = 1500  # bytes; the limit of a database index
MAX_DEPTH = 100  # folders
TOO_LARGE = f"larger than {MAX_BYTES // 2**20} MB; no post is that large, check the file"
MAX_INTEGER = 2**63 - 1  # of a database column
_DATED = re.compile(rb"(\d{4}-\d{2}-\d{2})-")


class MemberStorage(IntEnum):
    """How the bytes of an archive member are stored.

    The number takes the place of the inode in the fingerprint of a member; inodes are not
    negative, so the fingerprints of a member and of a file always differ.
    """

    ZIP_MEMBER = -1  # stored, deflated or bzip2, in a zip
    BYTE_RANGE = -2  # uncompressed: in a tar, or in the spool file of a compressed tar
    GIT_OBJECT = -3  # in the object store of a git repository


@dataclass(frozen=True, slots=True)
class MemberLocation:
    """Where the bytes of a member are in ``FoundFile.disk_path``.

    ``offset`` is that of the member's header in a zip, else of its first byte. ``compressed_size``
    is in bytes, ``method`` the compression method of a zip. ``checksum`` identifies the content
    without reading it: CRC-32 in a zip, else 63 bits of a hash. ``key`` is the id of a git object,
    or the name of a zip member in hex.
    """

    storage: MemberStorage
    offset: int = 0
    compressed_size: int = 0
    method: int = 0
    checksum: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file below a root; ``problem``, if set, says why it is not read.

    ``path`` is relative to the root. ``disk_path`` is the path to open: the file itself, or the
    archive that contains it, and then ``location`` is set. ``skip`` means that the problem is no
    failure: the file is not a post.
    """

    root: str
    path: bytes
    disk_path: bytes
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0
    problem: str = ""
    skip: bool = False
    location: MemberLocation | None = None

    @property
    def fingerprint(self) -> tuple[int, int, int, int]:
        """Return four numbers that differ when the file has changed, without reading it."""
        if self.location is None:
            return self.size, self.mtime_ns, self.ctime_ns, self.inode
        # A git object has no time; that of the commit would change with every commit.
        mtime_ns = 0 if self.location.storage == MemberStorage.GIT_OBJECT else self.mtime_ns
        return self.size, mtime_ns, self.location.checksum, self.location.storage.value


class UnreadableError(Exception):
    """The bytes of a file cannot be read; the message says why, and what to do."""


def stat_fingerprint(status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, mtime, ctime (both in ns) and inode, the last in 63 bits."""
    times = (
        max(-MAX_INTEGER, min(ns, MAX_INTEGER)) for ns in (status.st_mtime_ns, status.st_ctime_ns)
    )
    mtime_ns, ctime_ns = times  # a clock can be centuries off
    return status.st_size, mtime_ns, ctime_ns, status.st_ino & MAX_INTEGER


def hash_to_integer(digest: bytes) -> int:
    """Return the first 63 bits of a hash: a non-negative integer that fits a database column."""
    return int.from_bytes(digest[:8]) >> 1


def reason_not_a_post(path: bytes) -> str:
    """Return why a regular file at ``path`` is not a post, or an empty string."""
    is_post = os.path.splitext(path)[1].lower() in SUFFIXES
    return "" if is_post else "not a post, by its suffix"


def root_label(disk_path: bytes) -> str:
    """Return the label of a root: the last part of the path of a folder or archive."""
    name = disk_path.rstrip(b"/").rpartition(b"/")[2] or b"root"
    return name.decode("utf-8", "backslashreplace")[:255]


def printable_path(path: bytes) -> str:
    """Return a path for messages: text without control characters, at most 300 characters."""
    text = path.decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= 300 else text[:150] + "…" + text[-149:]


def is_dated_since(file: FoundFile, since: str) -> bool:
    """Return whether a file is from ``since`` (an ISO date) or later: by its name, or its mtime."""
    if match := _DATED.match(file.path.rpartition(b"/")[2]):
        return match[1].decode() >= since
    moment = dt.datetime.fromtimestamp(file.mtime_ns / 1e9, dt.UTC)
    return moment.date().isoformat() >= since
