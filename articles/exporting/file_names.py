"""Names of exported files: what the database says, made into names that stay where they belong."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata

QUARANTINE = "_quarantine"  # the folder of files that could not be read as posts
PARTIAL = ".export-partial"  # the one file that is being written
NAME_LIMIT = 255  # bytes of a name, on every common file system
DEPTH_LIMIT = 100  # folders in one another; each is held open while its files are written
_SUFFIX_LIMIT = 32  # bytes; what is longer after a dot is no suffix but part of a sentence
_RESERVED = frozenset({QUARANTINE, PARTIAL})
_NOT_IN_A_NAME = re.compile(rb"[/\0]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class UnsafePathError(ValueError):
    """The path would leave the folder, or names no file."""


def parts_of(path: bytes) -> tuple[bytes, ...]:
    """Return the names that ``path`` is made of, each short enough for a file system.

    Raises :class:`UnsafePathError` for a path that is empty or absolute, or that has a part which
    is empty, ``.`` or ``..``, a NUL, or too many folders.

    >>> parts_of(b"archived/2020-01-01-x.md")
    (b'archived', b'2020-01-01-x.md')
    """
    parts = path.split(b"/")
    if b"\0" in path:
        raise UnsafePathError("a NUL in the path")
    if any(part in {b"", b".", b".."} for part in parts):
        raise UnsafePathError("an absolute path, or an empty part, '.' or '..' in it")
    if len(parts) > DEPTH_LIMIT:
        raise UnsafePathError(f"more than {DEPTH_LIMIT} folders in one another")
    return tuple(_shortened(part, b"") for part in parts)


def folder_of(label: str) -> bytes:
    """Return the folder of a root: its label, or a safe name where the label can't be one.

    >>> folder_of("posts"), folder_of("_quarantine")
    (b'posts', b'_quarantine.83e08d60')
    """
    name = label.encode("utf-8", "surrogateescape")
    safe = _NOT_IN_A_NAME.sub(b"_", name)
    if (
        safe == name
        and name not in {b"", b".", b".."}
        and len(name) <= NAME_LIMIT
        and _folded(name) not in _RESERVED
    ):
        return name
    return _shortened((safe.lstrip(b".") or b"_") + b"." + _digest(name), b"")


def older_name(name: bytes, sha256: str) -> bytes:
    """Return the name of an older content beside the newest one.

    >>> older_name(b"2020-01-01-x.md", "0123456789abcdef")
    b'2020-01-01-x.01234567.md'
    """
    return _shortened(name, b"." + sha256[:8].encode())


def clash_key(parts: tuple[bytes, ...]) -> int:
    """Return a number that paths share which a case-insensitive disk takes for the same."""
    folded = "/".join(map(_folded, parts)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(folded, digest_size=8).digest(), "big")


def shown(path: bytes) -> str:
    r"""Return ``path`` for people and reports: UTF-8, undecodable bytes as ``\xNN``.

    >>> shown(b"caf\xc3\xa9-\xff.md")
    'café-\\xff.md'
    """
    return path.decode("utf-8", "backslashreplace")


def on_one_line(text: str) -> str:
    r"""Return ``text`` with its control characters escaped, so that a terminal shows one line.

    >>> on_one_line("a\nb")
    'a\\nb'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _folded(name: bytes) -> str:
    """Return a name without case and in one Unicode form."""
    text = name.decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _shortened(name: bytes, mark: bytes) -> bytes:
    """Return ``name`` with ``mark`` before its suffix, cut where a file system would refuse it."""
    stem, suffix = os.path.splitext(name)
    if len(suffix) > _SUFFIX_LIMIT:
        stem, suffix = name, b""
    if len(stem) + len(mark) + len(suffix) <= NAME_LIMIT:
        return stem + mark + suffix
    # Names that are cut would meet where they only differ further on: the whole name's hash.
    mark = b"~" + _digest(name) + mark
    room = NAME_LIMIT - len(mark) - len(suffix)
    while room and stem[room] & 0xC0 == 0x80:  # not through a character of UTF-8
        room -= 1
    return stem[:room] + mark + suffix


def _digest(name: bytes) -> bytes:
    return hashlib.sha256(name).hexdigest()[:8].encode()
