"""Find the files in archives and repositories, and report archives that cannot be read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from articles.importing.readers.archives import tar_files, zip_files
from articles.importing.readers.archives.limits import ArchiveError, TruncatedError
from articles.importing.readers.archives.sorted_members import (
    SortedMembers,
    TemporaryFilesError,
    temporary_folder,
)
from articles.importing.readers.found_file import FoundFile, root_label
from articles.importing.readers.git import objects

#: Called with the label of the root and the id of the commit that is read.
CommitCallback = Callable[[str, str], None]
_ZIP = re.compile(rb"\.zip$", re.IGNORECASE)
_TAR = re.compile(rb"\.(tar|tar\.[^./]+|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def is_archive(name: bytes) -> bool:
    """Return whether a file of this name is read as an archive.

    >>> [is_archive(name) for name in (b"posts.tar.xz", b"POSTS.ZIP", b"tar.md")]
    [True, True, False]
    """
    return bool(_ZIP.search(name) or _TAR.search(name))


def find_in_archive(disk_path: bytes, label: str, stack: ExitStack) -> Iterator[FoundFile]:
    """Yield the members of the zip or tar at ``disk_path``; last, the archive if it has a problem.

    The members can be read until ``stack`` is closed.
    """
    with SortedMembers.temporary(stack.enter_context(temporary_folder())) as members:
        lister = zip_files if _ZIP.search(disk_path) else tar_files
        problem = _list_or_explain(lambda: lister.list_members(disk_path, members), members)
        yield from members.iter_sorted(label or root_label(disk_path))
    yield from _report_source(disk_path, label, problem)


def find_in_repository(
    disk_path: bytes, label: str, stack: ExitStack, on_commit: CommitCallback
) -> Iterator[FoundFile]:
    """Yield the files of a repository's HEAD; ``on_commit`` gets the id of that commit.

    The files can be read until ``stack`` is closed.
    """
    root = label or root_label(disk_path)
    with SortedMembers.temporary(stack.enter_context(temporary_folder())) as members:
        problem = _list_or_explain(
            lambda: _list_repository(disk_path, root, on_commit, members), members
        )
        stack.callback(objects.close_repository, members.disk_path)
        yield from members.iter_sorted(root)
    yield from _report_source(disk_path, label, problem)


def _list_repository(
    disk_path: bytes, root: str, on_commit: CommitCallback, members: SortedMembers
) -> None:
    head = objects.open_head(disk_path, members)
    on_commit(root, head)
    objects.list_members(head, members)


def _list_or_explain(fill: Callable[[], None], members: SortedMembers) -> str:
    """Call ``fill``; return the problem of the archive, or an empty string.

    Clears ``members``, unless the archive is merely truncated.
    """
    try:
        fill()
    except TemporaryFilesError:
        raise
    except TruncatedError as error:
        return str(error)
    except ArchiveError as error:
        members.clear()
        return str(error)
    except OSError as error:
        members.clear()
        return f"it cannot be read ({error.strerror}); check that it is there and readable"
    return ""


def _report_source(disk_path: bytes, label: str, problem: str) -> Iterator[FoundFile]:
    if problem:
        name = os.path.basename(disk_path)
        yield FoundFile(label or root_label(disk_path), name, disk_path, problem=problem)
