"""Hostile zip archives: wrong directories, paths that lead out, links, bombs."""

from __future__ import annotations

import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from articles.tests.support.hostile_cases import Case
from articles.tests.support.packed_sources import good_posts, make_zip
from articles.tests.support.post_files import STORY_URL, make_post

BAD = "2021-01-14-bad.md"
_POST = make_post(url=f"{STORY_URL}/bad")
_LOCAL, _ENTRY, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def _named(name: str) -> Callable[[Path], Path]:
    """Create a zip with two valid posts and one of this name, unchanged."""

    def build(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for good, content in good_posts().items():
                archive.writestr(good, content)
            member = zipfile.ZipInfo("x" * len(name))
            archive.writestr(member, _POST)
        raw = (folder / "a.zip").read_bytes()
        (folder / "a.zip").write_bytes(raw.replace(b"x" * len(name), name.encode()))
        return folder / "a.zip"

    return build


def _with(
    change: Callable[[zipfile.ZipInfo], None], content: bytes = _POST
) -> Callable[[Path], Path]:
    """Create a zip whose third member was changed before it was written."""

    def build(folder: Path) -> Path:
        with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for good, good_content in good_posts().items():
                archive.writestr(good, good_content)
            member = zipfile.ZipInfo(BAD)
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, 3
            change(member)
            archive.writestr(member, content)
        return folder / "a.zip"

    return build


def _mode(mode: int) -> Callable[[Path], Path]:
    def change(member: zipfile.ZipInfo) -> None:
        member.external_attr = mode << 16

    return _with(change)


def _patched(header: bytes, offset: int, value: bytes, last: bool = True) -> Callable[[Path], Path]:
    """Create a zip with some bytes of a header changed, of its last member or of its first."""

    def build(folder: Path) -> Path:
        path = make_zip({**good_posts(), BAD: _POST}, folder / "a.zip")
        raw = bytearray(path.read_bytes())
        at = (raw.rfind(header) if last else raw.find(header)) + offset
        raw[at : at + len(value)] = value
        path.write_bytes(raw)
        return path

    return build


def _many_empty(folder: Path) -> Path:
    names = (f"2021-01-14-{number}.md" for number in range(60_000))
    return make_zip(dict.fromkeys(names, b""), folder / "a.zip")


def _encrypted(folder: Path) -> Path:
    path = _patched(_LOCAL, 6, b"\x01")(folder)
    raw = bytearray(path.read_bytes())
    raw[raw.rfind(_ENTRY) + 8] |= 1
    path.write_bytes(raw)
    return path


def _twice(folder: Path) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "a.zip", "w") as archive:
        warnings.simplefilter("ignore")
        for content in (_POST, make_post(url=f"{STORY_URL}/bad/last")):
            archive.writestr(BAD, content)
        for good, content in good_posts(1).items():
            archive.writestr(good, content)
    return folder / "a.zip"


def _overlapping(folder: Path) -> Path:
    """Create a zip whose directory names one member twice: the idea of the smallest bombs."""
    path = make_zip({**good_posts(), BAD: _POST}, folder / "a.zip")
    raw = bytearray(path.read_bytes())
    second = raw.rfind(_ENTRY, 0, raw.rfind(_ENTRY))
    raw[raw.rfind(_ENTRY) + 42 : raw.rfind(_ENTRY) + 46] = raw[second + 42 : second + 46]
    path.write_bytes(raw)
    return path


def _bomb(folder: Path) -> Path:
    """Create a zip of 60 posts that unpack to 15 MB each; the directory is correct."""
    zeros = bytes(15_000_000)
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2021-01-14-0.md", zeros)
    raw = path.read_bytes()
    start = raw.rfind(_ENTRY)
    end = raw.rfind(_END)
    local, entry = raw[:start], raw[start:end]
    entries = b"".join(
        entry[:42] + struct.pack("<L", n * len(local)) + entry[46:] for n in range(60)
    )
    tail = struct.pack("<4s4H2LH", _END, 0, 0, 60, 60, len(entries), 60 * len(local), 0)
    path.write_bytes(local * 60 + entries + tail)
    return path


def _nested(folder: Path) -> Path:
    inner = make_zip({BAD: _POST}, folder / "inner.zip").read_bytes()
    return make_zip({**good_posts(), "inner.zip": inner}, folder / "a.zip")


def _truncated(folder: Path) -> Path:
    path = make_zip({**good_posts(), BAD: _POST}, folder / "a.zip")
    path.write_bytes(path.read_bytes()[:-100])
    return path


def _text(content: bytes) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (folder / "a.zip").write_bytes(content)
        return folder / "a.zip"

    return build


def _set_size(size: int) -> Callable[[Path], Path]:
    return _patched(_ENTRY, 24, struct.pack("<L", size))


