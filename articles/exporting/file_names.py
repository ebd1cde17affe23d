"""Turn stored labels and paths into file names that cannot leave the folder of the export."""

from __future__ import annotations

import hashlib
import os
import re

from articles.content.text.stream_safe_text import normalize_unicode

QUARANTINE = "_quarantine"  # the folder of files that are not readable as posts
PARTIAL = ".export-partial"  # the file that is being written
NAME_LIMIT = 255  # bytes of a name, on common file systems
DEPTH_LIMIT = 100  # nested folders; each is open while its files are written
_SUFFIX_LIMIT = 32  # bytes; a longer part after a dot is not a suffix but text
_RESERVED = frozenset({QUARANTINE, PARTIAL})
_NOT_IN_A_NAME = re.compile(rb"[/\0]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class UnsafePathError(ValueError):
    """The path would leave the folder, or is not the path of a file."""


def split_path(path: bytes) -> tuple[bytes, ...]:
    """Return the parts of ``path``, each short enough for a file system.

    Raises :class:`UnsafePathError` for a path that is empty or absolute, that has a part which is
    empty, ``.`` or ``..``, or that has a NUL or too many folders.

    >>> split_path(b"archived/2020-01-01-x.md")
    (b'archived', b'2020-01-01-x.md')
    """
    parts = path.split(b"/")
    if b"\0" in path:
        raise UnsafePathError("a NUL in the path")
    if any(part in {b"", b".", b".."} for part in parts):
        raise UnsafePathError("an absolute path, or an empty part, '.' or '..' in it")
    if len(parts) > DEPTH_LIMIT:
        raise UnsafePathError(f"more than {DEPTH_LIMIT} nested folders")
    return tuple(_fit_name(part, b"") for part in parts)


def root_folder(label: str) -> bytes:
    """Return the folder name of a root: its label, or a safe name if the label can't be used.

    >>> root_folder("posts"), root_folder("_quarantine")
    (b'posts', b'_quarantine.83e08d60')
    """
    name = label.encode("utf-8", "surrogateescape")
    safe = _NOT_IN_A_NAME.sub(b"_", name)
    if (
        safe == name
        and name not in {b"", b".", b".."}
        and len(name) <= NAME_LIMIT
        and _casefold(name) not in _RESERVED
    ):
        return name
    return _fit_name((safe.lstrip(b".") or b"_") + b"." + _digest(name), b"")


def older_name(name: bytes, sha256: str) -> bytes:
    """Return the name of an older content, next to the newest one.

    >>> older_name(b"2020-01-01-x.md", "0123456789abcdef")
    b'2020-01-01-x.01234567.md'
    """
    return _fit_name(name, b"." + sha256[:8].encode())


def clash_key(parts: tuple[bytes, ...]) -> int:
    """Return a hash that is equal for paths that are equal on a case-insensitive file system."""
    folded = "/".join(map(_casefold, parts)).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.blake2b(folded, digest_size=8).digest(), "big")


def escape_controls(text: str) -> str:
    r"""Return ``text`` with control characters escaped, so that a terminal shows one line.

    >>> escape_controls("a\nb")
    'a\\nb'
    """
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _casefold(name: bytes) -> str:
    """Return a name case-folded and in Unicode NFC."""
    text = name.decode("utf-8", "surrogateescape")
    return normalize_unicode("NFC", normalize_unicode("NFC", text).casefold())


def _fit_name(name: bytes, mark: bytes) -> bytes:
    """Return ``name`` with ``mark`` before its suffix, truncated to the limit of a file system."""
    stem, suffix = os.path.splitext(name)
    if len(suffix) > _SUFFIX_LIMIT:
        stem, suffix = name, b""
    if len(stem) + len(mark) + len(suffix) <= NAME_LIMIT:
        return stem + mark + suffix
    # Truncated names could be equal, so they get a hash of the whole name.
    mark = b"~" + _digest(name) + mark
    room = NAME_LIMIT - len(mark) - len(suffix)
    while room and stem[room] & 0xC0 == 0x80:  # not inside a UTF-8 character
        room -= 1
    return stem[:room] + mark + suffix


def _digest(name: bytes) -> bytes:
    return hashlib.sha256(name).hexdigest()[:8].encode()
