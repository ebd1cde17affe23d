"""Where the files of a batch were seen, and which of them could not be read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from articles.deriving.bulk_insert import insert
from articles.importing.worker_pool import Read
from articles.models import ImportIssue, ImportRun, Sighting

Place = tuple[str, bytes, str]
Memo = tuple[int, int, int, int]
_NEW_SIGHTING = (
    "root", "path", "original_id", "stem_hash", "size", "mtime_ns", "ctime_ns", "inode",
    "first_run_id", "last_run_id",
)  # fmt: skip


class Provenance:
    """The sightings and the quarantine of one batch; :meth:`write` writes what changed."""

    def __init__(self, run: ImportRun, now: dt.datetime, reads: Sequence[Read]) -> None:
        self.run = run
        self.now = now
        roots = {read.found.root for read in reads}
        paths = {read.found.path for read in reads}
        self._sightings = {
            (s.root, bytes(s.path), s.original_id): s
            for s in Sighting.objects.filter(root__in=roots, path__in=paths)
        }
        self._issues = {
            (i.root, bytes(i.path), i.sha256): i
            for i in ImportIssue.objects.defer("data").filter(root__in=roots, path__in=paths)
        }
        self._new: dict[Place, Memo] = {}
        self._changed: dict[Place, Sighting] = {}
        self._new_issues: dict[Place, ImportIssue] = {}
        self._changed_issues: dict[Place, ImportIssue] = {}

    def seen(self, read: Read) -> None:
        """Note a file that is a post, at its path."""
        found = read.found
        place = (found.root, found.path, read.sha256)
        sighting = self._sightings.get(place)
        if sighting is None:
            self._new[place] = found.memo
        # An archive's memo takes no file's place: both kinds of run would write it for ever.
        elif found.place is None and found.memo != (
            sighting.size,
            sighting.mtime_ns,
            sighting.ctime_ns,
            sighting.inode,
        ):
            sighting.size, sighting.mtime_ns, sighting.ctime_ns, sighting.inode = found.memo
            sighting.last_run = self.run
            self._changed[place] = sighting
        for (root, path, _), issue in self._issues.items():
            if (root, path) == place[:2] and issue.resolved_at is None:
                issue.resolved_at = self.now
                self._changed_issues[root, path, issue.sha256] = issue

    def failed(self, read: Read) -> None:
        """Put a file that could not be read into quarantine, once for each content."""
        found = read.found
        place = (found.root, found.path, read.sha256)
        issue = self._issues.get(place)
        if issue is None:
            self._new_issues[place] = ImportIssue(
                run=self.run,
                root=found.root,
                path=found.path,
                sha256=read.sha256,
                data=read.data,
                size=read.size,
                reason=read.problem,
                created_at=self.now,
            )
        elif issue.reason != read.problem or issue.resolved_at is not None:
            issue.reason, issue.resolved_at = read.problem, None
            self._changed_issues[place] = issue

    def write(self) -> None:
        """Write the new and the changed rows."""
        rows = [
            (*place, Sighting.hash_of_stem(place[1]), *memo, self.run.pk, self.run.pk)
            for place, memo in self._new.items()
        ]
        insert(Sighting, _NEW_SIGHTING, rows)
        Sighting.objects.bulk_update(
            self._changed.values(), ["size", "mtime_ns", "ctime_ns", "inode", "last_run"]
        )
        ImportIssue.objects.bulk_create(self._new_issues.values())
        ImportIssue.objects.bulk_update(self._changed_issues.values(), ["reason", "resolved_at"])
