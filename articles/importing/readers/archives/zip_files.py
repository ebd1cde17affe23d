"""Zip archives: the central directory, read as a stream without trusting it, and the members."""

from __future__ import annotations

import bz2
import calendar
import os
import stat
import struct
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from articles.importing.readers.archives.limits import ArchiveError, ExtractionBudget
from articles.importing.readers.archives.member_names import (
    is_hidden,
    normalize_name,
    reason_to_refuse,
    reason_to_skip,
)
from articles.importing.readers.archives.sorted_members import Member, SortedMembers
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    MemberLocation,
    MemberStorage,
    UnreadableError,
)

# PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s2B5H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_BACKSLASH_SYSTEMS = frozenset({0, 10, 11, 14})  # systems that separate path parts with backslashes
_REFETCH_HINT = "fetch or make it again"
_INCONSISTENT = (
    f"its directory does not match its contents; nothing of it was imported, {_REFETCH_HINT}"
)
_DAMAGED = f"damaged in the archive; {_REFETCH_HINT}"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    has_backslashes: bool
    flags: int
    method: int
    mtime_ns: int
    crc: int
    compressed_size: int
    size: int
    mode: int
    offset: int


def list_members(archive: bytes, members: SortedMembers) -> None:
    """Add the members of a zip to ``members``.

    Raises :class:`ArchiveError` when its directory is missing, wrong, or that of a bomb.
    """
    members.disk_path = archive
    with open(archive, "rb") as file:
        budget = ExtractionBudget(os.fstat(file.fileno()).st_size)
        start, size, count = _find_directory(file, budget.archive_size)
        spans = _MemberSpans(start)
        for entry in _read_entries(file, start, size):
            budget.spend_member()
            spans.add(
                entry.offset, entry.offset + _LOCAL.size + len(entry.name) + entry.compressed_size
            )
            member = _parse_member(entry)
            if member is not None:
                if not member.problem:
                    budget.spend_bytes(member.size)
                members.add(member)
            count -= 1
        if count:
            raise ArchiveError(_INCONSISTENT)
        spans.check()


class _MemberSpans:
    """The byte ranges of the members in the archive; no two may overlap."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._starts, self._ends = array("Q"), array("Q")

    def add(self, start: int, end: int) -> None:
        if end > self._end:
            raise ArchiveError(_INCONSISTENT)
        self._starts.append(start)
        self._ends.append(end)

    def check(self) -> None:
        # Ranges are disjoint when, both sorted, each end is at or before the next start.
        starts = iter(sorted(self._starts))
        next(starts, None)
        if any(end > start for start, end in zip(starts, sorted(self._ends), strict=False)):
            raise ArchiveError(
                "its members overlap, as those of a bomb do; nothing of it was imported, check "
                "where it comes from"
            )


def _find_directory(file: BinaryIO, length: int) -> tuple[int, int, int]:
    """Return the offset of the directory, its size in bytes and its number of entries."""
    tail_at = max(0, length - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if len(tail) - at >= _END.size:
            _, disk, first, entries_here, count, size, start, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail):
                break
    else:
        raise ArchiveError(
            f"it has no directory at its end, so it is truncated or not a zip; {_REFETCH_HINT}"
        )
    end = tail_at + at
    if 0xFFFF in {entries_here, count} or 0xFFFFFFFF in {size, start}:
        end, disk, first, entries_here, count, size, start = _find_directory_64(file, end)
    if disk or first or entries_here != count:
        raise ArchiveError(
            "it is one part of a split archive; join the parts first, or unpack them"
        )
    if start + size != end:
        raise ArchiveError(_INCONSISTENT)
    return start, size, count


def _find_directory_64(file: BinaryIO, end: int) -> tuple[int, int, int, int, int, int, int]:
    file.seek(max(0, end - _LOCATOR_64.size))
    locator = file.read(_LOCATOR_64.size)
    if len(locator) == _LOCATOR_64.size and locator.startswith(b"PK\x06\x07"):
        at = _LOCATOR_64.unpack(locator)[2]
        if at + _END_64.size <= end:
            file.seek(at)
            record = file.read(_END_64.size)
            if record.startswith(b"PK\x06\x06"):
                _, _, _, _, disk, first, entries_here, count, size, start = _END_64.unpack(record)
                return at, disk, first, entries_here, count, size, start
    raise ArchiveError(_INCONSISTENT)


def _read_entries(file: BinaryIO, start: int, size: int) -> Iterator[_Entry]:
    file.seek(start)
    while size > 0:
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02"):
            raise ArchiveError(_INCONSISTENT)
        # fmt: off
        (_, _, system, _, flags, method, time, day, crc, compressed, uncompressed, name_length,
         extra_length, comment_length, disk, _, attributes, offset) = _ENTRY.unpack(head)
        # fmt: on
        name, extra = file.read(name_length), file.read(extra_length)
        file.seek(comment_length, os.SEEK_CUR)
        size -= _ENTRY.size + name_length + extra_length + comment_length
        uncompressed, compressed, offset = _apply_zip64(extra, [uncompressed, compressed, offset])
        if disk not in {0, 0xFFFF} or size < 0 or len(extra) < extra_length:
            raise ArchiveError(_INCONSISTENT)
        mode = attributes >> 16 if system == 3 else 0
        yield _Entry(
            name, system in _BACKSLASH_SYSTEMS, flags, method, _dos_time_to_ns(day, time), crc,
            compressed, uncompressed, mode, offset,
        )  # fmt: skip


def _apply_zip64(extra: bytes, narrow: list[int]) -> list[int]:
    """Return sizes and offset, with the values of the zip64 field where that has them."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1 and at + 4 + length <= len(extra):
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            return [next(values, n) if n == 0xFFFFFFFF else n for n in narrow]
        at += 4 + length
    return narrow


