"""Headers of a tar: ustar, GNU's and pax, believed only within bounds."""

from __future__ import annotations

from dataclasses import dataclass

from articles.importing.readers.archives.decompression import Stream
from articles.importing.readers.archives.limits import ArchiveError, BrokenOffError
from articles.importing.readers.found_file import MOST

BLOCK = 512
MAX_EXTENSION = 64 * 1024  # bytes of a long name or of pax records; real ones are below 5 KB
MAX_EXTENSIONS = 16  # of them before one member
_ZEROS = bytes(BLOCK)
_REGULAR = frozenset({b"0", b"\0", b"7"})
_WITHOUT_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_SPARSE = "a sparse file, which no post is; unpack the archive and import the folder if it is one"


@dataclass(frozen=True, slots=True)
class Header:
    """A member: its name as it stands, the bytes that follow; a ``problem`` as Found has it."""

    name: bytes
    size: int
    mtime_ns: int = 0
    is_folder: bool = False
    problem: str = ""
    skip: bool = False


def read(stream: Stream) -> Header | None:
    """Return the next member's header, None at the end mark.

    Raises :class:`ArchiveError` for one that is damaged, :class:`BrokenOffError` at the file's end.
    """
    long_name: bytes | None = None
    records: dict[bytes, bytes] = {}
    for _ in range(MAX_EXTENSIONS):
        block = stream.read(BLOCK)
        if block == _ZEROS:
            return None
        if not block:
            raise BrokenOffError("it ends without an end mark")
        if len(block) < BLOCK:
            raise BrokenOffError("it ends inside a header")
        _check(block, stream)
        kind, size = block[156:157], _number(block[124:136], stream)
        if kind in {b"L", b"K"}:
            extension = _extension(stream, size)
            long_name = extension.partition(b"\0")[0] if kind == b"L" else long_name
        elif kind in {b"x", b"X", b"g"}:
            extension = _extension(stream, size)
            if kind != b"g":
                records |= _records(extension, stream)
        else:
            name = records.get(b"path", long_name)
            return _header(block, kind, size, name, records, stream)
    raise _damaged(stream)


def _header(
    block: bytes,
    kind: bytes,
    size: int,
    name: bytes | None,
    records: dict[bytes, bytes],
    stream: Stream,
) -> Header:
    if name is None:
        name = block[:100].partition(b"\0")[0]
        prefix = block[345:500].partition(b"\0")[0]
        if block[257:263] == b"ustar\0" and prefix:
            name = prefix + b"/" + name
    if b"size" in records:
        size = _decimal(records[b"size"], stream)
    is_folder = kind == b"5" or (kind in _REGULAR and name.endswith(b"/"))
    size = 0 if kind in _WITHOUT_DATA or is_folder else size
    mtime_ns = min(_number(block[136:148], stream), MOST // 10**9) * 10**9
    if kind == b"S":
        _pass_sparse_map(block, stream)
    if kind == b"S" or any(key.startswith(b"GNU.sparse.") for key in records):
        return Header(name, size, problem=_SPARSE)
    if kind in {b"1", b"2"}:
        return Header(name, size, problem="a link; links are not followed", skip=True)
    if not is_folder and kind not in _REGULAR:
        return Header(name, size, problem="not a regular file", skip=True)
    return Header(name, size, mtime_ns, is_folder)


def _check(block: bytes, stream: Stream) -> None:
    told = _number(block[148:156], stream)
    plain = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(plain)
    if told not in {unsigned, unsigned - 256 * sum(byte > 127 for byte in plain)}:
        raise _damaged(stream)


def _number(field: bytes, stream: Stream) -> int:
    """Return an octal number, or a binary one by GNU's convention; none is below 0."""
    if field[0] & 0x80:
        number = 0 if field[0] == 0xFF else int.from_bytes(field) - (0x80 << 8 * len(field) - 8)
    else:
        digits = field.partition(b"\0")[0].strip()
        if digits.strip(b"01234567"):
            raise _damaged(stream)
        number = int(digits or b"0", 8)
    return _bounded(number, stream)


def _decimal(value: bytes, stream: Stream) -> int:
    if not value.isdigit() or len(value) > 20:
        raise _damaged(stream)
    return _bounded(int(value), stream)


def _bounded(number: int, stream: Stream) -> int:
    if number > MOST // 2:
        raise _damaged(stream)
    return number


def _extension(stream: Stream, size: int) -> bytes:
    if size > MAX_EXTENSION:
        raise ArchiveError(
            f"a name or header of {size:,} bytes at byte {stream.position:,} of the tar, as no "
            "honest archive has it; nothing of it was imported"
        )
    padded = size + -size % BLOCK
    data = stream.read(padded)
    if len(data) < padded:
        raise BrokenOffError("it ends inside a header")
    return data[:size]


def _records(extension: bytes, stream: Stream) -> dict[bytes, bytes]:
    """Return pax records: "LENGTH KEY=VALUE" and a line break, the length counting all of it."""
    records = {}
    while extension.strip(b"\0"):
        digits = extension[:10].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        key, equals, value = extension[len(digits) + 1 : length].partition(b"=")
        if not equals or length > len(extension) or not value.endswith(b"\n"):
            raise _damaged(stream)
        records[key] = value[:-1]
        extension = extension[length:]
    return records


def _pass_sparse_map(block: bytes, stream: Stream) -> None:
    more = block[482:483] not in {b"", b"\0"}
    while more:
        block = stream.read(BLOCK)
        if len(block) < BLOCK:
            raise BrokenOffError("it ends inside a header")
        more = block[504:505] != b"\0"


def _damaged(stream: Stream) -> ArchiveError:
    return ArchiveError(
        f"a header before byte {stream.position:,} of the tar is damaged, or it is no tar; nothing "
        "of it was imported, fetch or make it again"
    )
