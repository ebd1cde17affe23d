"""Hostile tar archives: wrong headers, paths that lead out, links, bombs."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

from articles.tests.support.hostile_cases import Case
from articles.tests.support.packed_sources import add_to_tar, good_posts, make_tar
from articles.tests.support.post_files import STORY_URL, make_post

BAD = "2021-01-14-bad.md"
_POST = make_post(url=f"{STORY_URL}/bad")
_END = bytes(1024)


def _tar_bytes(change: Callable[[tarfile.TarFile], None], end: bytes = _END) -> bytes:
    """Return a tar of a valid post, what ``change`` adds, another valid post, and ``end``."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        (first, one), (second, other) = good_posts().items()
        add_to_tar(archive, first, one)
        change(archive)
        add_to_tar(archive, second, other)
        length = archive.offset
    return buffer.getvalue()[:length] + end


def _with(change: Callable[[tarfile.TarFile], None], name: str = "a.tar") -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / name).write_bytes(_tar_bytes(change))
        return folder / name

    return build


def _named(name: str) -> Callable[[Path], Path]:
    return _with(lambda archive: add_to_tar(archive, name, _POST))


def _kind(kind: bytes, **values: object) -> Callable[[Path], Path]:
    """Create a tar with a member that is not a file."""

    def change(archive: tarfile.TarFile) -> None:
        member = tarfile.TarInfo(BAD)
        member.type = kind
        for key, value in values.items():
            setattr(member, key, value)
        archive.addfile(member)

    return _with(change)


