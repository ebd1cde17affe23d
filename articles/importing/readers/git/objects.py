"""Git repositories at their HEAD, by plumbing over their objects alone.

Git runs in an empty repository of this import's own, which borrows the object store. So it never
sees the configuration, hooks, filters, attributes, refs or replacements of the other one.
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

from articles.importing.readers.archives.disk_sort import Member, Members
from articles.importing.readers.archives.limits import Allowance, ArchiveError, BrokenOffError
from articles.importing.readers.archives.member_names import (
    is_hidden,
    path_of,
    refusal_of_name,
    skipped_for,
)
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    Kind,
    Place,
    UnreadableError,
    check_of,
    text_of,
)
from articles.importing.readers.git.head import head_of, locate

_MEMORY_KIB = 192 * 1024  # for git itself, beside the packs that it maps
_MAX_RECORD = 1024 * 1024  # bytes of one line of a tree's list; paths are refused far below
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
_LIMITED = 'ulimit -d "$1" 2>/dev/null; shift; exec git "$@"'
_LACKING = (
    "the repository lacks this file's content, as a partial clone does, or it is damaged; clone it "
    "again, without --filter"
)
_waiting: dict[bytes, subprocess.Popen[bytes]] = {}
_FSCK = "run git fsck in the repository, or clone it again"


def open_head(folder: bytes, members: Members) -> str:
    """Return the id of the commit at a repository's HEAD, and make ready to read its files.

    Raises :class:`ArchiveError`.
    """
    if shutil.which("git") is None:
        raise ArchiveError(
            "reading a repository takes git, which is not installed; install it, or import the "
            "folders inside the checkout"
        )
    repository = locate(folder)
    commit = head_of(repository)
    own = os.fsencode(members.folder) + b"/own"
    hash_name = b"sha256" if len(commit) == 64 else b"sha1"
    files = {
        b"config": _CONFIG % hash_name, b"HEAD": commit.encode(), b"store": repository.objects
    }  # fmt: skip
    for name in (b"", b"/objects", b"/refs"):
        os.mkdir(own + name)
    for name, text in files.items():
        with open(own + b"/" + name, "wb") as file:
            file.write(text)
    members.full = own
    return commit


def list_members(commit: str, members: Members) -> None:
    """Put the files of ``commit`` into ``members``, which :func:`open_head` has seen.

    Raises :class:`ArchiveError`, and :class:`BrokenOffError` where the repository lacks objects.
    """
    own = members.full
    allowance = Allowance(_bytes_below(_store(own)))
    with open(own + b"/errors", "w+b") as errors:
        with _git(own, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, stderr=errors) as git:
            assert git.stdout is not None
            for record in _records(git.stdout):
                allowance.member()
                member = _member(record)
                if member is not None:
                    if not member.problem:
                        allowance.spend(member.size)
                    members.add(member)
        if git.returncode:
            errors.seek(0)
            words = errors.read(_STEP).decode("utf-8", "replace").strip().splitlines()
            told = words[-1] if words else f"git ended with {git.returncode}"
            raise BrokenOffError(f"commit {commit} cannot be read to its end ({told}); {_FSCK}")


def read_object(own: bytes, size: int, key: str) -> bytes:
    """Return the bytes of a blob; raises :class:`UnreadableError` unless they are what ``key`` is.

    One git process waits for the next object until :func:`close`, or until this process ends.
    """
    git = _waiting.get(own)
    if git is None or git.poll() is not None:
        git = _waiting[own] = _git(own, "cat-file", "--batch", stdin=subprocess.PIPE)
    assert git.stdin is not None
    assert git.stdout is not None
    with suppress(BrokenPipeError):
        git.stdin.write(key.encode() + b"\n")
        git.stdin.flush()
    answer = git.stdout.readline(_STEP).split()
    if answer == [key.encode(), b"missing"]:
        raise UnreadableError(_LACKING)
    data = b""
    if answer == [key.encode(), b"blob", str(size).encode()]:
        data = git.stdout.read(size)
        git.stdout.read(1)
    algorithm = "sha256" if len(key) == 64 else "sha1"
    digest = hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)
    digest.update(data)
    if digest.hexdigest() != key:
        close(own)
        raise UnreadableError(f"git object {key} is damaged, or too large to unpack; {_FSCK}")
    return data


def close(own: bytes) -> None:
    """End the git process that waits for objects, if there is one."""
    git = _waiting.pop(own, None)
    if git is not None:
        _end(git)


def _end(git: subprocess.Popen[bytes]) -> None:
    git.kill()
    for pipe in (git.stdin, git.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    git.wait()


def _git(own: bytes, *arguments: str, **pipes: Any) -> subprocess.Popen[bytes]:
    """Start git over the store that ``own`` names, within bounds, without a way to the outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {
        **{os.fsencode(name): os.fsencode(value) for name, value in kept.items()},
        b"GIT_DIR": own,
        b"GIT_OBJECT_DIRECTORY": _store(own),
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
        ["sh", "-c", _LIMITED, "sh", str(_MEMORY_KIB), "--no-pager", *arguments],
        env=environment,
        **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL,
           **pipes},
    )  # fmt: skip


def _store(own: bytes) -> bytes:
    with open(own + b"/store", "rb") as file:
        return file.read()


def _bytes_below(folder: bytes) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(place + b"/" + name).st_size
    return total


def _records(stdout: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while block := stdout.read(_STEP):
        *records, rest = (rest + block).split(b"\0")
        if len(rest) > _MAX_RECORD:
            raise ArchiveError(f"a path in it is longer than {_MAX_RECORD:,} bytes; {_FSCK}")
        yield from records


def _member(record: bytes) -> Member | None:
    """Return what a line of ``git ls-tree -l`` stands for; None for what is hidden."""
    match = _ENTRY.fullmatch(record)
    if match is None:
        raise ArchiveError(f"git lists what is no file ({text_of(record)}); {_FSCK}")
    path = path_of(match["name"])
    if problem := refusal_of_name(match["name"]):
        return Member(path, problem=problem)
    if is_hidden(path):
        return None
    if match["kind"] == b"commit":
        problem = "another repository (a submodule); import that one by its own path"
        return Member(path, problem=problem, skip=True)
    if match["mode"] == b"120000":
        return Member(path, problem="a link; links are not followed", skip=True)
    if problem := skipped_for(path):
        return Member(path, problem=problem, skip=True)
    if match["kind"] != b"blob":
        return Member(path, problem=f"no file, though its tree says so; {_FSCK}")
    if not match["size"].isdigit():
        return Member(path, problem=_LACKING)
    size, key = int(match["size"]), match["id"].decode()
    if size > MAX_BYTES:
        return Member(path, problem=TOO_LARGE)
    check = check_of(bytes.fromhex(key))
    return Member(path, size, 0, Place(Kind.OBJECT, check=check, key=key))
