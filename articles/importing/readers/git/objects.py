"""The files of a git repository at HEAD, read with git plumbing commands from its object store.

Git runs in a temporary empty repository that uses that object store. So it never sees the
configuration, hooks, filters, attributes, refs or replacements of the imported repository.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from articles.importing.readers.archives.limits import (
    ArchiveError,
    ExtractionBudget,
    TruncatedError,
)
from articles.importing.readers.archives.member_names import (
    is_hidden,
    normalize_name,
    reason_to_refuse,
    reason_to_skip,
)
from articles.importing.readers.archives.sorted_members import Member, SortedMembers
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    MemberLocation,
    MemberStorage,
    UnreadableError,
    hash_to_integer,
    printable_path,
)
from articles.importing.readers.git.repository import locate_repository, resolve_head

_MEMORY_KIB = 192 * 1024  # for git itself, without the packs that it maps
_MAX_RECORD = 1024 * 1024  # bytes of one line of ls-tree; paths are refused far below that
_STEP = 1 << 16
_ENTRY = re.compile(
    rb"(?P<mode>\d+) (?P<kind>\w+) (?P<id>[0-9a-f]+) +(?P<size>\d+|-|BAD)\t(?P<name>.*)", re.DOTALL
)
_CONFIG = b"""[core]
\trepositoryFormatVersion = 1
\tbare = true
\tpackedGitWindowSize = 16m
\tpackedGitLimit = 128m
\tdeltaBaseCacheLimit = 8m
[extensions]
\tobjectFormat = %s
"""
_LIMITED_GIT = 'ulimit -d "$1" 2>/dev/null; shift; exec git "$@"'
_MISSING_CONTENT = (
    "the content of this file is missing in the repository: it is a partial clone, or damaged; "
    "clone it again, without --filter"
)
_cat_file_processes: dict[bytes, subprocess.Popen[bytes]] = {}
_FSCK_HINT = "run git fsck in the repository, or clone it again"


def open_head(folder: bytes, members: SortedMembers) -> str:
    """Return the id of HEAD's commit; set up the temporary repository in ``members``.

    Raises :class:`ArchiveError`.
    """
    if shutil.which("git") is None:
        raise ArchiveError(
            "reading a repository requires git, which is not installed; install it, or import the "
            "folders inside the checkout"
        )
    repository = locate_repository(folder)
    commit = resolve_head(repository)
    git_dir = os.fsencode(members.folder) + b"/own"
    hash_name = b"sha256" if len(commit) == 64 else b"sha1"
    files = {
        b"config": _CONFIG % hash_name, b"HEAD": commit.encode(), b"store": repository.objects_dir
    }  # fmt: skip
    for name in (b"", b"/objects", b"/refs"):
        os.mkdir(git_dir + name)
    for name, text in files.items():
        with open(git_dir + b"/" + name, "wb") as file:
            file.write(text)
    members.disk_path = git_dir
    return commit


def list_members(commit: str, members: SortedMembers) -> None:
    """Add the files of ``commit`` to ``members``, which :func:`open_head` has prepared.

    Raises :class:`ArchiveError`, and :class:`TruncatedError` where objects are missing.
    """
    git_dir = members.disk_path
    budget = ExtractionBudget(_folder_size(_objects_dir(git_dir)))
    with open(git_dir + b"/errors", "w+b") as errors:
        with _start_git(
            git_dir, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, stderr=errors
        ) as git:
            assert git.stdout is not None
            for record in _read_records(git.stdout):
                budget.spend_member()
                member = _parse_member(record)
                if member is not None:
                    if not member.problem:
                        budget.spend_bytes(member.size)
                    members.add(member)
        if git.returncode:
            errors.seek(0)
            lines = errors.read(_STEP).decode("utf-8", "replace").strip().splitlines()
            message = lines[-1] if lines else f"git ended with {git.returncode}"
            raise TruncatedError(
                f"commit {commit} cannot be read to its end ({message}); {_FSCK_HINT}"
            )


def read_object(git_dir: bytes, size: int, key: str) -> bytes:
    """Return the bytes of a blob; raises :class:`UnreadableError` unless their hash is ``key``.

    One git process for each repository stays open until :func:`close_repository`, or until this
    process ends.
    """
    git = _cat_file_processes.get(git_dir)
    if git is None or git.poll() is not None:
        git = _cat_file_processes[git_dir] = _start_git(
            git_dir, "cat-file", "--batch", stdin=subprocess.PIPE
        )
    assert git.stdin is not None
    assert git.stdout is not None
    with suppress(BrokenPipeError):
        git.stdin.write(key.encode() + b"\n")
        git.stdin.flush()
    header = git.stdout.readline(_STEP).split()
    if header == [key.encode(), b"missing"]:
        raise UnreadableError(_MISSING_CONTENT)
    data = b""
    if header == [key.encode(), b"blob", str(size).encode()]:
        data = git.stdout.read(size)
        git.stdout.read(1)
    algorithm = "sha256" if len(key) == 64 else "sha1"
    digest = hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)
    digest.update(data)
    if digest.hexdigest() != key:
        close_repository(git_dir)
        raise UnreadableError(f"git object {key} is damaged, or too large to unpack; {_FSCK_HINT}")
    return data


def close_repository(git_dir: bytes) -> None:
    """End the git process that reads objects, if there is one."""
    git = _cat_file_processes.pop(git_dir, None)
    if git is not None:
        _kill(git)


def _kill(git: subprocess.Popen[bytes]) -> None:
    git.kill()
    for pipe in (git.stdin, git.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    git.wait()


def _start_git(git_dir: bytes, *arguments: str, **pipes: Any) -> subprocess.Popen[bytes]:
    """Start git on the object store that ``git_dir`` names: limited memory, no network."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {
        **{os.fsencode(name): os.fsencode(value) for name, value in inherited.items()},
        b"GIT_DIR": git_dir,
        b"GIT_OBJECT_DIRECTORY": _objects_dir(git_dir),
        b"GIT_CONFIG_NOSYSTEM": b"1",
        b"GIT_CONFIG_SYSTEM": b"/dev/null",
        b"GIT_CONFIG_GLOBAL": b"/dev/null",
        b"GIT_ATTR_NOSYSTEM": b"1",
        b"GIT_ALLOW_PROTOCOL": b"none",
        b"GIT_NO_LAZY_FETCH": b"1",
        b"GIT_NO_REPLACE_OBJECTS": b"1",
        b"GIT_OPTIONAL_LOCKS": b"0",
        b"GIT_TERMINAL_PROMPT": b"0",
        b"LC_ALL": b"C",
    }
    return subprocess.Popen(
        ["sh", "-c", _LIMITED_GIT, "sh", str(_MEMORY_KIB), "--no-pager", *arguments],
        env=environment,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL,
           **pipes},
    )  # fmt: skip