def _large(folder: Path) -> Path:
    return _with(lambda member: None, bytes(100_000_000))(folder)


_LEADS_OUT = r"leads out of the archive.*; nothing was written"
_ABSOLUTE = r"absolute path; nothing was written"
_WRONG = r"directory does not match.*nothing of it was imported, fetch"
_LINK = r"links are not followed"
_IRREGULAR = r"not a regular file"
_LARGE = r"larger than 16 MB.*check the file"

ZIPS = [
    Case("zip: name above the root", _named("../" + BAD), "../" + BAD, _LEADS_OUT),
    Case("zip: name above by a folder", _named("a/../../" + BAD), "a/../../" + BAD, _LEADS_OUT),
    Case("zip: name above by backslashes", _named("..\\..\\" + BAD), "..\\..\\" + BAD, _LEADS_OUT),
    Case("zip: absolute name", _named("/tmp/" + BAD), "/tmp/" + BAD, _ABSOLUTE),
    Case("zip: name on a drive", _named("C:\\" + BAD), "C:\\" + BAD, _ABSOLUTE),
    Case("zip: name on a server", _named("\\\\srv\\" + BAD), "\\\\srv\\" + BAD, _ABSOLUTE),
    Case("zip: NUL in a name", _named("a\0/" + BAD), "a\0/" + BAD, "contains a NUL; nothing was"),
    Case(
        "zip: name of 60,000 bytes", _named("n" * 60_000 + ".md"), "n" * 60_000 + ".md",
        "longer than 1500 bytes; import", "skipped",
    ),
    Case(
        "zip: name of 700 folders", _named("d/" * 700 + BAD), "d/" * 700 + BAD,
        "more than 100 folders deep; import", "skipped",
    ),
    Case("zip: one name twice", _twice, BAD, "more than once.*unpack it"),
    Case("zip: encrypted", _encrypted, BAD, "encrypted; unpack.*password"),
    Case("zip: link", _mode(stat.S_IFLNK | 0o777), BAD, _LINK, "skipped"),
    Case("zip: pipe", _mode(stat.S_IFIFO | 0o644), BAD, _IRREGULAR, "skipped"),
    Case("zip: device", _mode(stat.S_IFBLK | 0o644), BAD, _IRREGULAR, "skipped"),
    Case("zip: unknown compression", _patched(_ENTRY, 10, b"\x5f\0"), BAD, "method 95.*unpack"),
    Case("zip: wrong checksum", _patched(_ENTRY, 16, b"\0\0\0\0"), BAD, "damaged.*fetch"),
    Case("zip: stated size too small", _set_size(10), BAD, "damaged.*fetch"),
    Case("zip: stated size too large", _set_size(15_000_000), BAD, "damaged.*fetch"),
    Case("zip: stated size of 4 GB", _set_size(0xFFFFFFFE), BAD, _LARGE),
    Case("zip: another name inside", _patched(_LOCAL, 30, b"X"), BAD, "name differs.*fetch"),
    Case("zip: nothing at the member's place", _patched(_LOCAL, 0, b"XX"), BAD, "not where.*fetch"),
    Case("zip: post of 100 MB", _large, BAD, _LARGE),
    Case("zip: archive in the archive", _nested, "inner.zip", "not a post", "skipped"),
    Case("zip: members overlap", _overlapping, "a.zip", "overlap.*nothing of it", inside=0),
    Case("zip: bomb", _bomb, "a.zip", "more than 200 times.*unpack it and", inside=0),
    Case("zip: cut off", _truncated, "a.zip", "truncated.*fetch", inside=0),
    Case("zip: empty file", _text(b""), "a.zip", "truncated or not a zip; fetch", inside=0),
    Case("zip: text", _text(b"text\n" * 99), "a.zip", "not a zip; fetch", inside=0),
    Case("zip: too many entries stated", _patched(_END, 8, b"\4\0\4\0"), "a.zip", _WRONG, inside=0),
    Case("zip: too few entries stated", _patched(_END, 8, b"\1\0\1\0"), "a.zip", _WRONG, inside=0),
    Case("zip: directory elsewhere", _patched(_END, 16, b"\0"), "a.zip", _WRONG, inside=0),
    Case("zip: member beyond the end", _patched(_ENTRY, 42, b"\xff\xff\xff\x7f"), "a.zip", _WRONG,
         inside=0),
    Case("zip: 60,000 empty members", _many_empty, "a.zip",
         "more than 10,000 files that are empty.*nothing of it.*unpack it and", inside=0),
    Case("zip: one of several disks", _patched(_END, 4, b"\1"), "a.zip", "join", inside=0),
    Case("zip: 64-bit end missing", _patched(_END, 16, b"\xff" * 4), "a.zip", _WRONG, inside=0),
]  # fmt: skip
