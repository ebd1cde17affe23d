"""Export the posts: every original, byte for byte, at each path where it was seen."""

from __future__ import annotations

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from articles.content.text.file_paths import display_path
from articles.exporting.confined_folder import BlockedError, ConfinedFolder
from articles.exporting.export_plan import ContentTable, PlannedFile, plan_files
from articles.exporting.file_names import clash_key, root_folder
from articles.models import ImportIssue, Original, Sighting


class FindingKind(StrEnum):
    """The kinds of findings and notes of an export; the values are in its output."""

    DAMAGED = "damaged"  # the stored bytes are not what was imported
    UNSAFE = "unsafe path"  # it would leave the folder
    BLOCKED = "blocked"  # something is there already, or the file system rejects the name
    NO_PATH = "no path"  # an original without a sighting
    NO_CAPTURE = "no capture"  # an original that belongs to no article; it is exported
    RENAMED = "renamed"  # its own name is too long or reserved
    CLASH = "clash"  # the same path on a case-insensitive disk; all are exported


#: Notes: kinds for which every file is exported all the same, and their text.
_NOTE_TEXTS = {
    FindingKind.NO_CAPTURE: "this original belongs to no article; it is exported all the same",
    FindingKind.RENAMED: "a file system can't store the first name; the second one is used",
    FindingKind.CLASH: "these are one path on a case-insensitive file system; all are exported",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about paths or hashes: a file is missing from the export, unless it is a note."""

    kind: FindingKind
    about: tuple[str, ...]
    text: str

    @property
    def is_note(self) -> bool:
        """Return whether everything is exported in spite of it."""
        return self.kind in _NOTE_TEXTS


@dataclass(slots=True)
class Summary:
    """The counts of an export, in files, updated while it runs. The names are keys of its JSON."""

    written: int = 0
    present: int = 0  # existed already with the same bytes
    older: int = 0  # of both, next to a newer content of the same path
    quarantined: int = 0  # of both, in the quarantine folder
    withheld: int = 0
    findings: int = 0
    notes: int = 0


class DamagedError(Exception):
    """The stored bytes do not match the SHA-256 of the import."""


def is_known_root(label: str) -> bool:
    """Return whether anything was imported under this label."""
    return (
        Sighting.objects.filter(root=label).exists()
        or ImportIssue.objects.filter(root=label).exists()
    )


class PostExport:
    """One export into ``folder``; ``on_finding`` is called with each finding and note."""

    def __init__(self, folder: ConfinedFolder, on_finding: Callable[[Finding], None]) -> None:
        self.summary = Summary()
        self._folder = folder
        self._on_finding = on_finding

    def run(self, root: str | None, include_withdrawn: bool) -> None:
        """Write the posts of one root, or of all with None; existing files are never overwritten.

        A file that can't be written is a finding, and the export continues. Raises OSError when
        the disk is full or broken.
        """
        # Two passes: memory holds hashes of all paths, and names only of paths that clash.
        clashing = _clashing_keys(plan_files(root, include_withdrawn))
        clashes: defaultdict[int, set[bytes]] = defaultdict(set)
        label = None
        for item in plan_files(root, include_withdrawn):
            if item.withheld:
                self.summary.withheld += 1
                continue
            if item.root != label:
                label = item.root
                self._note_renamed_root(label)
            self._write_file(item)
            key = clash_key(item.parts)
            if key in clashing:
                clashes[key].add(b"/".join(item.parts))
        for paths in clashes.values():
            if len(paths) > 1:
                self._add_note(FindingKind.CLASH, *map(display_path, sorted(paths)))
        if root is None:
            self._report_unlinked_originals()

    def _write_file(self, item: PlannedFile) -> None:
        about = f"{item.root}/{display_path(item.path)}"
        target = display_path(b"/".join(item.parts))
        if item.problem:
            return self._add_finding(FindingKind.UNSAFE, about, item.problem)
        try:
            written = self._folder.write_file(item.parts, read_content(item.table, item.key))
        except DamagedError as error:
            return self._add_finding(FindingKind.DAMAGED, about, str(error))
        except BlockedError as error:
            return self._add_finding(FindingKind.BLOCKED, target, str(error))
        if item.renamed:
            self._add_note(FindingKind.RENAMED, about, target)
        self.summary.written += written
        self.summary.present += not written
        self.summary.older += item.older
        self.summary.quarantined += item.table is ContentTable.ISSUE
        return None

    def _note_renamed_root(self, label: str) -> None:
        folder = display_path(root_folder(label))
        if folder != label:
            self._add_note(FindingKind.RENAMED, label, folder)

    def _report_unlinked_originals(self) -> None:
        """Report the originals without an article, and those without a path."""
        keys = Original.objects.values_list("pk", flat=True)
        for sha256 in keys.filter(captures=None).iterator():
            self._add_note(FindingKind.NO_CAPTURE, sha256)
        for sha256 in keys.filter(sightings=None).iterator():
            self._add_finding(
                FindingKind.NO_PATH, sha256, "this original has no sighting, so its path is unknown"
            )

    def _add_finding(self, kind: FindingKind, about: str, text: str) -> None:
        self.summary.findings += 1
        self._on_finding(Finding(kind, (about,), text))

    def _add_note(self, kind: FindingKind, *about: str) -> None:
        self.summary.notes += 1
        self._on_finding(Finding(kind, about, _NOTE_TEXTS[kind]))


def read_content(table: ContentTable, key: str) -> bytes:
    """Return the bytes of an original or of a quarantined file.

    Raises :class:`DamagedError` when the row is gone, or the bytes do not match its SHA-256.
    """
    if table is ContentTable.ORIGINAL:
        row = Original.objects.filter(pk=key).values_list("data", "size", "sha256").first()
    else:
        row = ImportIssue.objects.filter(pk=key).values_list("data", "size", "sha256").first()
    if row is None:
        raise DamagedError(f"the {table} was deleted during the export")
    data, size, sha256 = row
    try:
        # One byte more than expected: a damaged stream must not fill the memory.
        content = zlib.decompressobj().decompress(bytes(data), size + 1)
    except zlib.error as error:
        raise DamagedError(
            f"the {table} can't be decompressed ({error}); restore a backup"
        ) from error
    if len(content) != size or hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedError(f"the {table} does not match its SHA-256 or size; restore a backup")
    return content


def _clashing_keys(items: Iterator[PlannedFile]) -> set[int]:
    """Return the clash keys that more than one file has."""
    seen: set[int] = set()
    clashing: set[int] = set()
    for item in items:
        if item.parts:
            key = clash_key(item.parts)
            (clashing if key in seen else seen).add(key)
    return clashing
