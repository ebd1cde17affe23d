"""A tar as a stream of bytes: as it stands, or unpacked step by step, within an allowance."""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from typing import BinaryIO, Protocol

from articles.importing.readers.archives.limits import Allowance, ArchiveError, BrokenOffError

_STEP = 64 * 1024  # bytes that are read, and unpacked, at once
_XZ_MEMORY = 100 * 1024 * 1024  # xz -9 needs 65 MB; a header can ask for 4 GB
_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"


class _Unpacker(Protocol):
    """What the standard library's decompressors have in common, nearly."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _Gunzip:
    """zlib's decompressor with the manners of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(31)  # gzip's header and checksum

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class Stream:
    """Gives the bytes of a tar in turn; :attr:`is_plain` when they stand in the file as such.

    Raises :class:`ArchiveError` for a packing that is unknown, damaged or a bomb, and
    :class:`BrokenOffError` where a packed file ends too early.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = os.fstat(file.fileno()).st_size
        self._allowance = Allowance(self._length, stream=True)
        self._magic = file.read(6)
        file.seek(0)
        self._unpacker = _unpacker(self._magic)
        self._buffer = b""
        self.is_plain = self._unpacker is None
        self.position = 0  # in the unpacked tar

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end."""
        parts = []
        wanted = size
        while wanted > 0 and (part := self._some(wanted)):
            parts.append(part)
            wanted -= len(part)
        self.position += size - wanted
        return b"".join(parts)

    def skip(self, size: int) -> bool:
        """Pass over ``size`` bytes; return whether there were as many."""
        if self.is_plain:
            self.position += size
            self._file.seek(self.position)
            return self.position <= self._length
        while size > 0 and (part := self.read(min(size, _STEP))):
            size -= len(part)
        return size <= 0

    def member(self) -> None:
        """Take a member from the allowance."""
        self._allowance.member()

    def _some(self, most: int) -> bytes:
        if self._unpacker is None:
            return self._file.read(most)
        if not self._buffer:
            self._buffer = self._unpack(self._unpacker)
            self._allowance.spend(len(self._buffer))
        part, self._buffer = self._buffer[:most], self._buffer[most:]
        return part

    def _unpack(self, unpacker: _Unpacker) -> bytes:
        while True:
            if unpacker.eof and not self._goes_on(unpacker.unused_data):
                return b""
            assert self._unpacker is not None
            unpacker = self._unpacker
            packed = self._file.read(_STEP) if unpacker.needs_input else b""
            self._allowance.grant(len(packed))
            if unpacker.needs_input and not packed:
                raise BrokenOffError(
                    f"it ends too early, after {self._length:,} bytes of packed data"
                )
            try:
                if unpacked := unpacker.decompress(packed, _STEP):
                    return unpacked
            except lzma.LZMAError as error:
                raise self._damaged(error) from error
            except (zlib.error, OSError, ValueError, EOFError) as error:
                raise self._damaged(error) from error

    def _goes_on(self, rest: bytes) -> bool:
        """Tell whether another stream follows, as parallel packers and ``cat`` make them."""
        self._file.seek(-len(rest), os.SEEK_CUR)
        while (byte := self._file.read(1)) == b"\0":  # xz pads by these
            pass
        self._file.seek(-len(byte), os.SEEK_CUR)
        following = self._file.read(len(self._magic))
        self._file.seek(-len(following), os.SEEK_CUR)
        if _kind(following) != _kind(self._magic) or not following:
            return False
        self._unpacker = _unpacker(following)
        return True

    def _damaged(self, error: Exception) -> ArchiveError:
        if "Memory usage limit" in str(error):
            return ArchiveError(
                f"unpacking it takes more than {_XZ_MEMORY // 2**20} MB of memory, by its header; "
                "unpack it yourself and import the folder"
            )
        return ArchiveError(
            f"it is damaged before byte {self._file.tell():,} ({error}); nothing of it was "
            "imported, fetch it again"
        )


def _kind(magic: bytes) -> bytes:
    return next((k for k in (_GZIP, _BZIP2, _XZ, _ZSTD) if magic.startswith(k)), b"")


def _unpacker(magic: bytes) -> _Unpacker | None:
    kind = _kind(magic)
    if kind == _GZIP:
        return _Gunzip()
    if kind == _BZIP2:
        return bz2.BZ2Decompressor()
    if kind == _XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    if kind == _ZSTD:
        raise ArchiveError(
            "it is packed by zstd, which is not read here; unpack it (zstd -d) and import the .tar"
        )
    return None
