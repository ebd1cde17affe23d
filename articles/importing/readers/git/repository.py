"""Locate a git repository and resolve its HEAD to a commit, without running git.

So nothing in the repository's configuration takes effect: it is not even opened.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass

from articles.importing.readers.archives.limits import ArchiveError
from articles.importing.readers.found_file import printable_path

_COMMIT = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_MAX_LINE = 4096  # bytes of HEAD or of a ref
_MAX_HOPS = 5  # from one symbolic ref to the next
_ELSEWHERE = "; import that repository by its own path instead"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: ``git_dir`` contains HEAD, ``common_dir`` the refs and the objects."""

    git_dir: bytes
    common_dir: bytes

    @property
    def objects_dir(self) -> bytes:
        """Return the folder of the object store."""
        return self.common_dir + b"/objects"


def is_repository(folder: bytes) -> bool:
    """Return whether ``folder`` is the top of a checkout, or a bare repository."""
    inside = folder + b"/.git"
    return (
        _is_git_dir(folder)
        or os.path.islink(inside)
        or os.path.isfile(inside)
        or _is_git_dir(inside)
    )


def _is_git_dir(folder: bytes) -> bool:
    return os.path.lexists(folder + b"/HEAD") and all(
        os.path.isdir(folder + name) for name in (b"/objects", b"/refs")
    )


def locate_repository(folder: bytes) -> Repository:
    """Return the repository of a folder for which :func:`is_repository` is true.

    Raises :class:`ArchiveError` when the repository is elsewhere: the author of the folder could
    have pointed it at any repository on this machine.
    """
    inside = folder + b"/.git"
    if os.path.islink(inside):
        raise ArchiveError(
            f"its .git is a link to {printable_path(os.readlink(inside))}{_ELSEWHERE}"
        )
    if os.path.isfile(inside):
        repository = _resolve_worktree(folder, inside)
    else:
        git_dir = inside if _is_git_dir(inside) else folder
        repository = Repository(git_dir, git_dir)
    for name in (b"", b"/pack", b"/info", b"/info/alternates"):
        if os.path.islink(repository.objects_dir + name):
            raise ArchiveError(
                f"its objects{os.fsdecode(name)} is a link; clone it and import that"
            )
    alternates = repository.objects_dir + b"/info/alternates"
    if os.path.lexists(alternates) and _read_first_line(alternates):
        raise ArchiveError(
            "it borrows objects from another repository (objects/info/alternates); clone it with "
            "git clone --dissociate and import the clone"
        )
    return repository


def _resolve_worktree(folder: bytes, link: bytes) -> Repository:
    """Return the repository of a linked worktree; it has to list that worktree."""
    target = _read_first_line(link)
    if not target.startswith(b"gitdir: "):
        raise ArchiveError("its .git is not a repository; clone it again, or import its folders")
    git_dir = os.path.realpath(os.path.join(folder, target[len(b"gitdir: ") :]))
    worktrees, _, _ = git_dir.rpartition(b"/")
    common_dir, _, name = worktrees.rpartition(b"/")
    back = git_dir + b"/gitdir"
    is_linked = name == b"worktrees" and os.path.isfile(back) and _is_git_dir(common_dir)
    if not is_linked or os.path.realpath(os.path.join(git_dir, _read_first_line(back))) != link:
        raise ArchiveError(f"its repository is {printable_path(git_dir)}{_ELSEWHERE}")
    return Repository(git_dir, common_dir)


def resolve_head(repository: Repository) -> str:
    """Return the id of HEAD's commit; raises :class:`ArchiveError` if it has none."""
    value = _read_ref_file(repository.git_dir + b"/HEAD")
    for _ in range(_MAX_HOPS):
        if _COMMIT.fullmatch(value):
            return value.decode()
        if not value.startswith(b"ref: ") or not _is_safe_ref(name := value[5:].strip()):
            raise ArchiveError("its HEAD cannot be read; run git fsck there, or clone it again")
        if name == b"refs/heads/.invalid":
            raise ArchiveError(
                "it uses the reftable format, which is not supported; clone it with "
                "git clone --ref-format=files and import the clone"
            )
        value = _read_ref(repository, name)
        if not value:
            raise ArchiveError(
                f"it has no commit on {printable_path(name)} yet; commit the posts, or import the "
                "folders inside it"
            )
    raise ArchiveError("its HEAD refers to itself; clone it again")


def _is_safe_ref(name: bytes) -> bool:
    parts = name.split(b"/")
    return parts[0] == b"refs" and not {b"", b".", b".."} & set(parts) and b"\0" not in name


def _read_ref(repository: Repository, name: bytes) -> bytes:
    path = repository.common_dir + b"/" + name
    if os.path.isfile(path):
        return _read_ref_file(path)
    packed = repository.common_dir + b"/packed-refs"
    if not os.path.isfile(packed):
        return b""
    with open(_open_regular_file(packed), "rb") as lines:
        while line := lines.readline(_MAX_LINE):
            commit, _, ref = line.strip().partition(b" ")
            if ref == name:
                return commit
    return b""


def _read_ref_file(path: bytes) -> bytes:
    """Return the content of a ref file; an old kind of symbolic ref is a symbolic link."""
    if os.path.islink(path):
        return b"ref: " + os.readlink(path)
    return _read_first_line(path)


def _read_first_line(path: bytes) -> bytes:
    with open(_open_regular_file(path), "rb") as file:
        return file.readline(_MAX_LINE).rstrip(b"\r\n")


def _open_regular_file(path: bytes) -> int:
    """Return a descriptor of a regular file; opening a pipe would block forever."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ArchiveError(
            f"its {printable_path(os.path.basename(path))} is not a file; clone it again"
        )
    return handle
