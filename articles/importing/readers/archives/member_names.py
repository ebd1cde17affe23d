"""Turn the names of archive members into paths below the root, or refuse them."""

from __future__ import annotations

import re

from articles.importing.readers.found_file import MAX_DEPTH, MAX_PATH, reason_not_a_post

_OUTSIDE = re.compile(rb"[/\\]|[A-Za-z]:[/\\]")  # an absolute path, on Unix or Windows
_SEPARATORS = re.compile(rb"[/\\]")
_HINT = "nothing was written; check where the archive comes from"


def normalize_name(name: bytes) -> bytes:
    r"""Return the path of a member's name, without ``.`` and empty parts.

    >>> normalize_name(b"./posts//2021/./a.md")
    b'posts/2021/a.md'
    >>> normalize_name(b"/etc/../a.md")  # unchanged, so that reason_to_refuse() sees it
    b'/etc/../a.md'
    """
    if reason_to_refuse(name):
        return name
    return b"/".join(part for part in name.split(b"/") if part not in {b"", b"."})


def reason_to_refuse(name: bytes) -> str:
    """Return why a member of this name is refused, or an empty string.

    >>> reason_to_refuse(b"posts/../../a.md").partition(";")[0]
    "its name leads out of the archive: '..' in it"
    """
    if b"\0" in name:
        return f"its name contains a NUL; {_HINT}"
    if b".." in _SEPARATORS.split(name):
        return f"its name leads out of the archive: '..' in it; {_HINT}"
    if _OUTSIDE.match(name):
        return f"its name is an absolute path; {_HINT}"
    return ""


def is_hidden(path: bytes) -> bool:
    """Return whether a folder in the path is hidden: such members are left out, as on disk."""
    return any(part.startswith(b".") for part in path.split(b"/")[:-1])


def reason_to_skip(path: bytes) -> str:
    """Return why a regular member at ``path`` is skipped, or an empty string; as for files."""
    if len(path) > MAX_PATH:
        return f"its path is longer than {MAX_PATH} bytes; import a folder further down"
    if path.count(b"/") > MAX_DEPTH:
        return f"more than {MAX_DEPTH} folders deep; import a folder further down"
    return reason_not_a_post(path)
