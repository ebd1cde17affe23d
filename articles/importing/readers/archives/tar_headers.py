"""Headers of a tar: ustar, GNU and pax; their sizes are trusted only within limits."""

from __future__ import annotations

from dataclasses import dataclass

from articles.importing.readers.archives.decompression import TarStream
from articles.importing.readers.archives.limits import ArchiveError, TruncatedError
from articles.importing.readers.found_file import MAX_INTEGER

BLOCK = 512
MAX_EXTENSION = 64 * 1024  # bytes of a long name or of pax records; real ones are below 5 KB
MAX_EXTENSIONS = 16  # of them before one member
_ZEROS = bytes(BLOCK)
_REGULAR = frozenset({b"0", b"\0", b"7"})
_WITHOUT_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
_SPARSE = (
    "a sparse file, which no post is; if this one is, unpack the archive and import the folder"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A member: its name as stored, its size in bytes; ``problem`` and ``skip`` as in FoundFile."""

    name: bytes
    size: int
    mtime_ns: int = 0
    is_folder: bool = False
    problem: str = ""
    skip: bool = False


def read_header(stream: TarStream) -> Header | None:
    """Return the header of the next member, or None at the end marker.

    Raises :class:`ArchiveError` for a damaged header, :class:`TruncatedError` at the end of file.
    """
    long_name: bytes | None = None
    records: dict[bytes, bytes] = {}
    for _ in range(MAX_EXTENSIONS):
        block = stream.read(BLOCK)
        if block == _ZEROS:
            return None
        if not block:
            raise TruncatedError("it ends without an end marker")
        if len(block) < BLOCK:
            raise TruncatedError("it ends inside a header")
        _verify_checksum(block, stream)
        kind, size = block[156:157], _parse_number(block[124:136], stream)
        if kind in {b"L", b"K"}:
            extension = _read_extension(stream, size)
            long_name = extension.partition(b"\0")[0] if kind == b"L" else long_name
        elif kind in {b"x", b"X", b"g"}:
            extension = _read_extension(stream, size)
            if kind != b"g":
                records |= _parse_pax_records(extension, stream)
        else:
            name = records.get(b"path", long_name)
            return _make_header(block, kind, size, name, records, stream)
    raise _damage_error(stream)


def _make_header(
    block: bytes,
    kind: bytes,
    size: int,
    name: bytes | None,
    records: dict[bytes, bytes],
    stream: TarStream,
) -> Header:
    if name is None:
        name = block[:100].partition(b"\0")[0]
        prefix = block[345:500].partition(b"\0")[0]
        if block[257:263] == b"ustar\0" and prefix:
            name = prefix + b"/" + name
    if b"size" in records:
        size = _parse_decimal(records[b"size"], stream)
    is_folder = kind == b"5" or (kind in _REGULAR and name.endswith(b"/"))
    size = 0 if kind in _WITHOUT_DATA or is_folder else size
    mtime_ns = min(_parse_number(block[136:148], stream), MAX_INTEGER // 10**9) * 10**9
    if kind == b"S":
        _skip_sparse_map(block, stream)
    if kind == b"S" or any(key.startswith(b"GNU.sparse.") for key in records):
        return Header(name, size, problem=_SPARSE)
    if kind in {b"1", b"2"}:
        return Header(name, size, problem="a link; links are not followed", skip=True)
    if not is_folder and kind not in _REGULAR:
        return Header(name, size, problem="not a regular file", skip=True)
    return Header(name, size, mtime_ns, is_folder)


def _verify_checksum(block: bytes, stream: TarStream) -> None:
    stored = _parse_number(block[148:156], stream)
    blanked = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(blanked)
    if stored not in {unsigned, unsigned - 256 * sum(byte > 127 for byte in blanked)}:
        raise _damage_error(stream)


def _parse_number(field: bytes, stream: TarStream) -> int:
    """Return an octal number, or a binary one in GNU's format; negative ones become 0."""
    if field[0] & 0x80:
        number = 0 if field[0] == 0xFF else int.from_bytes(field) - (0x80 << 8 * len(field) - 8)
    else:
        digits = field.partition(b"\0")[0].strip()
        if digits.strip(b"01234567"):
            raise _damage_error(stream)
        number = int(digits or b"0", 8)
    return _check_bound(number, stream)


def _parse_decimal(value: bytes, stream: TarStream) -> int:
    if not value.isdigit() or len(value) > 20:
        raise _damage_error(stream)
    return _check_bound(int(value), stream)


def _check_bound(number: int, stream: TarStream) -> int:
    if number > MAX_INTEGER // 2:
        raise _damage_error(stream)
    return number


def _read_extension(stream: TarStream, size: int) -> bytes:
    if size > MAX_EXTENSION:
        raise ArchiveError(
            f"a name or header of {size:,} bytes at byte {stream.position:,} of the tar, which no "
            "regular archive has; nothing of it was imported, check where it comes from"
        )
    padded = size + -size % BLOCK
    data = stream.read(padded)
    if len(data) < padded:
        raise TruncatedError("it ends inside a header")
    return data[:size]


def _parse_pax_records(extension: bytes, stream: TarStream) -> dict[bytes, bytes]:
    """Return pax records: "LENGTH KEY=VALUE" and a line break; LENGTH counts the whole record."""
    records = {}
    while extension.strip(b"\0"):
        digits = extension[:10].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        key, equals, value = extension[len(digits) + 1 : length].partition(b"=")
        if not equals or length > len(extension) or not value.endswith(b"\n"):
            raise _damage_error(stream)
        records[key] = value[:-1]
        extension = extension[length:]
    return records


def _skip_sparse_map(block: bytes, stream: TarStream) -> None:
    more = block[482:483] not in {b"", b"\0"}
    while more:
        block = stream.read(BLOCK)
        if len(block) < BLOCK:
            raise TruncatedError("it ends inside a header")
        more = block[504:505] != b"\0"


def _damage_error(stream: TarStream) -> ArchiveError:
    return ArchiveError(
        f"a header before byte {stream.position:,} of the tar is damaged, or it is no tar; nothing "
        "of it was imported, fetch or make it again"
    )
