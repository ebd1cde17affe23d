"""One batch of read files: decide the outcome of each, then write all rows together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from articles.content.post_file.parsing import ParsedPost
from articles.content.post_file.publication_date import calendar_day, has_not_come
from articles.content.urls.normalization import make_code
from articles.deriving.article_aggregate import ArticleAggregate, new_capture
from articles.deriving.article_urls import first_free_code
from articles.deriving.bulk_insert import insert_rows
from articles.deriving.source_resolver import SourceResolver
from articles.deriving.unit_of_work import UnitOfWork, reserve_keys
from articles.importing.sightings import SightingRecorder
from articles.importing.worker_pool import ReadResult
from articles.models import Article, BlockedIdentity, Capture, ImportRun, Original, State

BATCH_FILES = 500
BATCH_BYTES = 32 * 1024 * 1024  # of originals; a batch of large posts has fewer files


def is_full(file_count: int, size: int) -> bool:
    """Return whether a batch of so many files, with ``size`` bytes in all, is written now."""
    return file_count >= BATCH_FILES or size >= BATCH_BYTES


class Outcome(StrEnum):
    """What an import did with a file."""

    CREATED = "created"
    VERSION = "version"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class FileResult:
    """The outcome of one file; ``article`` is an article's code, empty when there is none."""

    root: str
    path: bytes
    sha256: str
    outcome: Outcome
    article: str = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()