def header(name: bytes, kind: bytes, size: bytes) -> bytes:
    """Return a header block with these values, valid or not, and a correct checksum."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = b"0000644\0"
    block[124 : 124 + len(size)] = size
    block[136:148] = b"00000000000\0"
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block[:148] + b" " * 8 + block[156:])
    return bytes(block)


def _inserted(*blocks: bytes, compress: Callable[[bytes], bytes] = bytes, name: str = "a.tar",
              end: bytes = _END) -> Callable[[Path], Path]:  # fmt: skip
    """Create a tar with these bytes between two valid posts."""

    def change(archive: tarfile.TarFile) -> None:
        for block in blocks:
            assert archive.fileobj is not None
            archive.fileobj.write(block)
            archive.offset += len(block)

    def build(folder: Path) -> Path:
        (folder / name).write_bytes(compress(_tar_bytes(change, end)))
        return folder / name

    return build


def _truncated(
    length: int, compress: Callable[[bytes], bytes] = bytes, name: str = "a.tar"
) -> Callable[[Path], Path]:
    """Create a compressed tar without its last ``length`` bytes."""

    def build(folder: Path) -> Path:
        original = compress(_tar_bytes(lambda archive: add_to_tar(archive, BAD, _noise())))
        (folder / name).write_bytes(original[:-length])
        return folder / name

    return build


def _noise() -> bytes:
    """Return a post that compresses badly."""
    text = "".join(f"{zlib.crc32(bytes([n % 256, n // 256])):08x}" for n in range(5000))
    return make_post(url=f"{STORY_URL}/bad", body=f"<p>{text}</p>")


def _damaged(compress: Callable[[bytes], bytes], name: str, at: int) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        original = bytearray(
            compress(_tar_bytes(lambda archive: add_to_tar(archive, BAD, _noise())))
        )
        original[at] ^= 0x5A
        (folder / name).write_bytes(original)
        return folder / name

    return build


def _bomb(compress: Callable[[bytes], bytes], name: str) -> Callable[[Path], Path]:
    """Create a compressed tar with a post of 8 GB of zeros, in many streams."""

    def build(folder: Path) -> Path:
        head = header(BAD.encode(), b"0", b"77777777777\0")
        with (folder / name).open("wb") as file:
            file.write(compress(make_tar(good_posts(), folder / "good.tar").read_bytes()[:-10240]))
            file.write(compress(head))
            file.write(compress(bytes(16 * 2**20)) * 512)
        (folder / "good.tar").unlink()
        return folder / name

    return build


def _many_empty(folder: Path) -> Path:
    names = (f"2021-01-14-{number}.md" for number in range(20_000))
    return make_tar(dict.fromkeys(names, b""), folder / "a.tar")


def _headers(folder: Path) -> Path:
    """Create a compressed tar of half a million empty posts: a bomb of names."""
    blocks = b"".join(header(b"2021-01-14-%07d.md" % n, b"0", b"0\0") for n in range(50_000))
    (folder / "a.tar.xz").write_bytes(lzma.compress(blocks) * 10)
    return folder / "a.tar.xz"


def _xz_that_wants_memory(data: bytes) -> bytes:
    """Return data as xz with a dictionary of 1 GB in its header, packed with a small one."""
    raw = bytearray(lzma.compress(data, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]))
    at = 12  # after the stream's header: size, flags, filter id, length of properties, dictionary
    raw[at + 4] = 36
    size = (raw[at] + 1) * 4
    raw[at + size - 4 : at + size] = zlib.crc32(raw[at : at + size - 4]).to_bytes(4, "little")
    return bytes(raw)


def _written(content: bytes, name: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return build


def _sparse_pax(archive: tarfile.TarFile) -> None:
    member = tarfile.TarInfo(BAD)
    member.size = len(_POST)
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": "99999999999"}
    archive.format = tarfile.PAX_FORMAT
    archive.addfile(member, io.BytesIO(_POST))
    archive.format = tarfile.GNU_FORMAT


def _pax_path(archive: tarfile.TarFile) -> None:
    archive.format = tarfile.PAX_FORMAT
    add_to_tar(archive, "../" + "长" * 99 + ".md", _POST)
    archive.format = tarfile.GNU_FORMAT


def _twice(archive: tarfile.TarFile) -> None:
    add_to_tar(archive, BAD, make_post(url=f"{STORY_URL}/first"))
    add_to_tar(archive, "./" + BAD, _POST)


_LEADS_OUT = r"leads out of the archive.*; nothing was written"
_PARTIAL = r"what came before was imported, fetch the archive again for the rest"
_NOT_IMPORTED = r"nothing of it was imported"
_LINK = r"links are not followed"
_IRREGULAR = r"not a regular file"
_HUGE_SIZE = b"\x80" + b"\x7f" * 11  # a size of 2**87 bytes

TARS = [
    Case("tar: name above the root", _named("../" + BAD), "../" + BAD, _LEADS_OUT),
    Case("tar: name above by pax", _with(_pax_path), "../" + "长" * 99 + ".md", _LEADS_OUT),
    Case("tar: absolute name", _named("/tmp/" + BAD), "/tmp/" + BAD, "absolute path; nothing"),
    Case("tar: one name twice", _with(_twice), BAD, "more than once.*unpack it", inside=3),
    Case("tar: link out", _kind(b"2", linkname="/etc/passwd"), BAD, _LINK, "skipped"),
    Case("tar: hard link out", _kind(b"1", linkname="../../x"), BAD, _LINK, "skipped"),
    Case("tar: pipe", _kind(b"6"), BAD, _IRREGULAR, "skipped"),
    Case("tar: device", _kind(b"3", devmajor=1, devminor=5), BAD, _IRREGULAR, "skipped"),
    Case("tar: unknown kind", _kind(b"Z"), BAD, _IRREGULAR, "skipped"),
    Case("tar: sparse by GNU", _kind(b"S"), BAD, "sparse file.*unpack"),
    Case("tar: sparse by pax", _with(_sparse_pax), BAD, "sparse file.*unpack"),
    Case(
        "tar: long name", _named("n" * 3000 + ".md"), "n" * 3000 + ".md",
        "longer than 1500 bytes; import", "skipped",
    ),
    Case(
        "tar: post of 100 MB",
        _inserted(header(BAD.encode(), b"0", b"575360400\0"), bytes(100_000_256)),
        BAD, "larger than 16 MB.*check the file",
    ),
    Case(
        "tar: name of 8 GB", _inserted(header(b"x", b"L", b"77777777777\0")), "a.tar",
        f"a name or header of 8,589,934,591 bytes at byte.*{_NOT_IMPORTED}", inside=0,
    ),
    Case(
        "tar: pax header of 8 GB", _inserted(header(b"x", b"x", b"77777777777\0")), "a.tar",
        f"a name or header of.*{_NOT_IMPORTED}", inside=0,
    ),
    Case(
        "tar: broken pax header",
        _inserted(header(b"x", b"x", b"20\0"), b"999999 path=x\n".ljust(512, b"\0")), "a.tar",
        f"damaged.*{_NOT_IMPORTED}", inside=0,
    ),
    Case(
        "tar: endless long-name headers",
        _inserted(*[header(b"x", b"L", b"1\0") + b"x".ljust(512, b"\0")] * 99), "a.tar",
        f"damaged.*{_NOT_IMPORTED}", inside=0,
    ),
    Case(
        "tar: size of 2**87 bytes", _inserted(header(BAD.encode(), b"0", _HUGE_SIZE)), "a.tar",
        f"damaged.*{_NOT_IMPORTED}", inside=0,
    ),
    Case(
        "tar: size of the rest and more", _inserted(header(BAD.encode(), b"0", b"7777777\0")),
        "a.tar", rf"ends inside a member \(after 2021-01-14-good0.md, byte [\d,]+.*{_PARTIAL}",
        inside=1,
    ),
    Case("tar: wrong checksum", _inserted(b"x" * 512), "a.tar", f"damaged.*{_NOT_IMPORTED}",
         inside=0),
    Case("tar: cut off", _truncated(3000), "a.tar",
         rf"after 2021-01-14-good0.md, byte.*{_PARTIAL}", inside=1),
    Case("tar: without an end marker", _truncated(1024), "a.tar",
         f"without an end marker.*{_PARTIAL}", inside=3),
    Case(
        "tar: more after its end", _inserted(end=_END + header(BAD.encode(), b"0", b"0\0")),
        "a.tar", "more data after its end marker.*--ignore-zeros",
    ),
    Case("tar: empty file", _written(b"", "a.tar"), "a.tar", "before its first post", inside=0),
    Case("tar: text", _written(b"text " * 999, "a.tar"), "a.tar", "is no tar.*make", inside=0),
    Case(
        "tar: unknown compression", _written(b"LZIP" + b"\1" * 999, "a.tar.lz"), "a.tar.lz",
        "is no tar.*make", inside=0,
    ),
    Case(
        "tar: compressed with zstd", _written(b"\x28\xb5\x2f\xfd" + b"\1" * 99, "a.tar.zst"),
        "a.tar.zst", "zstd.*unpack it", inside=0,
    ),
    Case("tar: gzip cut off", _truncated(9000, gzip.compress, "a.tar.gz"), "a.tar.gz",
         rf"ends too early.*after 2021-01-14-good0.md.*{_PARTIAL}", inside=1),
    Case("tar: xz cut off", _truncated(200, lzma.compress, "a.tar.xz"), "a.tar.xz",
         f"ends too early.*{_PARTIAL}", inside=1),
    Case("tar: bzip2 cut off", _truncated(200, bz2.compress, "a.tar.bz2"), "a.tar.bz2",
         "ends too early.*before its first post", inside=0),
    Case("tar: gzip with a wrong checksum", _damaged(gzip.compress, "a.tar.gz", -6), "a.tar.gz",
         f"damaged before byte.*{_NOT_IMPORTED}", inside=0),
    Case("tar: xz damaged", _damaged(lzma.compress, "a.tar.xz", 5000), "a.tar.xz",
         f"damaged before byte.*{_NOT_IMPORTED}", inside=0),
    Case("tar: bzip2 damaged", _damaged(bz2.compress, "a.tbz2", 5000), "a.tbz2",
         f"damaged before byte.*{_NOT_IMPORTED}", inside=0),
    Case("tar: xz that wants 1 GB", _inserted(compress=_xz_that_wants_memory, name="a.txz"),
         "a.txz", "more than 100 MB of memory.*unpack it", inside=0),
    Case("tar: gzip bomb", _bomb(gzip.compress, "a.tgz"), "a.tgz",
         "more than 200 times.*unpack it and", inside=0),
    Case("tar: bzip2 bomb", _bomb(bz2.compress, "a.tar.bz2"), "a.tar.bz2",
         "more than 200 times.*unpack it and", inside=0),
    Case("tar: xz bomb", _bomb(lzma.compress, "a.tar.xz"), "a.tar.xz",
         "more than 200 times.*unpack it and", inside=0),
    Case("tar: 20,000 empty members", _many_empty, "a.tar", "more than 10,000 files that are empty",
         inside=0),
    Case("tar: bomb of names", _headers, "a.tar.xz", "more than 10,000 files that are empty",
         inside=0),
]  # fmt: skip
