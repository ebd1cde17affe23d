"""Verify the archive: compare the stored rows with what the current code derives.

Recomputes every SHA-256 and every derived column, and searches for orphans. The rebuild is the same
walk, and writes what differs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef

from articles.content.html.images import image_code
from articles.content.post_file.parsing import NotAPostError, PostError
from articles.deriving import bulk_get_or_create
from articles.deriving.article_aggregate import ArticleAggregate
from articles.deriving.captures import parse_capture
from articles.deriving.image_placements import expected_placements
from articles.deriving.source_resolver import SourceResolver
from articles.deriving.story_counts import CountDeltas, CountKey, count_stories, read_stored_counts
from articles.deriving.unit_of_work import UnitOfWork, listing_times
from articles.models import (
    Article,
    ArticleBody,
    ArticleImage,
    BlockedIdentity,
    Capture,
    Image,
    ImportIssue,
    Original,
    TaggedArticle,
)

ARTICLES_AT_ONCE = 200
_ROWS_AT_ONCE = 200
_NO_AUTHOR = 0  # no author has this key


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault in the archive; ``is_fixable`` if the correct value can be derived."""

    kind: str
    location: str
    detail: str
    is_fixable: bool = True

    def __str__(self) -> str:
        return f"{self.kind}: {self.location}: {self.detail}"


def find_damaged_bytes() -> Iterator[Finding]:
    """Yield each stored content whose bytes do not match its SHA-256 or size."""
    for original in Original.objects.order_by("pk").iterator(chunk_size=_ROWS_AT_ONCE):
        if problem := _find_damage(original, original.sha256, original.size):
            yield Finding("original", original.sha256, problem, is_fixable=False)
    for issue in ImportIssue.objects.exclude(sha256="").iterator(chunk_size=_ROWS_AT_ONCE):
        if issue.data and (problem := _find_damage(issue, issue.sha256, issue.size)):
            yield Finding("quarantine", str(issue), problem, is_fixable=False)


def _find_damage(row: Original | ImportIssue, sha256: str, size: int) -> str:
    try:
        content = row.content
    except zlib.error as error:
        return f"its bytes are damaged ({error}); restore it from a backup or import it again"
    if hashlib.sha256(content).hexdigest() != sha256 or len(content) != size:
        return "its bytes do not match its SHA-256; restore it from a backup"
    return ""


def find_orphans() -> Iterator[Finding]:
    """Yield rows that nothing refers to, or that refer to the wrong row."""
    of_article = Capture.objects.filter(article=OuterRef("pk"))
    for code in Article.objects.filter(~Exists(of_article)).values_list("code", flat=True):
        yield Finding("article", code, "has no capture, so its origin is unknown", is_fixable=False)
    of_original = Capture.objects.filter(original=OuterRef("pk"))
    for sha in Original.objects.filter(~Exists(of_original)).values_list("pk", flat=True):
        yield Finding("original", sha, "belongs to no article", is_fixable=False)
    unseen = Original.objects.filter(sightings__isnull=True, captures__isnull=False)
    for sha in unseen.values_list("pk", flat=True).distinct():
        yield Finding("original", sha, "has no sighting, so its path is unknown", is_fixable=False)
    tombstones = BlockedIdentity.objects.values_list("identity_hash")
    for code in Article.objects.filter(identity_hash__in=tombstones).values_list("code", flat=True):
        yield Finding("article", code, "its URL is that of an erased story", is_fixable=False)
    foreign = Article.objects.exclude(current_capture__article=F("pk"))
    for code in foreign.filter(current_capture__isnull=False).values_list("code", flat=True):
        yield Finding("article", code, "its current capture belongs to another article")


def find_wrong_counts(*, fix: bool) -> Iterator[Finding]:
    """Yield stored counts of stories that differ from counting them; with ``fix`` correct them.

    The difference is added to the stored count of that moment, because editors may go on working.
    """
    with consistent_snapshot():
        counted, stored = count_stories(), dict(read_stored_counts())
    deltas: dict[CountKey, int] = {}
    for key in sorted(counted.keys() | stored.keys(), key=str):
        expected = counted.get(key, 0)
        delta = expected - stored.get(key, 0)
        if delta:
            deltas[key] = delta
            model, columns = key
            value = stored.get(key, "missing")
            detail = f"the stored count is {value}, but there are {expected} stories"
            yield Finding("count", " ".join([model.__name__, *map(str, columns)]), detail)
    if fix and deltas:
        with transaction.atomic():
            CountDeltas(deltas).apply()


