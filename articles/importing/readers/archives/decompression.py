"""A tar as a stream of bytes: uncompressed, or decompressed in steps within a budget."""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from typing import BinaryIO, Protocol

from articles.importing.readers.archives.limits import (
    ArchiveError,
    ExtractionBudget,
    TruncatedError,
)

_STEP = 64 * 1024  # bytes of one read, and of one decompression
_XZ_MEMORY = 100 * 1024 * 1024  # xz -9 needs 65 MB; a header can ask for 4 GB
_GZIP, _BZIP2, _XZ, _ZSTD = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"


class _Decompressor(Protocol):
    """The interface that the standard library's decompressors share, except zlib's."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class _GzipDecompressor:
    """zlib's decompressor with the interface of the others."""

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


class TarStream:
    """Reads the bytes of a tar; with :attr:`is_uncompressed` the file contains them as they are.

    Raises :class:`ArchiveError` for a compression that is unknown, damaged or a bomb, and
    :class:`TruncatedError` where a compressed file ends too early.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._length = os.fstat(file.fileno()).st_size
        self._budget = ExtractionBudget(self._length, stream=True)
        self._magic = file.read(6)
        file.seek(0)
        self._decompressor = _make_decompressor(self._magic)
        self._buffer = b""
        self.is_uncompressed = self._decompressor is None
        self.position = 0  # in the uncompressed tar

    def read(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end."""
        parts = []
        wanted = size
        while wanted > 0 and (part := self._read_some(wanted)):
            parts.append(part)
            wanted -= len(part)
        self.position += size - wanted
        return b"".join(parts)

    def skip(self, size: int) -> bool:
        """Skip ``size`` bytes; return whether there were that many."""
        if self.is_uncompressed:
            self.position += size
            self._file.seek(self.position)
            return self.position <= self._length
        while size > 0 and (part := self.read(min(size, _STEP))):
            size -= len(part)
        return size <= 0

    def count_member(self) -> None:
        """Count one more member against the budget."""
        self._budget.spend_member()

    def _read_some(self, most: int) -> bytes:
        if self._decompressor is None:
            return self._file.read(most)
        if not self._buffer:
            self._buffer = self._decompress(self._decompressor)
            self._budget.spend_bytes(len(self._buffer))
        part, self._buffer = self._buffer[:most], self._buffer[most:]
        return part

    def _decompress(self, decompressor: _Decompressor) -> bytes:
        while True:
            if decompressor.eof and not self._start_next_stream(decompressor.unused_data):
                return b""
            assert self._decompressor is not None
            decompressor = self._decompressor
            compressed = self._file.read(_STEP) if decompressor.needs_input else b""
            self._budget.add_input(len(compressed))
            if decompressor.needs_input and not compressed:
                raise TruncatedError(
                    f"it ends too early, after {self._length:,} bytes of compressed data"
                )
            try:
                if decompressed := decompressor.decompress(compressed, _STEP):
                    return decompressed
            except lzma.LZMAError as error:
                raise self._damage_error(error) from error
            except (zlib.error, OSError, ValueError, EOFError) as error:
                raise self._damage_error(error) from error

    def _start_next_stream(self, rest: bytes) -> bool:
        """Start the next stream, if one follows; return whether it does.

        Parallel compressors and ``cat`` produce files of several streams.
        """
        self._file.seek(-len(rest), os.SEEK_CUR)
        while (byte := self._file.read(1)) == b"\0":  # padding of xz
            pass
        self._file.seek(-len(byte), os.SEEK_CUR)
        following = self._file.read(len(self._magic))
        self._file.seek(-len(following), os.SEEK_CUR)
        if _detect_format(following) != _detect_format(self._magic) or not following:
            return False
        self._decompressor = _make_decompressor(following)
        return True

    def _damage_error(self, error: Exception) -> ArchiveError:
        if "Memory usage limit" in str(error):
            return ArchiveError(
                f"by its header, unpacking it takes more than {_XZ_MEMORY // 2**20} MB of memory; "
                "unpack it yourself and import the folder"
            )
        return ArchiveError(
            f"it is damaged before byte {self._file.tell():,} ({error}); nothing of it was "
            "imported, fetch it again"
        )


def _detect_format(magic: bytes) -> bytes:
    return next((k for k in (_GZIP, _BZIP2, _XZ, _ZSTD) if magic.startswith(k)), b"")


def _make_decompressor(magic: bytes) -> _Decompressor | None:
    kind = _detect_format(magic)
    if kind == _GZIP:
        return _GzipDecompressor()
    if kind == _BZIP2:
        return bz2.BZ2Decompressor()
    if kind == _XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
    if kind == _ZSTD:
        raise ArchiveError(
            "it is compressed with zstd, which is not supported; unpack it (zstd -d) and import "
            "the .tar"
        )
    return None