class Batch:
    """Processes files one by one, as if each were written before the next; writes them together.

    So the result does not depend on where a batch ends. Call :meth:`run` in a transaction.
    """

    def __init__(self, run: ImportRun, sources: SourceResolver, state: State, zone: str) -> None:
        self.import_run = run
        self.sources = sources
        self.state = state
        self.zone = zone
        self.now = dt.datetime.now(dt.UTC)

    def run(self, reads: Sequence[ReadResult]) -> list[FileResult]:
        """Import the files; return the outcome of each."""
        posts = [read.post for read in reads if read.post is not None]
        self.recorder = SightingRecorder(self.import_run, self.now, reads)
        self.unit = UnitOfWork(self.zone, self.now)
        self._load(posts)
        results = [self._import_read(read) for read in reads]
        insert_rows(Original, ["sha256", "data", "size"], self.originals.values())
        self.unit.write()
        self.recorder.write()
        return results

    def _load(self, posts: Sequence[ParsedPost]) -> None:
        hashes = {post.identity_hash for post in posts}
        digests = {post.sha256 for post in posts}
        known = dict(
            Article.objects.filter(identity_hash__in=hashes).values_list("identity_hash", "pk")
        )
        by_content = dict(
            Capture.objects.filter(original_id__in=digests).values_list("original_id", "article_id")
        )
        self.unit.load({*known.values(), *by_content.values()})
        # Read after the articles are locked, so that an erasure that committed before is seen.
        self.blocked = set(
            BlockedIdentity.objects.filter(identity_hash__in=hashes).values_list("pk", flat=True)
        )
        self.by_identity = {a.article.identity_hash: a for a in self.unit.aggregates.values()}
        self.captures: dict[str, tuple[ArticleAggregate, Capture]] = {
            capture.original_id: (aggregate, capture)
            for aggregate in self.unit.aggregates.values()
            for capture in aggregate.captures
        }
        self.originals: dict[str, tuple[str, bytes, int]] = {}
        self.stored = set(
            Original.objects.filter(pk__in=digests - self.captures.keys()).values_list(
                "pk", flat=True
            )
        )
        self._reserve_keys(posts)
        self.unit.prefetch_path_owners(self._url_candidates(posts))

    def _reserve_keys(self, posts: Sequence[ParsedPost]) -> None:
        """Reserve primary keys for the articles and captures that the posts can create.

        Also load the codes that are in use.
        """
        new = {p.identity_hash for p in posts} - self.by_identity.keys() - self.blocked
        new_hashes = {p.sha256 for p in posts} - self.captures.keys()
        self.article_keys = iter(reserve_keys(Article, len(new)))
        self.capture_keys = iter(reserve_keys(Capture, len(new_hashes)))
        codes = {make_code(identity) for identity in new}
        self.codes = set(
            Article.objects.filter(code__in=codes).values_list("code", flat=True)
        ) | set(BlockedIdentity.objects.filter(code__in=codes).values_list("code", flat=True))

    def _url_candidates(self, posts: Sequence[ParsedPost]) -> list[tuple[str, str, dt.date]]:
        """Return (title, code, day) of each post: what the URL of its article is made of."""
        candidates = []
        for post in posts:
            aggregate = self.by_identity.get(post.identity_hash)
            code = aggregate.article.code if aggregate else make_code(post.identity_hash)
            slug = aggregate.article.slug if aggregate else post.title
            published = post.published
            day = calendar_day(published.value, published.precision, self.zone)
            candidates.append((slug, code, day))
        return candidates

    def _import_read(self, read: ReadResult) -> FileResult:
        file = read.file
        if read.post is None:
            outcome = Outcome.SKIPPED if read.skip else Outcome.FAILED
            if outcome == Outcome.FAILED:
                self.recorder.quarantine(read)
            return FileResult(file.root, file.path, read.sha256, outcome, reason=read.problem)
        post = read.post
        if post.identity_hash in self.blocked and post.sha256 not in self.captures:
            reason = "the story at its URL was erased from the archive for good"
            return FileResult(file.root, file.path, read.sha256, Outcome.SKIPPED, reason=reason)
        outcome, aggregate = self._store_post(post, read)
        self.recorder.record_sighting(read)
        return FileResult(
            file.root, file.path, read.sha256, outcome, aggregate.article.code, "", post.warnings
        )

    def _store_post(self, post: ParsedPost, read: ReadResult) -> tuple[Outcome, ArticleAggregate]:
        if post.sha256 in self.captures:
            aggregate, capture = self.captures[post.sha256]
            if read.file.path < bytes(capture.order_path):
                self._move_to_earlier_path(aggregate, capture, post, read.file.path)
            return Outcome.UNCHANGED, aggregate
        aggregate = self.by_identity.get(post.identity_hash) or self._new_article(post)
        first = not aggregate.captures
        source_id = self.sources.find_or_create(post)
        capture = new_capture(aggregate.article, post, source_id, read.file.path, self.now)
        capture.pk = next(self.capture_keys)
        if post.sha256 not in self.stored:
            self.originals[post.sha256] = (post.sha256, read.data, read.size)
        self.captures[post.sha256] = aggregate, capture
        aggregate.posts[post.sha256] = post
        is_version = self.unit.add_capture(aggregate, capture)
        if is_version and (aggregate.edits or any(each.hidden for each in aggregate.captures)):
            aggregate.article.needs_review = True  # an editor has changed or hidden something
        self.unit.recompute(aggregate)
        if first:
            return Outcome.CREATED, aggregate
        return (Outcome.VERSION if is_version else Outcome.UNCHANGED), aggregate

    def _move_to_earlier_path(
        self, aggregate: ArticleAggregate, capture: Capture, post: ParsedPost, path: bytes
    ) -> None:
        """Set the sort path of a capture to ``path``, which sorts before the stored one."""
        capture.order_path = path
        aggregate.changed_captures[capture.original_id] = capture
        aggregate.update_capture(capture, post, capture.source_id)
        aggregate.number_versions()
        self.unit.recompute(aggregate)

    def _new_article(self, post: ParsedPost) -> ArticleAggregate:
        identity_hash = post.identity_hash
        code = first_free_code(identity_hash, self._code_is_taken)
        self.codes.add(code)
        is_future = has_not_come(post.published, self.import_run.started_at)
        article = Article(
            pk=next(self.article_keys),
            identity_hash=identity_hash,
            url=post.identity,
            code=code,
            state=State.REVIEW if is_future else self.state,
            imported_at=self.now,
        )
        aggregate = self.unit.add(article)
        self.by_identity[identity_hash] = aggregate
        return aggregate

    def _code_is_taken(self, code: str) -> bool:
        if len(code) == 8:  # loaded for the whole batch
            return code in self.codes
        return code in self.codes or Article.objects.filter(code=code).exists()