@contextmanager
def consistent_snapshot() -> Iterator[None]:
    """Run all queries in one snapshot; read-only, unless a transaction is open already."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def find_differences(
    zone: str, *, fix: bool, after: int = 0
) -> Iterator[tuple[int, list[Finding]]]:
    """Yield for each group of articles its last primary key and the findings.

    With ``fix`` the differences are written before the group is yielded, so that an interrupted run
    can continue ``after`` the last key.
    """
    while True:
        keys = list(
            Article.objects.filter(pk__gt=after)
            .order_by("pk")
            .values_list("pk", flat=True)[:ARTICLES_AT_ONCE]
        )
        if not keys:
            return
        with transaction.atomic():
            unit = UnitOfWork(zone, dt.datetime.now(dt.UTC))
            unit.load(keys)
            findings = list(_compare_articles(unit))
            if fix and findings:
                unit.write()
        after = keys[-1]
        yield after, findings


def _compare_articles(unit: UnitOfWork) -> Iterator[Finding]:
    sources = SourceResolver()
    bodies = ArticleBody.objects.in_bulk(list(unit.aggregates))
    placements = _stored_placements(list(unit.aggregates))
    tags = _stored_tags(list(unit.aggregates))
    recomputed = []
    for key, aggregate in unit.aggregates.items():
        if not aggregate.captures:
            continue  # reported by find_orphans
        yield from _compare_captures(aggregate, sources)
        unit.recompute(aggregate)
        if not (
            aggregate.has_edited_body or aggregate.effective.capture.original_id in aggregate.posts
        ):
            # The original of its text cannot be parsed: the stored text is the best copy.
            aggregate.is_dirty = False
            continue
        recomputed.append(aggregate)
        body = bodies.get(key)
        stored = (body.html, body.text) if body else None
        if stored != aggregate.body():
            aggregate.force_body_write = True
            yield _article_finding(aggregate, "text", "differs from that of its captures and edits")
        if placements.get(key, []) != expected_placements(aggregate):
            aggregate.force_body_write = True
            yield _article_finding(
                aggregate, "pictures", "the placements differ from those in the text"
            )
        if tags.get(key, set()) != _expected_tags(aggregate):
            yield _article_finding(aggregate, "tags", "differ from those of its captures and edits")
    yield from _compare_rows(recomputed)
    yield from _find_missing_pictures(recomputed)


def _compare_captures(aggregate: ArticleAggregate, sources: SourceResolver) -> Iterator[Finding]:
    for sha in aggregate.changed_captures:
        yield _article_finding(aggregate, f"capture {sha[:12]}", "its version number is wrong")
    for capture in aggregate.captures:
        where = f"{aggregate.article.code} {capture.original_id[:12]}"
        try:
            post = parse_capture(capture)
        except (PostError, NotAPostError, zlib.error) as error:
            yield Finding("capture", where, str(error), is_fixable=False)
            continue
        if post.sha256 != capture.original_id:
            yield Finding("capture", where, "its original is damaged", is_fixable=False)
            continue
        source_id = sources.find(post) or capture.source_id
        names = aggregate.update_capture(capture, post, source_id)
        if post.identity_hash != aggregate.article.identity_hash:
            detail = "by the current rules its URL belongs to another article"
            yield Finding("capture", where, detail, is_fixable=False)
        if names:
            yield _article_finding(
                aggregate, f"capture {capture.original_id[:12]}", f"differs in {', '.join(names)}"
            )
    aggregate.number_versions()


def _compare_rows(recomputed: Sequence[ArticleAggregate]) -> Iterator[Finding]:
    effective = [(aggregate, aggregate.effective) for aggregate in recomputed]
    authors = bulk_get_or_create.resolve_author_ids(
        (each.author for _, each in effective), create=False
    )
    for aggregate, each in effective:
        row = aggregate.current_row() | {
            "author_id": authors.get(each.author, _NO_AUTHOR) if each.author else None
        }
        names = [name for name, value in row.items() if aggregate.previous_row[name] != value]
        if names:
            yield _article_finding(aggregate, "row", f"differs in {', '.join(names)}")


def _find_missing_pictures(recomputed: Sequence[ArticleAggregate]) -> Iterator[Finding]:
    expected = {
        image_code(picture.url): aggregate
        for aggregate in recomputed
        for post in aggregate.posts.values()
        for picture in post.pictures
    }
    known = set(Image.objects.filter(code__in=expected).values_list("code", flat=True))
    for code in expected.keys() - known:
        yield _article_finding(expected[code], f"picture {code}", "has no row")


#: Name, reason, ``listed_at`` and ``arrived_at``.
_Tagging = tuple[str, str, dt.datetime | None, dt.datetime | None]


def _expected_tags(aggregate: ArticleAggregate) -> set[_Tagging]:
    times = listing_times(aggregate.article)
    return {
        (name, aggregate.effective.tag_reason.value, *times) for name in aggregate.effective.tags
    }


def _stored_tags(keys: Sequence[int]) -> dict[int, set[_Tagging]]:
    found: dict[int, set[_Tagging]] = {}
    rows = TaggedArticle.objects.filter(content_object_id__in=keys)
    columns = ("tag__name", "reason", "listed_at", "arrived_at")
    for key, *tagging in rows.values_list("content_object_id", *columns):
        name, reason, listed_at, arrived_at = tagging
        found.setdefault(key, set()).add((name, reason, listed_at, arrived_at))
    return found


def _article_finding(aggregate: ArticleAggregate, kind: str, detail: str) -> Finding:
    return Finding(kind, f"article {aggregate.article.code}", detail)


def _stored_placements(keys: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    rows = ArticleImage.objects.filter(article_id__in=keys).order_by("article_id", "position")
    for key, code, alt, caption in rows.values_list("article_id", "image__code", "alt", "caption"):
        found.setdefault(key, []).append((code, alt, caption))
    return found
