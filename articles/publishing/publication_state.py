"""Who may see an article or one of its versions. Imports and rebuilds leave all of this alone."""

from __future__ import annotations

import datetime as dt
import zlib
from contextlib import suppress

from django.conf import settings
from django.db import transaction

from articles.content.html.images import picture_code
from articles.content.post_file.parsing import NotAPostError, PostError
from articles.deriving.article_urls import address_path
from articles.deriving.captures import parse_capture
from articles.deriving.story_counts import Tally
from articles.deriving.unit_of_work import Workbench
from articles.models import (
    Article,
    BlockedIdentity,
    Capture,
    ErasedPath,
    Image,
    ImportIssue,
    ListChange,
    Original,
    SearchChange,
    Sighting,
    State,
)
from articles.publishing.conflict_retry import again_when_met
from articles.publishing.editing import EditError, Editor


def publish(article: Article) -> None:
    """Let readers see an article, for the first time or again."""
    _set_state(article, State.PUBLISHED, "")


def send_to_review(article: Article) -> None:
    """Take an article off the site until an editor publishes it."""
    _set_state(article, State.REVIEW, "")


def withdraw(article: Article, reason: str) -> None:
    """Withdraw an article: its address answers 410 and tells ``reason`` and the date.

    Raises :class:`EditError` without a reason.
    """
    if not reason.strip():
        raise EditError("a withdrawal needs a reason; readers will see it")
    _set_state(article, State.WITHDRAWN, reason.strip())


@again_when_met
def _set_state(article: Article, state: State, reason: str) -> None:
    with transaction.atomic():
        bench = _bench(article)
        row = bench.held[article.pk].article
        if (row.state, row.state_reason) != (state, reason):
            row.state, row.state_reason, row.state_changed_at = state, reason, bench.now
        if state == State.PUBLISHED:
            row.needs_review = False
        _write(bench, article)


def hide_version(capture: Capture, editor: Editor) -> None:
    """Hide one capture from readers; its number stays. What is shown may change.

    Raises :class:`EditError` without a reason, or when no version would be left to show.
    """
    if not editor.reason.strip():
        raise EditError("hiding a version needs a reason")
    _set_hidden(capture, hidden=True, editor=editor)


def show_version(capture: Capture, editor: Editor) -> None:
    """Let readers see a hidden capture again."""
    _set_hidden(capture, hidden=False, editor=editor)


@again_when_met
def _set_hidden(capture: Capture, *, hidden: bool, editor: Editor) -> None:
    with transaction.atomic():
        bench = _bench(capture.article)
        held = bench.held[capture.article_id]
        row = next(each for each in held.captures if each.pk == capture.pk)
        # Every copy of the same text goes with it: a reader sees versions, not copies.
        same = [each for each in held.captures if each.says_the_same_as(row)]
        for each in same:
            each.hidden = hidden
            each.hidden_reason = editor.reason.strip() if hidden else ""
            each.hidden_by_id = editor.user.pk if hidden and editor.user else None
        if all(each.hidden for each in held.captures):
            raise EditError("no version would be left to show; withdraw the article instead")
        for each in same:
            each.save(update_fields=["hidden", "hidden_reason", "hidden_by"])
        _write(bench, capture.article)
        capture.refresh_from_db()


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


def _bench(article: Article) -> Workbench:
    bench = Workbench(settings.ARCHIVE_TIME_ZONE, dt.datetime.now(dt.UTC))
    bench.load([article.pk])
    if article.pk not in bench.held:
        raise EditError("the article was erased meanwhile")
    return bench


def _write(bench: Workbench, article: Article) -> None:
    bench.settle(bench.held[article.pk])
    bench.write()
    article.refresh_from_db()
