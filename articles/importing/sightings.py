"""Sightings (where each content was found) and import issues of one batch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from articles.deriving.bulk_insert import insert_rows
from articles.importing.worker_pool import ReadResult
from articles.models import ImportIssue, ImportRun, Sighting

FileKey = tuple[str, bytes, str]
Fingerprint = tuple[int, int, int, int]
_NEW_SIGHTING = (
    "root", "path", "original_id", "stem_hash", "size", "mtime_ns", "ctime_ns", "inode",
    "first_run_id", "last_run_id",
)  # fmt: skip
_NEW_ISSUE = ("run_id", "root", "path", "sha256", "data", "size", "reason", "created_at")


class SightingRecorder:
    """Collects the sightings and issues of one batch; :meth:`write` writes what changed."""

    def __init__(self, run: ImportRun, now: dt.datetime, reads: Sequence[ReadResult]) -> None:
        self.run = run
        self.now = now
        roots = {read.file.root for read in reads}
        paths = {read.file.path for read in reads}
        self._sightings = {
            (s.root, bytes(s.path), s.original_id): s
            for s in Sighting.objects.filter(root__in=roots, path__in=paths)
        }
        self._issues = {
            (i.root, bytes(i.path), i.sha256): i
            for i in ImportIssue.objects.defer("data").filter(root__in=roots, path__in=paths)
        }
        self._new: dict[FileKey, Fingerprint] = {}
        self._changed: dict[FileKey, Sighting] = {}
        self._new_issues: dict[FileKey, ReadResult] = {}
        self._changed_issues: dict[FileKey, ImportIssue] = {}

    def record_sighting(self, read: ReadResult) -> None:
        """Record a post at its path, and resolve the open issues of that path."""
        file = read.file
        key = (file.root, file.path, read.sha256)
        sighting = self._sightings.get(key)
        if sighting is None:
            self._new[key] = file.fingerprint
        # An archive member's fingerprint never replaces a file's: runs over the folder and runs
        # over the archive would overwrite each other's value every time.
        elif file.location is None and file.fingerprint != (
            sighting.size,
            sighting.mtime_ns,
            sighting.ctime_ns,
            sighting.inode,
        ):
            sighting.size, sighting.mtime_ns, sighting.ctime_ns, sighting.inode = file.fingerprint
            sighting.last_run = self.run
            self._changed[key] = sighting
        for (root, path, _), issue in self._issues.items():
            if (root, path) == key[:2] and issue.resolved_at is None:
                issue.resolved_at = self.now
                self._changed_issues[root, path, issue.sha256] = issue

    def quarantine(self, read: ReadResult) -> None:
        """Put a file that could not be read in quarantine, once for each content."""
        file = read.file
        key = (file.root, file.path, read.sha256)
        issue = self._issues.get(key)
        if issue is None:
            self._new_issues[key] = read
        elif issue.reason != read.problem or issue.resolved_at is not None:
            issue.reason, issue.resolved_at = read.problem, None
            self._changed_issues[key] = issue

    def write(self) -> None:
        """Write the new and changed rows."""
        rows = [
            (*key, Sighting.hash_stem(key[1]), *fingerprint, self.run.pk, self.run.pk)
            for key, fingerprint in self._new.items()
        ]
        insert_rows(Sighting, _NEW_SIGHTING, rows)
        Sighting.objects.bulk_update(
            self._changed.values(), ["size", "mtime_ns", "ctime_ns", "inode", "last_run"]
        )
        issues = [
            (self.run.pk, *key, read.data, read.size, read.problem, self.now)
            for key, read in self._new_issues.items()
        ]
        insert_rows(ImportIssue, _NEW_ISSUE, issues)
        ImportIssue.objects.bulk_update(self._changed_issues.values(), ["reason", "resolved_at"])
