"""Posts out again: every original, byte for byte, at each path where it was seen."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from articles.exporting.confined_folder import BlockedError, Folder
from articles.exporting.export_plan import Holder, Placement, placements
from articles.exporting.file_names import clash_key, folder_of, shown
from articles.models import ImportIssue, Original, Sighting


class Kind(StrEnum):
    """What an export has to say about a file."""

    DAMAGED = "damaged"  # the stored bytes are not what was imported
    UNSAFE = "unsafe path"  # it would leave the folder
    BLOCKED = "blocked"  # something stands there, or the file system refuses the name
    NO_PATH = "no path"  # an original that was seen nowhere
    NO_CAPTURE = "no capture"  # an original that belongs to no article; it is exported
    RENAMED = "renamed"  # its own name is too long or reserved
    CLASH = "clash"  # the same path on a case-insensitive disk; all are exported


#: What leaves no file out, and how it is said.
_NOTES = {
    Kind.NO_CAPTURE: "this original belongs to no article; it is exported where it was seen",
    Kind.RENAMED: "the name can't stand on a disk; the second one is used",
    Kind.CLASH: "one path on a disk that ignores case",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know about these paths or hashes; a note leaves nothing out."""

    kind: Kind
    about: tuple[str, ...]
    text: str

    @property
    def is_note(self) -> bool:
        """Tell whether all is exported in spite of it."""
        return self.kind in _NOTES


@dataclass(slots=True)
class Summary:
    """What an export did, in files; it is filled while the export runs."""

    written: int = 0
    present: int = 0  # stood there already with the same bytes
    older: int = 0  # of both, beside a newer content of their path
    quarantined: int = 0  # of both, in the quarantine's folder
    withheld: int = 0
    findings: int = 0
    notes: int = 0


class DamagedError(Exception):
    """The stored bytes are not those that were imported."""


def known_root(label: str) -> bool:
    """Tell whether anything was imported under this label."""
    return (
        Sighting.objects.filter(root=label).exists()
        or ImportIssue.objects.filter(root=label).exists()
    )


class PostExport:
    """One export into ``folder``; ``tell`` gets what there is to know, as it comes up."""

    def __init__(self, folder: Folder, tell: Callable[[Finding], None]) -> None:
        self.summary = Summary()
        self._folder = folder
        self._tell = tell

    def run(self, root: str | None, include_withdrawn: bool) -> None:
        """Write the posts of one root, or of all; nothing that stands there is overwritten.

        What can't be written is told, and the others go on. Raises OSError when the disk as a
        whole takes no more.
        """
        # Two walks: of all paths only hashes are in memory, and names only of those that meet.
        meeting = _meeting(placements(root, include_withdrawn))
        clashes: defaultdict[int, set[bytes]] = defaultdict(set)
        label = None
        for item in placements(root, include_withdrawn):
            if item.withheld:
                self.summary.withheld += 1
                continue
            if item.root != label:
                label = item.root
                self._tell_of_root(label)
            self._write(item)
            key = clash_key(item.parts)
            if key in meeting:
                clashes[key].add(b"/".join(item.parts))
        for paths in clashes.values():
            if len(paths) > 1:
                self._note(Kind.CLASH, *map(shown, sorted(paths)))
        if root is None:
            self._tell_of_rest()

    def _write(self, item: Placement) -> None:
        about = f"{item.root}/{shown(item.path)}"
        place = shown(b"/".join(item.parts))
        if item.problem:
            return self._find(Kind.UNSAFE, about, item.problem)
        try:
            written = self._folder.put(item.parts, content_of(item.holder, item.key))
        except DamagedError as error:
            return self._find(Kind.DAMAGED, about, str(error))
        except BlockedError as error:
            return self._find(Kind.BLOCKED, place, str(error))
        if item.renamed:
            self._note(Kind.RENAMED, about, place)
        self.summary.written += written
        self.summary.present += not written
        self.summary.older += item.older
        self.summary.quarantined += item.holder is Holder.ISSUE
        return None

    def _tell_of_root(self, label: str) -> None:
        folder = shown(folder_of(label))
        if folder != label:
            self._note(Kind.RENAMED, label, folder)

    def _tell_of_rest(self) -> None:
        """Tell of the originals that a walk along the articles or the paths passes by."""
        keys = Original.objects.values_list("pk", flat=True)
        for sha256 in keys.filter(captures=None).iterator():
            self._note(Kind.NO_CAPTURE, sha256)
        for sha256 in keys.filter(sightings=None).iterator():
            self._find(Kind.NO_PATH, sha256, "this original was seen at no path")

    def _find(self, kind: Kind, about: str, text: str) -> None:
        self.summary.findings += 1
        self._tell(Finding(kind, (about,), text))

    def _note(self, kind: Kind, *about: str) -> None:
        self.summary.notes += 1
        self._tell(Finding(kind, about, _NOTES[kind]))


def content_of(holder: Holder, key: str) -> bytes:
    """Return the bytes of an original or of a quarantined file.

    Raises :class:`DamagedError` when they are gone or differ from their SHA-256.
    """
    if holder is Holder.ORIGINAL:
        row = Original.objects.filter(pk=key).values_list("data", "size", "sha256").first()
    else:
        row = ImportIssue.objects.filter(pk=key).values_list("data", "size", "sha256").first()
    if row is None:
        raise DamagedError(f"the {holder} is gone")
    data, size, sha256 = row
    try:
        # One byte more than there should be: a damaged stream must not fill the memory.
        content = zlib.decompressobj().decompress(bytes(data), size + 1)
    except zlib.error as error:
        raise DamagedError(f"the {holder} can't be inflated: {error}") from error
    if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(f"the {holder} differs from its SHA-256 or size")
    return content


def _meeting(items: Iterator[Placement]) -> set[int]:
    """Return the clash keys that more than one file has."""
    seen: set[int] = set()
    meeting: set[int] = set()
    for item in items:
        if item.parts:
            key = clash_key(item.parts)
            (meeting if key in seen else seen).add(key)
    return meeting
