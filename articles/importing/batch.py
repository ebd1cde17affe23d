"""One batch of read files: decide what each becomes, then write everything at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from articles.content.post_file.parsing import ParsedPost
from articles.content.post_file.publication_date import day_of
from articles.content.urls.normalization import code_of
from articles.deriving import bulk_get_or_create
from articles.deriving.article_aggregate import Held, new_capture
from articles.deriving.article_urls import free_code
from articles.deriving.bulk_insert import insert
from articles.deriving.unit_of_work import Workbench, reserve_keys
from articles.importing.sightings import Provenance
from articles.importing.worker_pool import Read
from articles.models import Article, BlockedIdentity, Capture, ImportRun, Original, State


class Outcome(StrEnum):
    """What became of a file."""

    CREATED = "created"
    VERSION = "version"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """A file and what became of it; ``article`` is a code, empty when there is none."""

    root: str
    path: bytes
    sha256: str
    outcome: Outcome
    article: str = ""
    reason: str = ""
    warnings: tuple[str, ...] = ()


class Batch:
    """Takes files one by one in their order, as if each were written before the next is looked
    at, so that the result does not depend on where one batch ends; writes them together.

    The caller holds a transaction around :meth:`run`.
    """

    def __init__(
        self, run: ImportRun, sources: bulk_get_or_create.Sources, state: State, zone: str
    ) -> None:
        self.import_run = run
        self.sources = sources
        self.state = state
        self.zone = zone
        self.now = dt.datetime.now(dt.UTC)

    def run(self, reads: Sequence[Read]) -> list[Result]:
        """Import the files; return what became of each."""
        posts = [read.post for read in reads if read.post is not None]
        self.provenance = Provenance(self.import_run, self.now, reads)
        self.bench = Workbench(self.zone, self.now)
        self._load(posts)
        results = [self._take(read) for read in reads]
        insert(Original, ["sha256", "data", "size"], self.originals.values())
        self.bench.write()
        self.provenance.write()
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
        self.bench.load({*known.values(), *by_content.values()})
        # Looked up when the articles are locked: an erasure that came first is seen here.
        self.blocked = set(
            BlockedIdentity.objects.filter(identity_hash__in=hashes).values_list("pk", flat=True)
        )
        self.by_identity = {h.article.identity_hash: h for h in self.bench.held.values()}
        self.captures: dict[str, tuple[Held, Capture]] = {
            capture.original_id: (held, capture)
            for held in self.bench.held.values()
            for capture in held.captures
        }
        self.originals: dict[str, tuple[str, bytes, int]] = {}
        self.stored = set(
            Original.objects.filter(pk__in=digests - self.captures.keys()).values_list(
                "pk", flat=True
            )
        )
        self._reserve(posts)
        self.bench.look_up_addresses(self._wishes(posts))

    def _reserve(self, posts: Sequence[ParsedPost]) -> None:
        """Get keys and codes for as many articles and captures as the posts can make."""
        new = {p.identity_hash for p in posts} - self.by_identity.keys() - self.blocked
        fresh = {p.sha256 for p in posts} - self.captures.keys()
        self.article_keys = iter(reserve_keys(Article, len(new)))
        self.capture_keys = iter(reserve_keys(Capture, len(fresh)))
        codes = {code_of(identity) for identity in new}
        self.codes = set(
            Article.objects.filter(code__in=codes).values_list("code", flat=True)
        ) | set(BlockedIdentity.objects.filter(code__in=codes).values_list("code", flat=True))

    def _wishes(self, posts: Sequence[ParsedPost]) -> list[tuple[str, str, dt.date]]:
        """Return the (title, code, day) by which the posts' articles may be addressed."""
        wishes = []
        for post in posts:
            held = self.by_identity.get(post.identity_hash)
            code = held.article.code if held else code_of(post.identity_hash)
            slug = held.article.slug if held else post.title
            published = post.published
            day = day_of(published.value, published.precision, self.zone)
            wishes.append((slug, code, day))
        return wishes

    def _take(self, read: Read) -> Result:
        found = read.found
        if read.post is None:
            outcome = Outcome.SKIPPED if read.skip else Outcome.FAILED
            if outcome == Outcome.FAILED:
                self.provenance.failed(read)
            return Result(found.root, found.path, read.sha256, outcome, reason=read.problem)
        post = read.post
        if post.identity_hash in self.blocked and post.sha256 not in self.captures:
            reason = "its address was erased from the archive for good"
            return Result(found.root, found.path, read.sha256, Outcome.SKIPPED, reason=reason)
        outcome, held = self._place(post, read)
        self.provenance.seen(read)
        return Result(
            found.root, found.path, read.sha256, outcome, held.article.code, "", post.warnings
        )

    def _place(self, post: ParsedPost, read: Read) -> tuple[Outcome, Held]:
        if post.sha256 in self.captures:
            held, capture = self.captures[post.sha256]
            if read.found.path < bytes(capture.order_path):
                self._reorder(held, capture, post, read.found.path)
            return Outcome.UNCHANGED, held
        held = self.by_identity.get(post.identity_hash) or self._new_article(post)
        first = not held.captures
        source_id = self.sources.find_or_create(post)
        capture = new_capture(held.article, post, source_id, read.found.path, self.now)
        capture.pk = next(self.capture_keys)
        if post.sha256 not in self.stored:
            self.originals[post.sha256] = (post.sha256, read.data, read.size)
        self.captures[post.sha256] = held, capture
        held.posts[post.sha256] = post
        is_version = self.bench.add_capture(held, capture)
        if is_version and (held.edits or any(each.hidden for each in held.captures)):
            held.article.needs_review = True  # somebody has decided something about this story
        self.bench.settle(held)
        if first:
            return Outcome.CREATED, held
        return (Outcome.VERSION if is_version else Outcome.UNCHANGED), held

    def _reorder(self, held: Held, capture: Capture, post: ParsedPost, path: bytes) -> None:
        """Give a capture the smaller path at which its content was seen now."""
        capture.order_path = path
        held.changed_captures[capture.original_id] = capture
        held.update(capture, post, capture.source_id)
        held.number()
        self.bench.settle(held)

    def _new_article(self, post: ParsedPost) -> Held:
        identity_hash = post.identity_hash
        code = free_code(identity_hash, self._code_is_taken)
        self.codes.add(code)
        article = Article(
            pk=next(self.article_keys),
            identity_hash=identity_hash,
            url=post.identity,
            code=code,
            state=self.state,
            imported_at=self.now,
        )
        held = self.bench.add(article)
        self.by_identity[identity_hash] = held
        return held

    def _code_is_taken(self, code: str) -> bool:
        if len(code) == 8:  # looked up for the whole batch
            return code in self.codes
        return code in self.codes or Article.objects.filter(code=code).exists()
