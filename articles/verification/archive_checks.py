"""Verify the archive: what is stored against what the originals and the code say now.

Every SHA-256 is computed anew, every derived column derived anew, every orphan looked for. The
rebuild is the same walk that writes what it finds different.
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

from articles.content.html.images import picture_code
from articles.content.post_file.parsing import NotAPostError, PostError
from articles.deriving import bulk_get_or_create
from articles.deriving.article_aggregate import Held
from articles.deriving.bulk_get_or_create import Sources
from articles.deriving.captures import parse_capture
from articles.deriving.image_placements import wanted_places
from articles.deriving.story_counts import Key, Tally, counted, stored
from articles.deriving.unit_of_work import Workbench
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
_NOBODY = 0  # no author has this key


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be. ``fixable``: the originals tell the right value."""

    what: str
    where: str
    detail: str
    fixable: bool = True

    def __str__(self) -> str:
        return f"{self.what}: {self.where}: {self.detail}"


def damaged_bytes() -> Iterator[Finding]:
    """Yield each stored content whose bytes do not give its SHA-256."""
    for original in Original.objects.order_by("pk").iterator(chunk_size=_ROWS_AT_ONCE):
        if problem := _problem_of(original, original.sha256, original.size):
            yield Finding("original", original.sha256, problem, fixable=False)
    for issue in ImportIssue.objects.exclude(sha256="").iterator(chunk_size=_ROWS_AT_ONCE):
        if issue.data and (problem := _problem_of(issue, issue.sha256, issue.size)):
            yield Finding("quarantine", str(issue), problem, fixable=False)


def _problem_of(row: Original | ImportIssue, sha256: str, size: int) -> str:
    try:
        content = row.content
    except zlib.error as error:
        return f"its bytes are damaged ({error}); restore it from a backup or import it again"
    if hashlib.sha256(content).hexdigest() != sha256 or len(content) != size:
        return "its bytes are not those of its SHA-256; restore it from a backup"
    return ""


def orphans() -> Iterator[Finding]:
    """Yield rows that nothing leads to, or that lead to the wrong place."""
    of_article = Capture.objects.filter(article=OuterRef("pk"))
    for code in Article.objects.filter(~Exists(of_article)).values_list("code", flat=True):
        yield Finding("article", code, "no capture tells where it comes from", fixable=False)
    of_original = Capture.objects.filter(original=OuterRef("pk"))
    for sha in Original.objects.filter(~Exists(of_original)).values_list("pk", flat=True):
        yield Finding("original", sha, "belongs to no article", fixable=False)
    unseen = Original.objects.filter(sightings__isnull=True, captures__isnull=False)
    for sha in unseen.values_list("pk", flat=True).distinct():
        yield Finding("original", sha, "was seen at no path", fixable=False)
    marks = BlockedIdentity.objects.values_list("identity_hash")
    for code in Article.objects.filter(identity_hash__in=marks).values_list("code", flat=True):
        yield Finding("article", code, "its address was erased for good", fixable=False)
    foreign = Article.objects.exclude(current_capture__article=F("pk"))
    for code in foreign.filter(current_capture__isnull=False).values_list("code", flat=True):
        yield Finding("article", code, "shows a capture of another article")


def wrong_counts(*, fix: bool) -> Iterator[Finding]:
    """Yield counts of stories that are not what counting gives; with ``fix`` set them right.

    What is wrong is added to what stands there by then: editors may have gone on.
    """
    with at_one_moment():
        right, held = counted(), dict(stored())
    changes: dict[Key, int] = {}
    for key in sorted(right.keys() | held.keys(), key=str):
        true = right.get(key, 0)
        change = true - held.get(key, 0)
        if change:
            changes[key] = change
            model, values = key
            told = f"{held.get(key, 'missing')}, but {true} stories"
            yield Finding("count", " ".join([model.__name__, *map(str, values)]), told)
    if fix and changes:
        with transaction.atomic():
            Tally(changes).apply()


@contextmanager
def at_one_moment() -> Iterator[None]:
    """Have all queries see the archive as it is at one moment; nothing may be written."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def differences(zone: str, *, fix: bool, after: int = 0) -> Iterator[tuple[int, list[Finding]]]:
    """Yield, for one group of articles after another, its last key and what differs.

    With ``fix`` what differs is written before the group is told: whoever was interrupted goes
    on ``after`` the last key.
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
            bench = Workbench(zone, dt.datetime.now(dt.UTC))
            bench.load(keys)
            findings = list(_compare(bench))
            if fix and findings:
                bench.write()
        after = keys[-1]
        yield after, findings


