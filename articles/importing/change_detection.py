"""Find the files that are unchanged since their import, by their fingerprint, without reading them.

The fingerprint of a file on disk is its stat. That of an archive member is what the archive says
about it: size, time, checksum or object id. Where that differs because the path was last seen on
disk, or because the archive was rebuilt, the SHA-256 of the member decides.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.importing.readers.file_contents import read_bytes
from articles.importing.readers.found_file import FoundFile, UnreadableError
from articles.models import Sighting

CHUNK_FILES = 100  # looked up, and sent to a worker, together
CHUNK_BYTES = 16 * 1024 * 1024  # a chunk of large files is shorter


@dataclass(frozen=True, slots=True)
class UnchangedFile:
    """The stored content of an unchanged file, and the code of its article."""

    sha256: str
    article: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive files; ``unchanged`` holds the unchanged ones by their index in ``files``."""

    files: list[FoundFile]
    unchanged: dict[int, UnchangedFile]

    @property
    def to_read(self) -> list[FoundFile]:
        """Return the files that have to be read."""
        return [each for i, each in enumerate(self.files) if i not in self.unchanged]


def split_into_chunks(files: Iterable[FoundFile], *, force: bool) -> Iterator[Chunk]:
    """Yield ``files`` in chunks of limited count and size; ``force`` looks up none of them."""
    chunk: list[FoundFile] = []
    size = 0
    for each in files:
        chunk.append(each)
        size += each.size
        if len(chunk) >= CHUNK_FILES or size >= CHUNK_BYTES:
            yield Chunk(chunk, {} if force else _find_unchanged(chunk))
            chunk, size = [], 0
    if chunk:
        yield Chunk(chunk, {} if force else _find_unchanged(chunk))


def _find_unchanged(chunk: list[FoundFile]) -> dict[int, UnchangedFile]:
    rows = Sighting.objects.filter(
        root__in={each.root for each in chunk},
        path__in=[each.path for each in chunk],
        original__captures__isnull=False,
    ).values_list(
        "root", "path", "size", "mtime_ns", "ctime_ns", "inode",
        "original_id", "original__captures__article__code",
    )  # fmt: skip
    seen: defaultdict[tuple[str, bytes], dict[tuple[int, ...], UnchangedFile]] = defaultdict(dict)
    for root, path, *fingerprint, sha256, code in rows:
        seen[root, bytes(path)][tuple(fingerprint)] = UnchangedFile(sha256, code)
    unchanged = {}
    for i, each in enumerate(chunk):
        sightings = seen.get((each.root, each.path))
        if sightings is None or each.problem:
            continue
        match = sightings.get(each.fingerprint)
        if match is None and each.location is not None:
            match = _find_same_content(each, sightings.values())
        if match is not None:
            unchanged[i] = match
    return unchanged


def _find_same_content(file: FoundFile, seen: Iterable[UnchangedFile]) -> UnchangedFile | None:
    try:
        data, _ = read_bytes(file)
    except UnreadableError:
        return None  # the worker reads it again and reports why
    sha256 = hashlib.sha256(data).hexdigest()
    return next((each for each in seen if each.sha256 == sha256), None)
