"""Where a git repository stands and which commit its HEAD is, read without git.

So nothing that the repository says of itself is obeyed: its configuration is not even opened.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass

from articles.importing.readers.archives.limits import ArchiveError
from articles.importing.readers.found_file import text_of

_COMMIT = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_MAX_LINE = 4096  # bytes of HEAD or of a ref
_MAX_HOPS = 5  # from one symbolic ref to the next
_ELSEWHERE = "; import that repository by its own path instead"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: ``own`` has its HEAD, ``common`` its refs, ``common/objects`` the objects."""

    own: bytes
    common: bytes

    @property
    def objects(self) -> bytes:
        """Return the folder of the objects."""
        return self.common + b"/objects"


def is_repository(folder: bytes) -> bool:
    """Tell whether ``folder`` is the top of a checkout, or a bare repository."""
    inside = folder + b"/.git"
    return (
        _is_store(folder) or os.path.islink(inside) or os.path.isfile(inside) or _is_store(inside)
    )


def _is_store(folder: bytes) -> bool:
    return os.path.lexists(folder + b"/HEAD") and all(
        os.path.isdir(folder + name) for name in (b"/objects", b"/refs")
    )


def locate(folder: bytes) -> Repository:
    """Return the repository of a folder for which :func:`is_repository` holds.

    Raises :class:`ArchiveError` when it leads elsewhere: whoever made the folder could point it
    at any repository of this machine.
    """
    inside = folder + b"/.git"
    if os.path.islink(inside):
        raise ArchiveError(f"its .git is a link to {text_of(os.readlink(inside))}{_ELSEWHERE}")
    if os.path.isfile(inside):
        repository = _worktree(folder, inside)
    else:
        place = inside if _is_store(inside) else folder
        repository = Repository(place, place)
    for name in (b"", b"/pack", b"/info", b"/info/alternates"):
        if os.path.islink(repository.objects + name):
            raise ArchiveError(
                f"its objects{os.fsdecode(name)} is a link; clone it and import that"
            )
    alternates = repository.objects + b"/info/alternates"
    if os.path.lexists(alternates) and _first_line(alternates):
        raise ArchiveError(
            "it borrows objects from another repository (objects/info/alternates); clone it with "
            "git clone --dissociate and import the clone"
        )
    return repository


def _worktree(folder: bytes, link: bytes) -> Repository:
    """Return the repository of a linked worktree, if that one knows of it."""
    target = _first_line(link)
    if not target.startswith(b"gitdir: "):
        raise ArchiveError("its .git is no repository; clone it again, or import its folders")
    own = os.path.realpath(os.path.join(folder, target[len(b"gitdir: ") :]))
    worktrees, _, _ = own.rpartition(b"/")
    common, _, name = worktrees.rpartition(b"/")
    back = own + b"/gitdir"
    known = name == b"worktrees" and os.path.isfile(back) and _is_store(common)
    if not known or os.path.realpath(os.path.join(own, _first_line(back))) != link:
        raise ArchiveError(f"its repository is {text_of(own)}{_ELSEWHERE}")
    return Repository(own, common)


def head_of(repository: Repository) -> str:
    """Return the id of HEAD's commit; raises :class:`ArchiveError` when there is none."""
    value = _value(repository.own + b"/HEAD")
    for _ in range(_MAX_HOPS):
        if _COMMIT.fullmatch(value):
            return value.decode()
        if not value.startswith(b"ref: ") or not _is_ref(name := value[5:].strip()):
            raise ArchiveError("its HEAD cannot be read; run git fsck there, or clone it again")
        if name == b"refs/heads/.invalid":
            raise ArchiveError(
                "it keeps its refs in a table, which is not read here; clone it with "
                "git clone --ref-format=files and import the clone"
            )
        value = _ref(repository, name)
        if not value:
            raise ArchiveError(
                f"it has no commit on {text_of(name)} yet; commit the posts, or import the folders "
                "inside it"
            )
    raise ArchiveError("its HEAD leads in a circle; clone it again")


def _is_ref(name: bytes) -> bool:
    parts = name.split(b"/")
    return parts[0] == b"refs" and not {b"", b".", b".."} & set(parts) and b"\0" not in name


def _ref(repository: Repository, name: bytes) -> bytes:
    path = repository.common + b"/" + name
    if os.path.isfile(path):
        return _value(path)
    packed = repository.common + b"/packed-refs"
    if not os.path.isfile(packed):
        return b""
    with open(_opened(packed), "rb") as lines:
        while line := lines.readline(_MAX_LINE):
            commit, _, ref = line.strip().partition(b" ")
            if ref == name:
                return commit
    return b""


def _value(path: bytes) -> bytes:
    """Return what a ref holds; an old symbolic one is a link."""
    if os.path.islink(path):
        return b"ref: " + os.readlink(path)
    return _first_line(path)


def _first_line(path: bytes) -> bytes:
    with open(_opened(path), "rb") as file:
        return file.readline(_MAX_LINE).rstrip(b"\r\n")


def _opened(path: bytes) -> int:
    """Return a handle of a regular file; a pipe would wait for ever."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ArchiveError(f"its {text_of(os.path.basename(path))} is no file; clone it again")
    return handle