def _compare(bench: Workbench) -> Iterator[Finding]:
    sources = Sources()
    bodies = ArticleBody.objects.in_bulk(list(bench.held))
    places = _stored_places(list(bench.held))
    tags = _stored_tags(list(bench.held))
    settled = []
    for key, held in bench.held.items():
        if not held.captures:
            continue  # told as an orphan
        yield from _captures(held, sources)
        bench.settle(held)
        if not (held.has_edited_body or held.shown.capture.original_id in held.posts):
            held.touched = False  # what it shows cannot be read: the stored text is the best copy
            continue
        settled.append(held)
        body = bodies.get(key)
        stored = (body.html, body.text) if body else None
        if stored != held.body():
            held.rewrite_body = True
            yield _of(held, "text", "not what its captures and edits give")
        if places.get(key, []) != wanted_places(held):
            held.rewrite_body = True
            yield _of(held, "pictures", "their places are not those of the text")
        if tags.get(key, set()) != _wanted_tags(held):
            yield _of(held, "tags", "not those of its captures and edits")
    yield from _rows(settled)
    yield from _missing_pictures(settled)


def _captures(held: Held, sources: Sources) -> Iterator[Finding]:
    for sha in held.changed_captures:
        yield _of(held, f"capture {sha[:12]}", "its version number is wrong")
    for capture in held.captures:
        where = f"{held.article.code} {capture.original_id[:12]}"
        try:
            post = parse_capture(capture)
        except (PostError, NotAPostError, zlib.error) as error:
            yield Finding("capture", where, str(error), fixable=False)
            continue
        if post.sha256 != capture.original_id:
            yield Finding("capture", where, "its original is damaged", fixable=False)
            continue
        source_id = sources.find(post) or capture.source_id
        names = held.update(capture, post, source_id)
        if post.identity_hash != held.article.identity_hash:
            told = "its address is another article's by the rules of now"
            yield Finding("capture", where, told, fixable=False)
        if names:
            yield _of(held, f"capture {capture.original_id[:12]}", f"differs in {', '.join(names)}")
    held.number()


def _rows(settled: Sequence[Held]) -> Iterator[Finding]:
    shown = [(held, held.shown) for held in settled]
    authors = bulk_get_or_create.authors((each.author for _, each in shown), create=False)
    for held, each in shown:
        row = held.row() | {"author_id": authors.get(each.author, _NOBODY) if each.author else None}
        names = [name for name, value in row.items() if held.before[name] != value]
        if names:
            yield _of(held, "row", f"differs in {', '.join(names)}")


def _missing_pictures(settled: Sequence[Held]) -> Iterator[Finding]:
    wanted = {
        picture_code(picture.url): held
        for held in settled
        for post in held.posts.values()
        for picture in post.pictures
    }
    known = set(Image.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in wanted.keys() - known:
        yield _of(wanted[code], f"picture {code}", "has no row")


def _wanted_tags(held: Held) -> set[tuple[str, str, dt.datetime | None]]:
    listed_at = held.article.published_at if held.article.is_public else None
    return {(name, held.shown.tag_reason.value, listed_at) for name in held.shown.tags}


def _stored_tags(keys: Sequence[int]) -> dict[int, set[tuple[str, str, dt.datetime | None]]]:
    found: dict[int, set[tuple[str, str, dt.datetime | None]]] = {}
    rows = TaggedArticle.objects.filter(content_object_id__in=keys)
    for key, *tag in rows.values_list("content_object_id", "tag__name", "reason", "listed_at"):
        name, reason, listed_at = tag
        found.setdefault(key, set()).add((name, reason, listed_at))
    return found


def _of(held: Held, what: str, detail: str) -> Finding:
    return Finding(what, f"article {held.article.code}", detail)


def _stored_places(keys: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    rows = ArticleImage.objects.filter(article_id__in=keys).order_by("article_id", "position")
    for key, code, alt, caption in rows.values_list("article_id", "image__code", "alt", "caption"):
        found.setdefault(key, []).append((code, alt, caption))
    return found
