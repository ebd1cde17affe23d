"""Paths of files, which are bytes, as text."""

from __future__ import annotations


def display_path(path: bytes) -> str:
    r"""Return ``path`` as UTF-8 text; bytes that are not UTF-8 become ``\xNN``.

    >>> display_path(b"caf\xc3\xa9-\xff.md")
    'café-\\xff.md'
    """
    return path.decode("utf-8", "backslashreplace")
