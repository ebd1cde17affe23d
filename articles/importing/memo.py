"""Which files are as they were when they were imported: told by their stat, without reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from articles.importing.readers import Found
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
    memos = {(root, bytes(path), *memo): Known(sha, code) for root, path, *memo, sha, code in rows}
    known = {}
    for i, each in enumerate(group):
        found = memos.get((each.root, each.path, *each.memo))
        if found is not None and not each.problem:
            known[i] = found
    return known
