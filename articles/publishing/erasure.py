"""Erasing an article for good: its rows and bytes go, a tombstone stays and blocks its identity."""

from __future__ import annotations

import datetime as dt
import zlib
from contextlib import suppress

from django.db import transaction

from articles.content.html.images import image_code
from articles.content.post_file.parsing import NotAPostError, PostError
from articles.deriving.article_urls import dated_path
from articles.deriving.captures import parse_capture
from articles.deriving.story_counts import CountDeltas
from articles.models import (
    Article,
    BlockedIdentity,
    ErasedPath,
    Image,
    ImportIssue,
    ListChange,
    Original,
    SearchChange,
    Sighting,
)
from articles.publishing.conflict_retry import retry_on_conflict
from articles.publishing.editing import EditError, Editor


@retry_on_conflict
def erase(article: Article, editor: Editor) -> BlockedIdentity:
    """Erase an article for good, with its original bytes, and return the tombstone that stays.

    No import creates it again under the same URL. Raises :class:`EditError` without a reason.
    """
    if not editor.reason.strip():
        raise EditError("an erasure needs a reason; it stays on record")
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        pk = article.pk  # delete() sets it to None
        deltas = CountDeltas()
        row = {name: getattr(article, name) for name in ("state", "day", "source_id", "author_id")}
        deltas.add(row, set(article.taggings.values_list("tag_id", flat=True)), -1)
        originals = list(article.captures.values_list("original_id", flat=True))
        sightings = Sighting.objects.filter(original__in=originals).values_list("root", "path")
        seen_at = {(root, bytes(path)) for root, path in sightings}
        image_codes = _image_codes(article)
        tombstone = BlockedIdentity.objects.create(
            identity_hash=article.identity_hash,
            code=article.code,
            reason=editor.reason.strip(),
            editor=editor.user,
            blocked_at=dt.datetime.now(dt.UTC),
        )
        paths = {dated_path((article.day, article.slug))}
        paths.update(article.redirects.values_list("path", flat=True))
        ErasedPath.objects.bulk_create(
            [ErasedPath(path_hash=ErasedPath.hash_path(path), mark=tombstone) for path in paths],
            ignore_conflicts=True,
        )
        Article.objects.filter(pk=article.pk).update(current_capture=None)
        article.edits.all().delete()
        article.captures.all().delete()
        Original.objects.filter(pk__in=originals, captures__isnull=True).delete()
        ImportIssue.objects.filter(sha256__in=originals).delete()
        for root, path in seen_at:  # a broken copy of the same file has the same text
            ImportIssue.objects.filter(root=root, path=path).delete()
        article.delete()
        deltas.apply()
        ListChange.record([row])
        # After the counts: an import that has locked the counts may be about to show one of these
        # pictures. In the other order the two would deadlock.
        Image.objects.filter(code__in=image_codes, places__isnull=True).delete()
        SearchChange.record([pk])
    return tombstone


def _image_codes(article: Article) -> set[str]:
    """Return the codes of the pictures of every version that can still be read."""
    codes = set(article.pictures.values_list("image__code", flat=True))
    for capture in article.captures.select_related("original"):
        with suppress(PostError, NotAPostError, zlib.error):  # damaged: erased all the same
            codes |= {image_code(picture.url) for picture in parse_capture(capture).pictures}
    return codes
