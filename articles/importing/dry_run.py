"""What an import would do, without writing a row: the same outcomes by the same rules."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from articles.content.post_file.parsing import ParsedPost
from articles.deriving.capture_order import order_key, version_numbers
from articles.importing.batch import FileResult, Outcome
from articles.importing.worker_pool import ReadResult
from articles.models import BlockedIdentity, Capture

_FIELDS = ("front_matter_at", "epoch_ms", "order_path", "original_id", "title", "text_hash")


class DryRun:
    """Computes outcomes; the posts seen so far are in a temporary database, not in memory."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        self._database = sqlite3.connect(
            Path(self._folder.name, "seen.sqlite3"), isolation_level=None
        )
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(
            "CREATE TABLE seen (identity TEXT, at TEXT, epoch INTEGER, path BLOB, sha256 TEXT,"
            " title TEXT, text_hash TEXT)"
        )
        self._database.execute("CREATE INDEX seen_identity ON seen (identity)")
        self._database.execute("CREATE INDEX seen_sha256 ON seen (sha256)")
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def run(self, reads: Sequence[ReadResult]) -> list[FileResult]:
        """Return the outcome that each file would have, in order."""
        posts = [read.post for read in reads if read.post is not None]
        hashes = {post.identity_hash for post in posts}
        self._blocked = set(
            BlockedIdentity.objects.filter(pk__in=hashes).values_list("pk", flat=True)
        )
        stored = Capture.objects.filter(original_id__in={post.sha256 for post in posts})
        self._codes = dict(stored.values_list("original_id", "article__code"))
        return [self._to_result(read) for read in reads]

    def _to_result(self, read: ReadResult) -> FileResult:
        outcome, code, reason = self._outcome(read)
        warnings = read.post.warnings if read.post else ()
        file = read.file
        return FileResult(file.root, file.path, read.sha256, outcome, code, reason, warnings)

    def _outcome(self, read: ReadResult) -> tuple[Outcome, str, str]:
        post = read.post
        if post is None:
            return (Outcome.SKIPPED if read.skip else Outcome.FAILED), "", read.problem
        if post.sha256 in self._codes:
            return Outcome.UNCHANGED, self._codes[post.sha256], ""
        if post.identity_hash in self._blocked:
            return Outcome.SKIPPED, "", "the story at its URL was erased from the archive for good"
        if self._database.execute("SELECT 1 FROM seen WHERE sha256 = ?", [post.sha256]).fetchone():
            return Outcome.UNCHANGED, "", ""
        captures = self._captures(post)
        new = self._store(post, read.file.path)
        before = version_numbers(sorted(captures, key=order_key))
        after = version_numbers(sorted([*captures, new], key=order_key))
        if not captures:
            return Outcome.CREATED, "", ""
        is_new_version = len(after) - after.count(None) > len(before) - before.count(None)
        return (Outcome.VERSION if is_new_version else Outcome.UNCHANGED), "", ""

    def _captures(self, post: ParsedPost) -> list[Capture]:
        stored = Capture.objects.filter(article__identity_hash=post.identity_hash).only(*_FIELDS)
        rows = self._database.execute(
            "SELECT at, epoch, path, sha256, title, text_hash FROM seen WHERE identity = ?",
            [post.identity_hash],
        )
        return [*stored, *(_capture(*row) for row in rows)]

    def _store(self, post: ParsedPost, path: bytes) -> Capture:
        at = post.front_matter_at.isoformat() if post.front_matter_at else None
        row = (at, post.epoch_ms, path, post.sha256, post.title, post.text_hash)
        self._database.execute(
            "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)", [post.identity_hash, *row]
        )
        return _capture(*row)


def _capture(
    at: str | None, epoch: int | None, path: bytes, sha256: str, title: str, text_hash: str
) -> Capture:
    return Capture(
        front_matter_at=dt.datetime.fromisoformat(at) if at else None,
        epoch_ms=epoch,
        order_path=path,
        original_id=sha256,
        title=title,
        text_hash=text_hash,
    )