def _dos_time_to_ns(day: int, time: int) -> int:
    """Return a DOS time in ns as if it were UTC: a zip does not say which time zone it is in."""
    parts = (
        (day >> 9) + 1980, max(1, day >> 5 & 15), max(1, day & 31),
        time >> 11, time >> 5 & 63, (time & 31) * 2,
    )  # fmt: skip
    try:
        return calendar.timegm(parts) * 10**9
    except ValueError:
        return 0


def _parse_member(entry: _Entry) -> Member | None:
    """Return the member of an entry; None for a folder and for a member of a hidden folder."""
    name = entry.name.replace(b"\\", b"/") if entry.has_backslashes else entry.name
    path = normalize_name(name)
    if problem := reason_to_refuse(name):
        return Member(path, problem=problem)
    if name.endswith(b"/") or is_hidden(path) or stat.S_ISDIR(entry.mode):
        return None
    if stat.S_ISLNK(entry.mode):
        return Member(path, problem="a link; links are not followed", skip=True)
    if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG}:
        return Member(path, problem="not a regular file", skip=True)
    if problem := reason_to_skip(path):
        return Member(path, problem=problem, skip=True)
    if entry.flags & _ENCRYPTED:
        problem = "encrypted; unpack the archive with its password and import the folder"
    elif entry.method not in {_STORED, _DEFLATED, _BZIP2}:
        problem = (
            f"compressed by method {entry.method}, which is not supported; unpack the archive and "
            "import the folder"
        )
    elif entry.size > MAX_BYTES:
        problem = TOO_LARGE
    if problem:
        return Member(path, problem=problem)
    location = MemberLocation(
        MemberStorage.ZIP_MEMBER,
        entry.offset,
        entry.compressed_size,
        entry.method,
        entry.crc,
        entry.name.hex(),
    )
    return Member(path, entry.size, entry.mtime_ns, location)


def read_member(archive: bytes, size: int, location: MemberLocation) -> bytes:
    """Return the bytes of a member; raises :class:`UnreadableError` if size or CRC-32 differ.

    At most one byte more than ``size`` is unpacked.
    """
    with open(archive, "rb") as file:
        file.seek(location.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise UnreadableError(f"it is not where the directory says; {_REFETCH_HINT}")
        *_, name_length, extra_length = _LOCAL.unpack(head)
        if file.read(name_length).hex() != location.key:
            raise UnreadableError(f"its name differs from that in the directory; {_REFETCH_HINT}")
        file.seek(extra_length, os.SEEK_CUR)
        data = _decompress(file.read(location.compressed_size), location.method, size)
    if len(data) != size or zlib.crc32(data) != location.checksum:
        raise UnreadableError(_DAMAGED)
    return data


def _decompress(data: bytes, method: int, size: int) -> bytes:
    """Return ``data`` decompressed, at most ``size`` + 1 bytes."""
    try:
        if method == _DEFLATED:
            return zlib.decompressobj(-15).decompress(data, size + 1)
        if method == _BZIP2:
            return bz2.BZ2Decompressor().decompress(data, size + 1)
    except (zlib.error, OSError, ValueError) as error:
        raise UnreadableError(_DAMAGED) from error
    return data
