"""The names of an archive's members: made into paths below the root, or refused."""

from __future__ import annotations

import re

from articles.importing.readers.found_file import MAX_DEPTH, MAX_PATH, no_post

_OUTSIDE = re.compile(rb"[/\\]|[A-Za-z]:[/\\]")  # how an absolute name begins, here or on Windows
_SEPARATORS = re.compile(rb"[/\\]")
_CURE = "nothing was written; look at where the archive comes from"


def path_of(name: bytes) -> bytes:
    r"""Return the path that a member's name stands for: without ``.`` and empty parts.

    >>> path_of(b"./posts//2021/./a.md")
    b'posts/2021/a.md'
    >>> path_of(b"/etc/../a.md")  # what leads out stays as it is, for refusal() to see
    b'/etc/../a.md'
    """
    if refusal_of_name(name):
        return name
    return b"/".join(part for part in name.split(b"/") if part not in {b"", b"."})


def refusal_of_name(name: bytes) -> str:
    """Return why a member of this name is refused, whatever it holds; empty when it is not.

    >>> refusal_of_name(b"posts/../../a.md").partition(";")[0]
    "its name leads out of the archive: '..' in it"
    """
    if b"\0" in name:
        return f"its name holds a NUL; {_CURE}"
    if b".." in _SEPARATORS.split(name):
        return f"its name leads out of the archive: '..' in it; {_CURE}"
    if _OUTSIDE.match(name):
        return f"its name is an absolute path; {_CURE}"
    return ""


def is_hidden(path: bytes) -> bool:
    """Tell whether a folder on the way is hidden: those are left out, as they are on disk."""
    return any(part.startswith(b".") for part in path.split(b"/")[:-1])


def skipped_for(path: bytes) -> str:
    """Return why a regular member at ``path`` is passed over, if so, as a file on disk is."""
    if len(path) > MAX_PATH:
        return f"its path is longer than {MAX_PATH} bytes; import a folder nearer to it"
    if path.count(b"/") > MAX_DEPTH:
        return f"more than {MAX_DEPTH} folders deep; import a folder nearer to it"
    return no_post(path)
