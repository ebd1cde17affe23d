"""Zip archives: their directory, read as a stream and believed in nothing, and their members."""

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

from articles.importing.readers.archives.disk_sort import Member, Members
from articles.importing.readers.archives.limits import Allowance, ArchiveError
from articles.importing.readers.archives.member_names import (
    is_hidden,
    path_of,
    refusal_of_name,
    skipped_for,
)
from articles.importing.readers.found_file import MAX_BYTES, TOO_LARGE, Kind, Place, UnreadableError

# PKWARE's APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.14 to 4.3.16.
_LOCAL = struct.Struct("<4s5H3L2H")
_ENTRY = struct.Struct("<4s2B5H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_WINDOWS = frozenset({0, 10, 11, 14})  # systems that part names by backslashes
_AGAIN = "fetch or make it again"
_LIES = f"its directory does not fit what it holds; nothing of it was imported, {_AGAIN}"
_DAMAGED = f"damaged in the archive; {_AGAIN}"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    windows: bool
    flags: int
    method: int
    mtime_ns: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


def list_members(archive: bytes, members: Members) -> None:
    """Put what a zip holds into ``members``.

    Raises :class:`ArchiveError` when its directory is missing, lies, or promises a bomb.
    """
    members.full = archive
    with open(archive, "rb") as file:
        allowance = Allowance(os.fstat(file.fileno()).st_size)
        start, size, count = _directory(file, allowance.packed)
        spans = _Spans(start)
        for entry in _entries(file, start, size):
            allowance.member()
            spans.add(entry.offset, entry.offset + _LOCAL.size + len(entry.name) + entry.packed)
            member = _member(entry)
            if member is not None:
                if not member.problem:
                    allowance.spend(member.size)
                members.add(member)
            count -= 1
        if count:
            raise ArchiveError(_LIES)
        spans.check()


class _Spans:
    """The parts of the archive that its members take: no two may share a byte."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._starts, self._ends = array("Q"), array("Q")

    def add(self, start: int, end: int) -> None:
        if end > self._end:
            raise ArchiveError(_LIES)
        self._starts.append(start)
        self._ends.append(end)

    def check(self) -> None:
        # Spans lie apart when each that ends does so before the next one starts.
        starts = iter(sorted(self._starts))
        next(starts, None)
        if any(end > start for start, end in zip(starts, sorted(self._ends), strict=False)):
            raise ArchiveError(
                "its members overlap, as those of a bomb do; nothing of it was imported"
            )


def _directory(file: BinaryIO, length: int) -> tuple[int, int, int]:
    """Return where the directory starts, its bytes and its entries."""
    tail_at = max(0, length - _END.size - 0xFFFF)
    file.seek(tail_at)
    tail = file.read()
    at = len(tail)
    while (at := tail.rfind(b"PK\x05\x06", 0, at)) >= 0:
        if len(tail) - at >= _END.size:
            _, disk, first, here, count, size, start, comment = _END.unpack_from(tail, at)
            if at + _END.size + comment == len(tail):
                break
    else:
        raise ArchiveError(
            f"it has no directory at its end, so it broke off or is no zip; {_AGAIN}"
        )
    end = tail_at + at
    if 0xFFFF in {here, count} or 0xFFFFFFFF in {size, start}:
        end, disk, first, here, count, size, start = _directory_64(file, end)
    if disk or first or here != count:
        raise ArchiveError("it is one part of several; join them first, or unpack them")
    if start + size != end:
        raise ArchiveError(_LIES)
    return start, size, count


def _directory_64(file: BinaryIO, end: int) -> tuple[int, int, int, int, int, int, int]:
    file.seek(max(0, end - _LOCATOR_64.size))
    locator = file.read(_LOCATOR_64.size)
    if len(locator) == _LOCATOR_64.size and locator.startswith(b"PK\x06\x07"):
        at = _LOCATOR_64.unpack(locator)[2]
        if at + _END_64.size <= end:
            file.seek(at)
            record = file.read(_END_64.size)
            if record.startswith(b"PK\x06\x06"):
                _, _, _, _, disk, first, here, count, size, start = _END_64.unpack(record)
                return at, disk, first, here, count, size, start
    raise ArchiveError(_LIES)


def _entries(file: BinaryIO, start: int, size: int) -> Iterator[_Entry]:
    file.seek(start)
    while size > 0:
        head = file.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02"):
            raise ArchiveError(_LIES)
        # fmt: off
        (_, _, system, _, flags, method, time, day, crc, packed, unpacked, name_length,
         extra_length, comment_length, disk, _, attributes, offset) = _ENTRY.unpack(head)
        # fmt: on
        name, extra = file.read(name_length), file.read(extra_length)
        file.seek(comment_length, os.SEEK_CUR)
        size -= _ENTRY.size + name_length + extra_length + comment_length
        unpacked, packed, offset = _wide(extra, [unpacked, packed, offset])
        if disk not in {0, 0xFFFF} or size < 0 or len(extra) < extra_length:
            raise ArchiveError(_LIES)
        mode = attributes >> 16 if system == 3 else 0
        yield _Entry(
            name, system in _WINDOWS, flags, method, _mtime_ns(day, time), crc, packed, unpacked,
            mode, offset,
        )  # fmt: skip


def _wide(extra: bytes, narrow: list[int]) -> list[int]:
    """Return sizes and offset with those that stand in a zip64 field instead."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1 and at + 4 + length <= len(extra):
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            return [next(values, n) if n == 0xFFFFFFFF else n for n in narrow]
        at += 4 + length
    return narrow


def _mtime_ns(day: int, time: int) -> int:
    """Return a DOS time as if it were UTC: which zone it was written in is not told."""
    parts = (
        (day >> 9) + 1980, max(1, day >> 5 & 15), max(1, day & 31),
        time >> 11, time >> 5 & 63, (time & 31) * 2,
    )  # fmt: skip
    try:
        return calendar.timegm(parts) * 10**9
    except ValueError:
        return 0


def _member(entry: _Entry) -> Member | None:
    """Return what an entry stands for; None for a folder, and for what is hidden."""
    name = entry.name.replace(b"\\", b"/") if entry.windows else entry.name
    path = path_of(name)
    if problem := refusal_of_name(name):
        return Member(path, problem=problem)
    if name.endswith(b"/") or is_hidden(path) or stat.S_ISDIR(entry.mode):
        return None
    if stat.S_ISLNK(entry.mode):
        return Member(path, problem="a link; links are not followed", skip=True)
    if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG}:
        return Member(path, problem="not a regular file", skip=True)
    if problem := skipped_for(path):
        return Member(path, problem=problem, skip=True)
    if entry.flags & _ENCRYPTED:
        problem = "encrypted; unpack the archive with its password and import the folder"
    elif entry.method not in {_STORED, _DEFLATED, _BZIP2}:
        problem = (
            f"packed by method {entry.method}, which is not read here; unpack the archive and "
            "import the folder"
        )
    elif entry.size > MAX_BYTES:
        problem = TOO_LARGE
    if problem:
        return Member(path, problem=problem)
    place = Place(
        Kind.PACKED, entry.offset, entry.packed, entry.method, entry.crc, entry.name.hex()
    )
    return Member(path, entry.size, entry.mtime_ns, place)


def read_member(archive: bytes, size: int, place: Place) -> bytes:
    """Return a member's bytes; raises :class:`UnreadableError` unless they are what was promised.

    No more is unpacked than the directory said.
    """
    with open(archive, "rb") as file:
        file.seek(place.offset)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise UnreadableError(f"it does not stand where the archive says; {_AGAIN}")
        *_, name_length, extra_length = _LOCAL.unpack(head)
        if file.read(name_length).hex() != place.key:
            raise UnreadableError(f"the archive has another name for it inside; {_AGAIN}")
        file.seek(extra_length, os.SEEK_CUR)
        data = _unpacked(file.read(place.packed), place.method, size)
    if len(data) != size or zlib.crc32(data) != place.check:
        raise UnreadableError(_DAMAGED)
    return data


def _unpacked(data: bytes, method: int, size: int) -> bytes:
    """Return ``data`` unpacked, cut one byte after ``size``."""
    try:
        if method == _DEFLATED:
            return zlib.decompressobj(-15).decompress(data, size + 1)
        if method == _BZIP2:
            return bz2.BZ2Decompressor().decompress(data, size + 1)
    except (zlib.error, OSError, ValueError) as error:
        raise UnreadableError(_DAMAGED) from error
    return data
