"""Unit of work: load many articles together, recompute one by one, write together.

There is no query for a single article. The import, the editors' actions, the rebuild and the
verification all use this, so that a derived column is computed in one place only. The caller opens
the transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from articles.deriving import bulk_get_or_create
from articles.deriving.article_aggregate import ARTICLE_FIELDS, STATE_FIELDS, ArticleAggregate
from articles.deriving.article_urls import DatedSlug, dated_path, slug_candidates
from articles.deriving.bulk_insert import insert_objects, insert_rows
from articles.deriving.captures import DERIVED_CAPTURE_FIELDS
from articles.deriving.image_placements import write_placements
from articles.deriving.story_counts import CountDeltas
from articles.models import (
    Article,
    ArticleBody,
    ArticleEdit,
    Capture,
    ListChange,
    Redirect,
    SearchChange,
    TaggedArticle,
)

_NO_ARTICLE = 0  # no article has this key


class UnitOfWork:
    """Articles by primary key, and the owners of the paths that they may get."""

    def __init__(self, zone: str, now: dt.datetime) -> None:
        self.zone = zone
        self.now = now
        self.aggregates: dict[int, ArticleAggregate] = {}
        self._path_owners: dict[DatedSlug, int] = {}
        self._count_deltas = CountDeltas()
        self._new_captures: list[Capture] = []

    def load(self, article_ids: Iterable[int]) -> None:
        """Load and lock existing articles, with captures, active edits and taggings."""
        ids = [pk for pk in article_ids if pk not in self.aggregates]
        # Locked in order of their keys, against deadlocks. An editor and an import wait for each
        # other here, and the second one sees what the first has written. (SQLite has a single
        # writer anyway.)
        for article in Article.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
            self.aggregates[article.pk] = ArticleAggregate(article)
        ids = [pk for pk in ids if pk in self.aggregates]  # one may have been erased meanwhile
        for capture in Capture.objects.filter(article_id__in=ids):
            aggregate = self.aggregates[capture.article_id]
            capture.article = aggregate.article
            aggregate.captures.append(capture)
        for edit in ArticleEdit.objects.filter(article_id__in=ids, active=True).order_by("pk"):
            self.aggregates[edit.article_id].edits.append(edit)
        for tagging in TaggedArticle.objects.filter(content_object_id__in=ids):
            self.aggregates[tagging.content_object_id].taggings.append(tagging)
        for pk in ids:
            aggregate = self.aggregates[pk]
            aggregate.number_versions()
            aggregate.take_snapshot()

    def add(self, article: Article) -> ArticleAggregate:
        """Add a new article whose primary key has been reserved."""
        aggregate = self.aggregates[article.pk] = ArticleAggregate(article, is_new=True)
        aggregate.take_snapshot()
        return aggregate

    def add_capture(self, aggregate: ArticleAggregate, capture: Capture) -> bool:
        """Add a new capture; return whether it makes one more version of the article."""
        self._new_captures.append(capture)
        return aggregate.add_capture(capture)

    def prefetch_path_owners(self, candidates: Iterable[tuple[str, str, dt.date]]) -> None:
        """Look up, in one query each, which articles have the paths of these (title, code, day).

        Paths that are not prefetched are looked up one by one.
        """
        wanted = {
            (day, slug) for title, code, day in candidates for slug in slug_candidates(title, code)
        }
        self._path_owners |= dict.fromkeys(wanted - self._path_owners.keys(), _NO_ARTICLE)
        self._path_owners |= self._find_path_owners(wanted)

    def _find_path_owners(self, wanted: set[DatedSlug]) -> dict[DatedSlug, int]:
        """Return the keys of the articles that have, or had, one of these days and slugs."""
        days, slugs = {day for day, _ in wanted}, {slug for _, slug in wanted}
        paths = {dated_path(dated_slug): dated_slug for dated_slug in wanted}
        former = Redirect.objects.filter(path__in=paths).values_list("path", "article_id")
        current = Article.objects.filter(day__in=days, slug__in=slugs)
        rows = {(day, slug): pk for pk, day, slug in current.values_list("pk", "day", "slug")}
        return {paths[path]: pk for path, pk in former} | {
            dated_slug: pk for dated_slug, pk in rows.items() if dated_slug in wanted
        }

    def recompute(self, aggregate: ArticleAggregate) -> None:
        """Recompute an article's row from its captures and edits."""
        article = aggregate.article

        def is_taken(dated_slug: DatedSlug) -> bool:
            if dated_slug not in self._path_owners:
                self._path_owners[dated_slug] = self._find_path_owners({dated_slug}).get(
                    dated_slug, _NO_ARTICLE
                )
            return self._path_owners[dated_slug] not in {_NO_ARTICLE, article.pk}

        before = (article.day, article.slug)
        aggregate.recompute(self.zone, self.now, is_taken)
        if not aggregate.redirect_paths and self._path_owners.get(before) == article.pk:
            self._path_owners[before] = _NO_ARTICLE  # never public, so no redirect is needed
        self._path_owners[article.day, article.slug] = article.pk

    def write(self) -> list[ArticleAggregate]:
        """Write the changes of the recomputed articles; return the articles that changed."""
        dirty = [aggregate for aggregate in self.aggregates.values() if aggregate.is_dirty]
        effective = [(aggregate, aggregate.effective) for aggregate in dirty]
        # Authors and tags of every new capture get rows, not only those of the current one: which
        # capture was current in between depends on where batches end, and must not show.
        bylines = [capture.author_name for capture in self._new_captures]
        authors = bulk_get_or_create.resolve_author_ids(
            [*bylines, *(each.author for _, each in effective)]
        )
        for aggregate, each in effective:
            aggregate.article.author_id = authors[each.author] if each.author else None
        changed = [
            aggregate
            for aggregate in dirty
            if aggregate.is_new or aggregate.has_changed_row or aggregate.force_body_write
        ]
        for aggregate in changed:
            aggregate.article.updated_at = self.now
        # Existing articles first: a new one may get a day and slug that one of them gave up.
        _upsert(
            Article,
            [aggregate.article for aggregate in changed if not aggregate.is_new],
            [*_field_names(ARTICLE_FIELDS), *STATE_FIELDS, "updated_at"],
        )
        insert_objects(Article, [aggregate.article for aggregate in dirty if aggregate.is_new])
        self._write_captures(dirty)
        self._write_bodies(dirty)
        self._write_redirects(dirty)
        retagged = self._write_tags(dirty)
        self._count_deltas.apply()
        ListChange.record(row for aggregate in changed for row in aggregate.row_versions())
        SearchChange.record(
            aggregate.article.pk
            for aggregate in dirty
            if aggregate.is_new
            or aggregate.has_changed_row
            or aggregate.is_body_stale
            or aggregate.article.pk in retagged
        )
        return changed

    def _write_captures(self, dirty: Sequence[ArticleAggregate]) -> None:
        insert_objects(Capture, self._new_captures)
        new_ids = {id(capture) for capture in self._new_captures}
        changed = [
            capture
            for aggregate in dirty
            for capture in aggregate.changed_captures.values()
            if id(capture) not in new_ids
        ]
        _upsert(Capture, changed, [*_field_names(DERIVED_CAPTURE_FIELDS), "order_path", "version"])

    def _write_bodies(self, dirty: Sequence[ArticleAggregate]) -> None:
        stale = [aggregate for aggregate in dirty if aggregate.is_body_stale]
        columns = ["article_id", "html", "text"]
        insert_rows(
            ArticleBody,
            columns,
            [(aggregate.article.pk, *aggregate.body()) for aggregate in stale if aggregate.is_new],
        )
        old = [
            (aggregate.article.pk, *aggregate.body()) for aggregate in stale if not aggregate.is_new
        ]
        bodies = [ArticleBody(**dict(zip(columns, row, strict=True))) for row in old]
        _upsert(ArticleBody, bodies, ["html", "text"], key="article")
        # Images of every parsed version, not only of the current one: the pages of old versions
        # show theirs.
        posts = [post for aggregate in dirty for post in aggregate.posts.values()]
        bulk_get_or_create.create_missing_images(
            picture.url for post in posts for picture in post.pictures
        )
        write_placements(stale)

    def _write_redirects(self, dirty: Sequence[ArticleAggregate]) -> None:
        old_paths = {path: aggregate for aggregate in dirty for path in aggregate.redirect_paths}
        if old_paths:
            Redirect.objects.bulk_create(
                [
                    Redirect(path=path, article=aggregate.article, created_at=self.now)
                    for path, aggregate in sorted(old_paths.items(), key=lambda item: item[0])
                ],
                ignore_conflicts=True,
            )
            now = [
                dated_path((aggregate.article.day, aggregate.article.slug))
                for aggregate in old_paths.values()
            ]
            Redirect.objects.filter(path__in=now).delete()

    def _write_tags(self, dirty: Sequence[ArticleAggregate]) -> set[int]:
        """Write the taggings that differ; return the keys of articles whose tags changed."""
        names = [name for capture in self._new_captures for name in capture.tag_names]
        names += [name for aggregate in dirty for name in aggregate.effective.tags]
        keys = bulk_get_or_create.resolve_tag_ids(names)
        new, changed, removed_ids = [], [], []
        retagged = set()
        for aggregate in dirty:
            times = listing_times(aggregate.article)
            wanted = {
                keys[name]: aggregate.effective.tag_reason for name in aggregate.effective.tags
            }
            for tagging in aggregate.taggings:
                reason = wanted.pop(tagging.tag_id, None)
                if reason is None:
                    removed_ids.append(tagging.pk)
                elif (tagging.reason, tagging.listed_at, tagging.arrived_at) != (reason, *times):
                    tagging.reason, (tagging.listed_at, tagging.arrived_at) = reason, times
                    changed.append(tagging)
            new += [(aggregate.article.pk, key, reason, *times) for key, reason in wanted.items()]
            if not aggregate.is_new:
                self._count_deltas.add(aggregate.previous_row, aggregate.previous_tag_ids, -1)
            tags = {keys[name] for name in aggregate.effective.tags}
            self._count_deltas.add(aggregate.current_row(), tags, 1)
            if tags != aggregate.previous_tag_ids:
                retagged.add(aggregate.article.pk)
        if removed_ids:
            TaggedArticle.objects.filter(pk__in=removed_ids).delete()
        columns = ["content_object_id", "tag_id", "reason", "listed_at", "arrived_at"]
        insert_rows(TaggedArticle, columns, new)
        TaggedArticle.objects.bulk_update(changed, ["reason", "listed_at", "arrived_at"])
        return retagged


def listing_times(article: Article) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return ``listed_at`` and ``arrived_at`` of an article's taggings."""
    if not article.is_public:
        return None, None
    return article.published_at, article.first_public_at


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """Return ``count`` primary keys that no one else will use. Call it in a writing transaction.

    Rows that refer to each other can then be inserted without a second statement.
    """
    if not count:
        return []
    if connection.vendor == "sqlite":
        # An IMMEDIATE transaction is the only writer. The sequence includes deleted rows.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table]
            )
            row = cursor.fetchone()
        last = max(
            row[0] if row else 0, model._default_manager.aggregate(n=models.Max("pk"))["n"] or 0
        )
        return list(range(last + 1, last + 1 + count))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _upsert(
    model: type[models.Model], rows: Sequence[Any], fields: Iterable[str], key: str = "id"
) -> None:
    """Upsert rows by key: much faster than an UPDATE with a CASE for each column."""
    if not rows:
        return
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[key], update_fields=list(fields)
    )


def _field_names(columns: Iterable[str]) -> list[str]:
    """Return the field names of ``columns``."""
    return [name.removesuffix("_id") for name in columns]
