"""Which files are as they were when they were imported: told by their stat, without reading.

A member of an archive is told by what the archive says of it: size, time, checksum or object id.
Where a file on disk was seen at its path, or the archive was made anew, its SHA-256 decides.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.importing.readers.file_contents import bytes_of
from articles.importing.readers.found_file import Found, UnreadableError
from articles.models import Sighting

WINDOW = 100  # files that are looked up, and go to a worker, together
WINDOW_BYTES = 16 * 1024 * 1024  # of large files there are fewer


@dataclass(frozen=True, slots=True)
class Known:
    """An unchanged file: the content it holds and the article that it belongs to."""

    sha256: str
    article: str


@dataclass(frozen=True, slots=True)
class Window:
    """Some files in a row; ``known`` are the unchanged ones, by their place in ``found``."""

    found: list[Found]
    known: dict[int, Known]

    @property
    def unread(self) -> list[Found]:
        """Return the files that have to be read."""
        return [each for i, each in enumerate(self.found) if i not in self.known]


def windows(found: Iterable[Found], *, force: bool) -> Iterator[Window]:
    """Yield ``found`` in windows of so many files or bytes; with ``force`` nothing is known."""
    group: list[Found] = []
    size = 0
    for each in found:
        group.append(each)
        size += each.size
        if len(group) >= WINDOW or size >= WINDOW_BYTES:
            yield Window(group, {} if force else _known(group))
            group, size = [], 0
    if group:
        yield Window(group, {} if force else _known(group))


def _known(group: list[Found]) -> dict[int, Known]:
    rows = Sighting.objects.filter(
        root__in={each.root for each in group},
        path__in=[each.path for each in group],
        original__captures__isnull=False,
    ).values_list(
        "root", "path", "size", "mtime_ns", "ctime_ns", "inode",
        "original_id", "original__captures__article__code",
    )  # fmt: skip
    seen: defaultdict[tuple[str, bytes], dict[tuple[int, ...], Known]] = defaultdict(dict)
    for root, path, *memo, sha256, code in rows:
        seen[root, bytes(path)][tuple(memo)] = Known(sha256, code)
    known = {}
    for i, each in enumerate(group):
        here = seen.get((each.root, each.path))
        if here is None or each.problem:
            continue
        same = here.get(each.memo)
        if same is None and each.place is not None:
            same = _same_content(each, here.values())
        if same is not None:
            known[i] = same
    return known


def _same_content(found: Found, seen: Iterable[Known]) -> Known | None:
    try:
        data, _ = bytes_of(found)
    except UnreadableError:
        return None  # whoever reads it again says why
    sha256 = hashlib.sha256(data).hexdigest()
    return next((each for each in seen if each.sha256 == sha256), None)
