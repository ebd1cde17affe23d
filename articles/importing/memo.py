"""Which files are as they were when they were imported: told by their stat, without reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from articles.importing.readers import Found
from articles.models import Sighting

WINDOW = 100  # files that are looked up, and go to a worker, together


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


def windows(found: Iterable[Found], *, force: bool, limit: int | None) -> Iterator[Window]:
    """Yield ``found`` in windows; with ``force`` nothing counts as known.

    At most ``limit`` files have to be read in all.
    """
    stream = iter(found)
    left = limit
    while group := list(islice(stream, WINDOW)):
        known = {} if force else _known(group)
        window = Window(group, known)
        if left is not None:
            readable = [i for i, each in enumerate(group) if i not in known and not each.skip]
            if len(readable) > left:
                end = readable[left]
                window = Window(group[:end], {i: k for i, k in known.items() if i < end})
                yield window
                return
            left -= len(readable)
        yield window


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
