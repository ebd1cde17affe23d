"""Tar archives, plain or packed by gzip, bzip2 or xz, read once from front to back."""

from __future__ import annotations

import hashlib

from articles.importing.readers.archives import tar_headers
from articles.importing.readers.archives.decompression import Stream
from articles.importing.readers.archives.disk_sort import Member, Members
from articles.importing.readers.archives.limits import ArchiveError, BrokenOffError
from articles.importing.readers.archives.member_names import (
    is_hidden,
    path_of,
    refusal_of_name,
    skipped_for,
)
from articles.importing.readers.archives.tar_headers import BLOCK, Header
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    Kind,
    Place,
    check_of,
    text_of,
)

_STEP = 1024 * 1024


def list_members(archive: bytes, members: Members) -> None:
    """Put what a tar holds into ``members``.

    The posts of a packed one are unpacked into one file in the members' folder. Raises
    :class:`ArchiveError`, and :class:`BrokenOffError` for a tar that ends too early, whose members
    up to there count.
    """
    with open(archive, "rb") as file:
        stream = Stream(file)
        members.full = archive if stream.is_plain else members.data_path
        last = b""
        try:
            while (header := tar_headers.read(stream)) is not None:
                stream.member()
                member = _member(header)
                if member is not None and not member.problem:
                    member = _with_content(member, stream, members)
                elif not stream.skip(header.size):
                    raise BrokenOffError("it ends inside a member")
                padding = -header.size % BLOCK
                if member is not None:
                    members.add(member)
                    last = member.path
                if len(stream.read(padding)) < padding:
                    raise BrokenOffError("it ends inside a member")
            _expect_nothing(stream)
        except BrokenOffError as error:
            raise BrokenOffError(_with_place(error, stream, last)) from error


def _member(header: Header) -> Member | None:
    """Return what a header stands for; None for a folder, and for what is hidden."""
    path = path_of(header.name)
    if problem := refusal_of_name(header.name):
        return Member(path, problem=problem)
    if header.is_folder or is_hidden(path):
        return None
    if header.problem:
        return Member(path, problem=header.problem, skip=header.skip)
    if problem := skipped_for(path):
        return Member(path, problem=problem, skip=True)
    if header.size > MAX_BYTES:
        return Member(path, problem=TOO_LARGE)
    return Member(path, header.size, header.mtime_ns)


def _with_content(member: Member, stream: Stream, members: Members) -> Member:
    """Return a post with the place of its bytes, which are read and put aside where they must."""
    offset = stream.position if stream.is_plain else members.kept
    digest = hashlib.sha256()
    left = member.size
    while left:
        part = stream.read(min(left, _STEP))
        if not part:
            raise BrokenOffError("it ends inside a member")
        left -= len(part)
        digest.update(part)
        if not stream.is_plain:
            members.keep(part)
    place = Place(Kind.PLAIN, offset, member.size, check=check_of(digest.digest()))
    return Member(member.path, member.size, member.mtime_ns, place)


def _expect_nothing(stream: Stream) -> None:
    """Read to the end, where a packed stream has its checksum; there are only zeros."""
    while block := stream.read(_STEP):
        if block.strip(b"\0"):
            raise BrokenOffError(
                "something follows after its end mark, which was not read; if it is more than one "
                "archive, unpack it with tar --ignore-zeros and import the folder"
            )


def _with_place(error: ArchiveError, stream: Stream, last: bytes) -> str:
    after = f"after {text_of(last)}" if last else "before its first post"
    return (
        f"{error} ({after}, byte {stream.position:,} of the tar); what came before was imported, "
        "fetch it again for the rest"
    )
