"""Erasing an article for good: rows and bytes go, a mark that blocks its identity stays."""

from __future__ import annotations

import datetime as dt
import zlib
from contextlib import suppress

from django.db import transaction

from articles.content.html.images import picture_code
from articles.content.post_file.parsing import NotAPostError, PostError
from articles.deriving.article_urls import address_path
from articles.deriving.captures import parse_capture
from articles.deriving.story_counts import Tally
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
from articles.publishing.conflict_retry import again_when_met
from articles.publishing.editing import EditError, Editor


@again_when_met
def erase(article: Article, editor: Editor) -> BlockedIdentity:
    """Erase an article for good, bytes and all, and return the mark that stays.

    Its address comes in no more, by no import. Raises :class:`EditError` without a reason.
    """
    if not editor.reason.strip():
        raise EditError("an erasure needs a reason; it stays on record")
    with transaction.atomic():
        article = Article.objects.select_for_update().get(pk=article.pk)
        pk = article.pk  # the row forgets it when it is deleted
        tally = Tally()
        row = {name: getattr(article, name) for name in ("state", "day", "source_id", "author_id")}
        tally.note(row, set(article.taggings.values_list("tag_id", flat=True)), -1)
        originals = list(article.captures.values_list("original_id", flat=True))
        sightings = Sighting.objects.filter(original__in=originals).values_list("root", "path")
        places = {(root, bytes(path)) for root, path in sightings}
        images = _pictures_of(article)
        mark = BlockedIdentity.objects.create(
            identity_hash=article.identity_hash,
            code=article.code,
            reason=editor.reason.strip(),
            editor=editor.user,
            blocked_at=dt.datetime.now(dt.UTC),
        )
        paths = {address_path((article.day, article.slug))}
        paths.update(article.redirects.values_list("path", flat=True))
        ErasedPath.objects.bulk_create(
            [ErasedPath(path_hash=ErasedPath.hash_of(path), mark=mark) for path in paths],
            ignore_conflicts=True,
        )
        Article.objects.filter(pk=article.pk).update(current_capture=None)
        article.edits.all().delete()
        article.captures.all().delete()
        Original.objects.filter(pk__in=originals, captures__isnull=True).delete()
        ImportIssue.objects.filter(sha256__in=originals).delete()
        for root, path in places:  # a broken copy of the same file holds the same words
            ImportIssue.objects.filter(root=root, path=path).delete()
        article.delete()
        tally.apply()
        ListChange.note([row])
        # After the counts: an import that has them may be about to show one of these pictures, and
        # neither could end before the other.
        Image.objects.filter(code__in=images, places__isnull=True).delete()
        SearchChange.note([pk])
    return mark


def _pictures_of(article: Article) -> set[str]:
    """Return the codes of the pictures of every version that can still be read."""
    codes = set(article.pictures.values_list("image__code", flat=True))
    for capture in article.captures.select_related("original"):
        with suppress(PostError, NotAPostError, zlib.error):  # damaged: it goes all the same
            codes |= {picture_code(picture.url) for picture in parse_capture(capture).pictures}
    return codes
