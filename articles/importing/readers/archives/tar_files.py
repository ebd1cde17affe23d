"""Tar archives, uncompressed or compressed with gzip, bzip2 or xz, read once front to back."""

from __future__ import annotations

import hashlib

from articles.importing.readers.archives import tar_headers
from articles.importing.readers.archives.decompression import TarStream
from articles.importing.readers.archives.limits import ArchiveError, TruncatedError
from articles.importing.readers.archives.member_names import (
    is_hidden,
    normalize_name,
    reason_to_refuse,
    reason_to_skip,
)
from articles.importing.readers.archives.sorted_members import Member, SortedMembers
from articles.importing.readers.archives.tar_headers import BLOCK, Header
from articles.importing.readers.found_file import (
    MAX_BYTES,
    TOO_LARGE,
    MemberLocation,
    MemberStorage,
    hash_to_integer,
    printable_path,
)

_STEP = 1024 * 1024


def list_members(archive: bytes, members: SortedMembers) -> None:
    """Add the members of a tar to ``members``.

    The posts of a compressed tar are unpacked into the spool file of ``members``. Raises
    :class:`ArchiveError`, and :class:`TruncatedError` for a tar that ends too early; then the
    members before its end are valid.
    """
    with open(archive, "rb") as file:
        stream = TarStream(file)
        members.disk_path = archive if stream.is_uncompressed else members.spool_path
        last = b""
        try:
            while (header := tar_headers.read_header(stream)) is not None:
                stream.count_member()
                member = _parse_member(header)
                if member is not None and not member.problem:
                    member = _read_content(member, stream, members)
                elif not stream.skip(header.size):
                    raise TruncatedError("it ends inside a member")
                padding = -header.size % BLOCK
                if member is not None:
                    members.add(member)
                    last = member.path
                if len(stream.read(padding)) < padding:
                    raise TruncatedError("it ends inside a member")
            _expect_only_zeros(stream)
        except TruncatedError as error:
            raise TruncatedError(_describe_truncation(error, stream, last)) from error


def _parse_member(header: Header) -> Member | None:
    """Return the member of a header; None for a folder and for a member of a hidden folder."""
    path = normalize_name(header.name)
    if problem := reason_to_refuse(header.name):
        return Member(path, problem=problem)
    if header.is_folder or is_hidden(path):
        return None
    if header.problem:
        return Member(path, problem=header.problem, skip=header.skip)
    if problem := reason_to_skip(path):
        return Member(path, problem=problem, skip=True)
    if header.size > MAX_BYTES:
        return Member(path, problem=TOO_LARGE)
    return Member(path, header.size, header.mtime_ns)


def _read_content(member: Member, stream: TarStream, members: SortedMembers) -> Member:
    """Return a post with the location of its bytes; spool them if the tar is compressed."""
    offset = stream.position if stream.is_uncompressed else members.spooled_bytes
    digest = hashlib.sha256()
    left = member.size
    while left:
        part = stream.read(min(left, _STEP))
        if not part:
            raise TruncatedError("it ends inside a member")
        left -= len(part)
        digest.update(part)
        if not stream.is_uncompressed:
            members.spool(part)
    place = MemberLocation(
        MemberStorage.BYTE_RANGE, offset, member.size, checksum=hash_to_integer(digest.digest())
    )
    return Member(member.path, member.size, member.mtime_ns, place)


def _expect_only_zeros(stream: TarStream) -> None:
    """Read to the end, where a compressed stream has its checksum; only zeros may follow."""
    while block := stream.read(_STEP):
        if block.strip(b"\0"):
            raise TruncatedError(
                "there is more data after its end marker, which was not read; if it is several "
                "archives in one file, unpack it with tar --ignore-zeros and import the folder"
            )


def _describe_truncation(error: ArchiveError, stream: TarStream, last: bytes) -> str:
    after = f"after {printable_path(last)}" if last else "before its first post"
    return (
        f"{error} ({after}, byte {stream.position:,} of the tar); what came before was imported, "
        "fetch the archive again for the rest"
    )
