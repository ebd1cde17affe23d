"""The bytes of what was found, wherever they stand; a file that changes is never half read."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from dataclasses import replace

from articles.importing.readers.archives import zip_files
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    Found,
    Kind,
    UnreadableError,
    check_of,
    memo_of,
)
from articles.importing.readers.git import objects

_TRIES = 3
_SETTLED_NS = 20_000_000  # a kernel's clock for files goes on in steps of up to 10 ms


def bytes_of(found: Found) -> tuple[bytes, Found]:
    """Return the bytes of ``found``, and ``found`` with the memo that goes with them.

    Raises :class:`UnreadableError` with the reason.
    """
    try:
        if found.place is None:
            return _file(found)
        if found.place.kind == Kind.PACKED:
            return zip_files.read_member(found.full, found.size, found.place), found
        if found.place.kind == Kind.OBJECT:
            return objects.read_object(found.full, found.size, found.place.key), found
        return _slice(found), found
    except OSError as error:
        raise UnreadableError(
            f"the file cannot be read ({error.strerror}); check that it is there and readable"
        ) from error


def _file(found: Found) -> tuple[bytes, Found]:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    for _ in range(_TRIES):
        with open(os.open(found.full, flags), "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise UnreadableError("no regular file any more; import it again")
            if before.st_size > MAX_BYTES:
                raise UnreadableError(TOO_LARGE)
            if 0 <= time.time_ns() - before.st_ctime_ns < _SETTLED_NS:
                # A change within the same step of the clock would not show.
                time.sleep(_SETTLED_NS / 1e9)
                before = os.fstat(file.fileno())
            data = _up_to(file.fileno(), before.st_size + 1)
            memo = memo_of(os.fstat(file.fileno()))
        if memo == memo_of(before) and len(data) == before.st_size:
            size, mtime_ns, ctime_ns, inode = memo
            return data, replace(
                found, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode
            )
    raise UnreadableError("the file changed while it was read; import it again when it is at rest")


def _up_to(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _slice(found: Found) -> bytes:
    assert found.place is not None
    with open(found.full, "rb") as file:
        file.seek(found.place.offset)
        data = file.read(found.size)
    if check_of(hashlib.sha256(data).digest()) != found.place.check:
        raise UnreadableError("the archive changed while it was read; import it again")
    return data
