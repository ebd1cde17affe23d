"""Folders, walked in the order of their path bytes, and single files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from articles.importing.readers.found_file import MAX_DEPTH, MAX_PATH, Found, memo_of, no_post

_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW


def walk(root: str, folder: bytes, below: bytes = b"") -> Iterator[Found]:
    """Yield what lies in ``folder``, whose path is ``below`` the root.

    Links are not followed, hidden folders are left out.
    """
    try:
        listed = _listed(folder)
    except OSError as error:
        problem = f"the folder cannot be read ({error.strerror}); check its permissions"
        yield Found(root, below or b".", folder, problem=problem)
        return
    for key in listed:
        name = key.rstrip(b"/")
        full = folder + b"/" + name
        path = below + b"/" + name if below else name
        if not key.endswith(b"/"):
            yield look(root, path, full)
        elif path.count(b"/") > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} folders deep; import a folder nearer to it"
            yield Found(root, path, full, problem=problem, skip=True)
        elif not name.startswith(b"."):
            yield from walk(root, full, path)


def _listed(folder: bytes) -> list[bytes]:
    """Return the names in a folder, sorted as the paths below are: folders with their slash."""
    handle = os.open(folder, _OPEN)  # what has become a link since is not followed
    try:
        with os.scandir(handle) as entries:
            return sorted(
                os.fsencode(entry.name) + b"/" * entry.is_dir(follow_symlinks=False)
                for entry in entries
            )
    finally:
        os.close(handle)


def look(root: str, path: bytes, full: bytes) -> Found:
    """Return a file with its stat, or why it will not be read."""
    if len(path) > MAX_PATH:
        problem = f"its path is longer than {MAX_PATH} bytes; import a folder nearer to it"
        return Found(root, path, full, problem=problem, skip=True)
    try:
        status = os.lstat(full)
    except OSError as error:
        problem = f"the file cannot be looked at ({error.strerror}); check that it is still there"
        return Found(root, path, full, problem=problem)
    if stat.S_ISLNK(status.st_mode):
        return Found(root, path, full, problem="a link; links are not followed", skip=True)
    if not stat.S_ISREG(status.st_mode):
        return Found(root, path, full, problem="not a regular file", skip=True)
    if problem := no_post(path):
        return Found(root, path, full, problem=problem, skip=True)
    return Found(root, path, full, *memo_of(status))