def _objects_dir(git_dir: bytes) -> bytes:
    with open(git_dir + b"/store", "rb") as file:
        return file.read()


def _folder_size(folder: bytes) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(path + b"/" + name).st_size
    return total


def _read_records(stdout: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := stdout.read(_STEP):
        *records, rest = (rest + block).split(b"\0")
        if len(rest) > _MAX_RECORD:
            raise ArchiveError(f"a path in it is longer than {_MAX_RECORD:,} bytes; {_FSCK_HINT}")
        yield from records


def _parse_member(record: bytes) -> Member | None:
    """Return the member of a line of ``git ls-tree -l``; None if its folder is hidden."""
    match = _ENTRY.fullmatch(record)
    if match is None:
        raise ArchiveError(
            f"git lists something that is not a file ({printable_path(record)}); {_FSCK_HINT}"
        )
    path = normalize_name(match["name"])
    if problem := reason_to_refuse(match["name"]):
        return Member(path, problem=problem)
    if is_hidden(path):
        return None
    if match["kind"] == b"commit":
        problem = "another repository (a submodule); import that one by its own path"
        return Member(path, problem=problem, skip=True)
    if match["mode"] == b"120000":
        return Member(path, problem="a link; links are not followed", skip=True)
    if problem := reason_to_skip(path):
        return Member(path, problem=problem, skip=True)
    if match["kind"] != b"blob":
        return Member(path, problem=f"not a file, though its tree says so; {_FSCK_HINT}")
    if not match["size"].isdigit():
        return Member(path, problem=_MISSING_CONTENT)
    size, key = int(match["size"]), match["id"].decode()
    if size > MAX_BYTES:
        return Member(path, problem=TOO_LARGE)
    check = hash_to_integer(bytes.fromhex(key))
    return Member(path, size, 0, MemberLocation(MemberStorage.GIT_OBJECT, checksum=check, key=key))
