"""Find files in folders, in order of their path bytes, and single files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator

from articles.importing.readers.found_file import (
    MAX_DEPTH,
    MAX_PATH,
    FoundFile,
    reason_not_a_post,
    stat_fingerprint,
)

_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW


def walk_folder(root: str, folder: bytes, below: bytes = b"") -> Iterator[FoundFile]:
    """Yield the files in ``folder``, which is at ``below`` relative to the root.

    Links are not followed; hidden folders are left out.
    """
    try:
        names = _sorted_names(folder)
    except OSError as error:
        problem = f"the folder cannot be read ({error.strerror}); check its permissions"
        yield FoundFile(root, below or b".", folder, problem=problem)
        return
    for key in names:
        name = key.rstrip(b"/")
        disk_path = folder + b"/" + name
        path = below + b"/" + name if below else name
        if not key.endswith(b"/"):
            yield stat_file(root, path, disk_path)
        elif path.count(b"/") > MAX_DEPTH:
            problem = f"more than {MAX_DEPTH} folders deep; import a folder further down"
            yield FoundFile(root, path, disk_path, problem=problem, skip=True)
        elif not name.startswith(b"."):
            yield from walk_folder(root, disk_path, path)


def _sorted_names(folder: bytes) -> list[bytes]:
    """Return the names in a folder in the order of the full paths: folders end with a slash."""
    handle = os.open(folder, _OPEN)  # not followed if it has become a link since
    try:
        with os.scandir(handle) as entries:
            return sorted(
                os.fsencode(entry.name) + b"/" * entry.is_dir(follow_symlinks=False)
                for entry in entries
            )
    finally:
        os.close(handle)


def stat_file(root: str, path: bytes, disk_path: bytes) -> FoundFile:
    """Return a file with its stat, or with the problem for which it is not read."""
    if len(path) > MAX_PATH:
        problem = f"its path is longer than {MAX_PATH} bytes; import a folder further down"
        return FoundFile(root, path, disk_path, problem=problem, skip=True)
    try:
        status = os.lstat(disk_path)
    except OSError as error:
        problem = f"the file cannot be opened ({error.strerror}); check that it is still there"
        return FoundFile(root, path, disk_path, problem=problem)
    if stat.S_ISLNK(status.st_mode):
        return FoundFile(root, path, disk_path, problem="a link; links are not followed", skip=True)
    if not stat.S_ISREG(status.st_mode):
        return FoundFile(root, path, disk_path, problem="not a regular file", skip=True)
    if problem := reason_not_a_post(path):
        return FoundFile(root, path, disk_path, problem=problem, skip=True)
    return FoundFile(root, path, disk_path, *stat_fingerprint(status))
