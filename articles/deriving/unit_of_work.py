"""Many articles in hand at once: loaded together, settled one by one, written together.

No query is made for a single article. The importer, the editors' actions, the rebuild and the
verification all work through this, so that a derived column is computed in one way only. The
caller holds the transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from articles.deriving import bulk_get_or_create
from articles.deriving.article_aggregate import ARTICLE_FIELDS, STATE_FIELDS, Held
from articles.deriving.article_urls import Address, address_path, slug_candidates
from articles.deriving.bulk_insert import insert, insert_objects
from articles.deriving.captures import CAPTURED_FIELDS
from articles.deriving.image_placements import write_places
from articles.deriving.story_counts import Tally
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

_NOBODY = 0  # no article has this key


class Workbench:
    """Articles by key, and the addresses around them."""

    def __init__(self, zone: str, now: dt.datetime) -> None:
        self.zone = zone
        self.now = now
        self.held: dict[int, Held] = {}
        self._taken: dict[Address, int] = {}
        self._tally = Tally()
        self._new_captures: list[Capture] = []

    def load(self, article_ids: Iterable[int]) -> None:
        """Take existing articles in hand, with captures, active edits and taggings."""
        ids = [pk for pk in article_ids if pk not in self.held]
        # Locked, in one order for everybody: an editor and an import wait for each other here, and
        # whoever comes second sees what the first has written. (SQLite has one writer anyway.)
        for article in Article.objects.select_for_update().filter(pk__in=ids).order_by("pk"):
            self.held[article.pk] = Held(article)
        ids = [pk for pk in ids if pk in self.held]  # one may have been erased meanwhile
        for capture in Capture.objects.filter(article_id__in=ids):
            held = self.held[capture.article_id]
            capture.article = held.article
            held.captures.append(capture)
        for edit in ArticleEdit.objects.filter(article_id__in=ids, active=True).order_by("pk"):
            self.held[edit.article_id].edits.append(edit)
        for tagging in TaggedArticle.objects.filter(content_object_id__in=ids):
            self.held[tagging.content_object_id].taggings.append(tagging)
        for pk in ids:
            held = self.held[pk]
            held.number()
            held.remember()

    def add(self, article: Article) -> Held:
        """Take a new article in hand; its key has been reserved."""
        held = self.held[article.pk] = Held(article, is_new=True)
        held.remember()
        return held

    def add_capture(self, held: Held, capture: Capture) -> bool:
        """Put a new capture in its place; tell whether the article has one more version for it."""
        self._new_captures.append(capture)
        return held.add(capture)

    def look_up_addresses(self, wishes: Iterable[tuple[str, str, dt.date]]) -> None:
        """Learn at once who has the addresses for these (title, code, day).

        Others are looked up one by one when they are wanted.
        """
        wanted = {
            (day, slug) for title, code, day in wishes for slug in slug_candidates(title, code)
        }
        self._taken |= dict.fromkeys(wanted - self._taken.keys(), _NOBODY)
        self._taken |= self._owners(wanted)

    def _owners(self, wanted: set[Address]) -> dict[Address, int]:
        """Return the articles that have or had one of the addresses."""
        days, slugs = {day for day, _ in wanted}, {slug for _, slug in wanted}
        paths = {address_path(address): address for address in wanted}
        had = Redirect.objects.filter(path__in=paths).values_list("path", "article_id")
        have = Article.objects.filter(day__in=days, slug__in=slugs)
        rows = {(day, slug): pk for pk, day, slug in have.values_list("pk", "day", "slug")}
        return {paths[path]: pk for path, pk in had} | {
            address: pk for address, pk in rows.items() if address in wanted
        }

    def settle(self, held: Held) -> None:
        """Bring an article's row to what its captures and edits say."""
        article = held.article

        def is_taken(address: Address) -> bool:
            if address not in self._taken:
                self._taken[address] = self._owners({address}).get(address, _NOBODY)
            return self._taken[address] not in {_NOBODY, article.pk}

        before = (article.day, article.slug)
        held.settle(self.zone, is_taken)
        if not held.left_paths and self._taken.get(before) == article.pk:
            self._taken[before] = _NOBODY  # it was never public: nothing leads there
        self._taken[article.day, article.slug] = article.pk

    def write(self) -> list[Held]:
        """Write what changed in the settled articles; return those."""
        touched = [held for held in self.held.values() if held.touched]
        shown = [(held, held.shown) for held in touched]
        # Bylines and topics of every new capture get their rows, not of the shown one only: which
        # of them was shown for a while depends on where batches end, and must not be seen.
        bylines = [capture.author_name for capture in self._new_captures]
        authors = bulk_get_or_create.authors([*bylines, *(each.author for _, each in shown)])
        for held, each in shown:
            held.article.author_id = authors[each.author] if each.author else None
        changed = [held for held in touched if held.is_new or held.row_changed or held.rewrite_body]
        for held in changed:
            held.article.updated_at = self.now
        # The old ones first: an address that one of them has left may be a new one's.
        _upsert(
            Article,
            [held.article for held in changed if not held.is_new],
            [*_plain(ARTICLE_FIELDS), *STATE_FIELDS, "updated_at"],
        )
        insert_objects(Article, [held.article for held in touched if held.is_new])
        self._write_captures(touched)
        self._write_bodies(touched)
        self._write_redirects(touched)
        retagged = self._write_tags(touched)
        self._tally.apply()
        ListChange.note(row for held in changed for row in held.rows())
        SearchChange.note(
            held.article.pk
            for held in touched
            if held.is_new or held.row_changed or held.body_due or held.article.pk in retagged
        )
        return changed

    def _write_captures(self, touched: Sequence[Held]) -> None:
        insert_objects(Capture, self._new_captures)
        fresh = {id(capture) for capture in self._new_captures}
        changed = [
            capture
            for held in touched
            for capture in held.changed_captures.values()
            if id(capture) not in fresh
        ]
        _upsert(Capture, changed, [*_plain(CAPTURED_FIELDS), "order_path", "version"])

    def _write_bodies(self, touched: Sequence[Held]) -> None:
        due = [held for held in touched if held.body_due]
        columns = ["article_id", "html", "text"]
        insert(
            ArticleBody,
            columns,
            [(held.article.pk, *held.body()) for held in due if held.is_new],
        )
        old = [(held.article.pk, *held.body()) for held in due if not held.is_new]
        bodies = [ArticleBody(**dict(zip(columns, row, strict=True))) for row in old]
        _upsert(ArticleBody, bodies, ["html", "text"], key="article")
        # Pictures of every parsed version, not of the shown one only: old versions show theirs.
        posts = [post for held in touched for post in held.posts.values()]
        bulk_get_or_create.add_images(picture.url for post in posts for picture in post.pictures)
        write_places(due)

    def _write_redirects(self, touched: Sequence[Held]) -> None:
        left = {path: held for held in touched for path in held.left_paths}
        if left:
            Redirect.objects.bulk_create(
                [
                    Redirect(path=path, article=held.article, created_at=self.now)
                    for path, held in sorted(left.items(), key=lambda item: item[0])
                ],
                ignore_conflicts=True,
            )
            now = [address_path((held.article.day, held.article.slug)) for held in left.values()]
            Redirect.objects.filter(path__in=now).delete()

    def _write_tags(self, touched: Sequence[Held]) -> set[int]:
        """Write the taggings that differ; return the articles that have others than before."""
        names = [name for capture in self._new_captures for name in capture.tag_names]
        names += [name for held in touched for name in held.shown.tags]
        keys = bulk_get_or_create.tags(names)
        new, changed, gone = [], [], []
        retagged = set()
        for held in touched:
            listed_at = held.article.published_at if held.article.is_public else None
            wanted = {keys[name]: held.shown.tag_reason for name in held.shown.tags}
            for tagging in held.taggings:
                reason = wanted.pop(tagging.tag_id, None)
                if reason is None:
                    gone.append(tagging.pk)
                elif (tagging.reason, tagging.listed_at) != (reason, listed_at):
                    tagging.reason, tagging.listed_at = reason, listed_at
                    changed.append(tagging)
            new += [(held.article.pk, key, reason, listed_at) for key, reason in wanted.items()]
            if not held.is_new:
                self._tally.note(held.before, held.tags_before, -1)
            tags = {keys[name] for name in held.shown.tags}
            self._tally.note(held.row(), tags, 1)
            if tags != held.tags_before:
                retagged.add(held.article.pk)
        if gone:
            TaggedArticle.objects.filter(pk__in=gone).delete()
        insert(TaggedArticle, ["content_object_id", "tag_id", "reason", "listed_at"], new)
        TaggedArticle.objects.bulk_update(changed, ["reason", "listed_at"])
        return retagged


def reserve_keys(model: type[models.Model], count: int) -> list[int]:
    """Return ``count`` primary keys that nobody else will use; within a transaction that writes.

    Rows that point at each other can then be inserted without a second statement.
    """
    if not count:
        return []
    if connection.vendor == "sqlite":
        # An IMMEDIATE transaction is alone; the sequence also remembers keys of deleted rows.
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
    """Write whole rows by key: much quicker than an UPDATE with a CASE for each column."""
    if not rows:
        return
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[key], update_fields=list(fields)
    )


def _plain(columns: Iterable[str]) -> list[str]:
    """Return the names of the fields behind ``columns``."""
    return [name.removesuffix("_id") for name in columns]
