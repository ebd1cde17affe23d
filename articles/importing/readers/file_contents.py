"""Read the bytes of a found file, wherever they are; never return a half-changed file."""

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
    FoundFile,
    MemberStorage,
    UnreadableError,
    hash_to_integer,
    stat_fingerprint,
)
from articles.importing.readers.git import objects

_ATTEMPTS = 3
_CLOCK_STEP_NS = 20_000_000  # file timestamps advance in steps of up to 10 ms


def read_bytes(file: FoundFile) -> tuple[bytes, FoundFile]:
    """Return the bytes of ``file``, and ``file`` with the fingerprint of exactly those bytes.

    Raises :class:`UnreadableError` with the reason.
    """
    try:
        if file.location is None:
            return _read_regular_file(file)
        if file.location.storage == MemberStorage.ZIP_MEMBER:
            return zip_files.read_member(file.disk_path, file.size, file.location), file
        if file.location.storage == MemberStorage.GIT_OBJECT:
            return objects.read_object(file.disk_path, file.size, file.location.key), file
        return _read_slice(file), file
    except OSError as error:
        raise UnreadableError(
            f"the file cannot be read ({error.strerror}); check that it is there and readable"
        ) from error


def _read_regular_file(file: FoundFile) -> tuple[bytes, FoundFile]:
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    for _ in range(_ATTEMPTS):
        with open(os.open(file.disk_path, flags), "rb", buffering=0) as opened:
            before = os.fstat(opened.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise UnreadableError("it is no longer a regular file; import it again")
            if before.st_size > MAX_BYTES:
                raise UnreadableError(TOO_LARGE)
            if 0 <= time.time_ns() - before.st_ctime_ns < _CLOCK_STEP_NS:
                # Another change within the same clock step would not change the timestamp.
                time.sleep(_CLOCK_STEP_NS / 1e9)
                before = os.fstat(opened.fileno())
            data = _read_up_to(opened.fileno(), before.st_size + 1)
            fingerprint = stat_fingerprint(os.fstat(opened.fileno()))
        if fingerprint == stat_fingerprint(before) and len(data) == before.st_size:
            size, mtime_ns, ctime_ns, inode = fingerprint
            return data, replace(file, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)
    raise UnreadableError(
        "the file changed while it was read; import it again when nothing writes to it"
    )


def _read_up_to(handle: int, size: int) -> bytes:
    parts = []
    while size > 0 and (part := os.read(handle, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _read_slice(file: FoundFile) -> bytes:
    assert file.location is not None
    with open(file.disk_path, "rb") as archive:
        archive.seek(file.location.offset)
        data = archive.read(file.size)
    if hash_to_integer(hashlib.sha256(data).digest()) != file.location.checksum:
        raise UnreadableError("the archive changed while it was read; import it again")
    return data
