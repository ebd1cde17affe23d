"""Find the post files in the sources that the operator named, in order of their path bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from articles.importing.readers.folders import stat_file, walk_folder
from articles.importing.readers.found_file import FoundFile, is_dated_since, root_label
from articles.importing.readers.git.repository import is_repository
from articles.importing.readers.packed_sources import (
    CommitCallback,
    find_in_archive,
    find_in_repository,
    is_archive,
)
from articles.importing.readers.path_lists import find_listed_files

__all__ = [
    "FoundFile",
    "SourceMissingError",
    "check_sources",
    "find_files",
    "find_listed_files",
    "is_cheap_to_count",
    "is_dated_since",
]


class SourceMissingError(ValueError):
    """A path that the operator named does not exist or is neither file nor folder."""


def check_sources(paths: Iterable[str]) -> None:
    """Raise :class:`SourceMissingError` for the first of ``paths`` that cannot be imported."""
    for name in paths:
        path = Path(name)
        if not path.exists():
            raise SourceMissingError(f"{name}: no such file or folder; check the path")
        if not (path.is_dir() or path.is_file()):
            raise SourceMissingError(f"{name}: neither a file nor a folder; name one of those")


def find_files(
    paths: Iterable[str],
    label: str,
    stack: ExitStack,
    on_commit: CommitCallback = lambda root, commit: None,
) -> Iterator[FoundFile]:
    """Yield the files in each of ``paths``, in turn; ``label`` replaces the names of the roots.

    A path is the top of a repository, another folder, an archive, or a single file. The files can
    be read until ``stack`` is closed. ``on_commit`` is called with the root and the commit of each
    repository. Raises :class:`OSError` when the folder for temporary files is full.
    """
    for name in paths:
        disk_path = os.path.realpath(os.fsencode(name))
        folder, _, base = disk_path.rpartition(b"/")
        if os.path.isdir(disk_path):
            if is_repository(disk_path):
                yield from find_in_repository(disk_path, label, stack, on_commit)
            else:
                yield from walk_folder(label or root_label(disk_path), disk_path)
        elif is_archive(base):
            yield from find_in_archive(disk_path, label, stack)
        else:
            yield stat_file(label or root_label(folder), base, disk_path)


def is_cheap_to_count(paths: Iterable[str]) -> bool:
    """Return whether ``paths`` are all folders and files: walking those twice costs little."""
    sources = [os.path.realpath(os.fsencode(name)) for name in paths]
    return not any(is_archive(os.path.basename(p)) or is_repository(p) for p in sources)
