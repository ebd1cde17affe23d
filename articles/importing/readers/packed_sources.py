"""Archives and repositories as sources of files: what they hold, and what became of themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

from articles.importing.readers.archives import tar_files, zip_files
from articles.importing.readers.archives.disk_sort import Members, NoRoomError, temporary_folder
from articles.importing.readers.archives.limits import ArchiveError, BrokenOffError
from articles.importing.readers.found_file import Found, label_of
from articles.importing.readers.git import objects

Note = Callable[[str, str], None]  # takes a root's label and the id of the commit that is read
_ZIP = re.compile(rb"\.zip$", re.IGNORECASE)
_TAR = re.compile(rb"\.(tar|tar\.[^./]+|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def is_archive(name: bytes) -> bool:
    """Tell whether a file of this name is read as an archive.

    >>> [is_archive(name) for name in (b"posts.tar.xz", b"POSTS.ZIP", b"tar.md")]
    [True, True, False]
    """
    return bool(_ZIP.search(name) or _TAR.search(name))


def find_in_archive(full: bytes, label: str, stack: ExitStack) -> Iterator[Found]:
    """Yield what the zip or tar at ``full`` holds; last, itself, when something is wrong.

    What was found can be read until ``stack`` is left.
    """
    with Members.collected(stack.enter_context(temporary_folder())) as members:
        lister = zip_files if _ZIP.search(full) else tar_files
        trouble = _tried(lambda: lister.list_members(full, members), members)
        yield from members.in_order(label or label_of(full))
    yield from _itself(full, label, trouble)


def find_in_repository(full: bytes, label: str, stack: ExitStack, note: Note) -> Iterator[Found]:
    """Yield the files of a repository's HEAD; ``note`` is told which commit that is.

    What was found can be read until ``stack`` is left.
    """
    root = label or label_of(full)
    with Members.collected(stack.enter_context(temporary_folder())) as members:
        trouble = _tried(lambda: _list_repository(full, root, note, members), members)
        stack.callback(objects.close, members.full)
        yield from members.in_order(root)
    yield from _itself(full, label, trouble)


def _list_repository(full: bytes, root: str, note: Note, members: Members) -> None:
    head = objects.open_head(full, members)
    note(root, head)
    objects.list_members(head, members)


def _tried(fill: Callable[[], None], members: Members) -> str:
    """Return what went wrong with an archive, if anything; keep only members that are sound."""
    try:
        fill()
    except NoRoomError:
        raise
    except BrokenOffError as error:
        return str(error)
    except ArchiveError as error:
        members.clear()
        return str(error)
    except OSError as error:
        members.clear()
        return f"it cannot be read ({error.strerror}); check that it is there and readable"
    return ""


def _itself(full: bytes, label: str, trouble: str) -> Iterator[Found]:
    if trouble:
        name = os.path.basename(full)
        yield Found(label or label_of(full), name, full, problem=trouble)
