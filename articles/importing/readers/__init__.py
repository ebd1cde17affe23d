"""Find the post files in what the operator named, in the order of their path bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from articles.importing.readers.folders import look, walk
from articles.importing.readers.found_file import Found, is_since, label_of
from articles.importing.readers.git.head import is_repository
from articles.importing.readers.packed_sources import (
    Note,
    find_in_archive,
    find_in_repository,
    is_archive,
)
from articles.importing.readers.path_lists import find_listed

__all__ = [
    "Found",
    "SourceMissingError",
    "check_sources",
    "find",
    "find_listed",
    "is_cheap_to_count",
    "is_since",
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


def find(
    paths: Iterable[str],
    label: str,
    stack: ExitStack,
    note: Note = lambda root, commit: None,
) -> Iterator[Found]:
    """Yield what lies in each of ``paths``, in turn; ``label`` replaces the roots' names.

    A path is a repository's top, another folder, an archive, or a single file. What was found can
    be read until ``stack`` is left. ``note`` is called with the root and the commit of each
    repository. Raises :class:`OSError` when the folder for temporary files is full.
    """
    for name in paths:
        full = os.path.realpath(os.fsencode(name))
        folder, _, base = full.rpartition(b"/")
        if os.path.isdir(full):
            if is_repository(full):
                yield from find_in_repository(full, label, stack, note)
            else:
                yield from walk(label or label_of(full), full)
        elif is_archive(base):
            yield from find_in_archive(full, label, stack)
        else:
            yield look(label or label_of(folder), base, full)


def is_cheap_to_count(paths: Iterable[str]) -> bool:
    """Tell whether ``paths`` are plain folders and files, which cost little to walk twice."""
    sources = [os.path.realpath(os.fsencode(name)) for name in paths]
    return not any(is_archive(os.path.basename(p)) or is_repository(p) for p in sources)
