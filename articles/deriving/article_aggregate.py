"""An article with its captures and edits, to be recomputed and written together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from articles.content.html.html_to_text import html_to_text
from articles.content.post_file.parsing import ParsedPost
from articles.deriving.article_urls import (
    DatedSlug,
    dated_path,
    first_free_dated_slug,
    slug_candidates,
)
from articles.deriving.capture_order import order_key, version_numbers
from articles.deriving.captures import derive_capture_values, parse_capture
from articles.deriving.edit_overlay import (
    EFFECTIVE_FIELDS,
    EffectiveValues,
    apply_effective_values,
    effective_values,
)
from articles.models import Article, ArticleEdit, Capture, State, TaggedArticle

#: Columns of the article's own row that recomputing may change.
ARTICLE_FIELDS = (*EFFECTIVE_FIELDS, "current_capture_id", "author_id", "day", "slug", "edited_at")

#: Columns that the editors' actions and the import change.
STATE_FIELDS = (
    "state", "state_reason", "state_changed_at", "first_public_at", "needs_review",
)  # fmt: skip
_TRACKED_FIELDS = (*ARTICLE_FIELDS, *STATE_FIELDS)


@dataclass(slots=True)
class ArticleAggregate:
    """One article, its captures in order, its active edits and its taggings.

    ``posts`` has the posts that are already parsed, by SHA-256. ``changed_captures`` are those
    whose row has to be written. ``redirect_paths`` are the paths that the article has moved away
    from. ``force_body_write`` writes the body even if :attr:`is_body_stale` sees no reason to.
    """

    article: Article
    is_new: bool = False
    captures: list[Capture] = field(default_factory=list)
    edits: list[ArticleEdit] = field(default_factory=list)
    taggings: list[TaggedArticle] = field(default_factory=list)
    posts: dict[str, ParsedPost] = field(default_factory=dict)
    changed_captures: dict[str, Capture] = field(default_factory=dict)
    redirect_paths: list[str] = field(default_factory=list)
    _effective: EffectiveValues | None = None
    previous_row: dict[str, Any] = field(default_factory=dict)
    previous_tag_ids: set[int] = field(default_factory=set)
    is_dirty: bool = False
    force_body_write: bool = False

    def take_snapshot(self) -> None:
        """Store the article's row and tags as they are in the database."""
        self.previous_row = self.current_row()
        self.previous_tag_ids = {tagging.tag_id for tagging in self.taggings}

    def current_row(self) -> dict[str, Any]:
        """Return the columns of the article's own row that may change."""
        return {name: getattr(self.article, name) for name in _TRACKED_FIELDS}

    def row_versions(self) -> list[dict[str, Any]]:
        """Return the row as it was, unless the article is new, and as it is."""
        return [self.current_row()] if self.is_new else [self.previous_row, self.current_row()]

    @property
    def effective(self) -> EffectiveValues:
        """Return the effective values; raises RuntimeError before :meth:`recompute`."""
        if self._effective is None:
            raise RuntimeError(f"article {self.article.code} has not been recomputed")
        return self._effective

    @property
    def has_changed_row(self) -> bool:
        """Return whether the article's own row differs from the database."""
        return self.current_row() != self.previous_row

    @property
    def has_edited_body(self) -> bool:
        """Return whether an editor's text replaces that of the capture."""
        return self.effective.edited_html is not None

    @property
    def is_body_stale(self) -> bool:
        """Return whether the body has to be written: a new article, or another current capture."""
        other = self.previous_row["current_capture_id"] != self.article.current_capture_id
        return self.is_new or self.force_body_write or (other and not self.has_edited_body)

    def add_capture(self, capture: Capture) -> bool:
        """Add a capture in its order; return whether it makes one more version."""
        before = sum(each.version is not None for each in self.captures)
        duplicate = next((each for each in self.captures if each.has_same_text_as(capture)), None)
        if duplicate is not None and duplicate.hidden:  # a hidden text must not reappear in a copy
            capture.hidden, capture.hidden_by_id = True, duplicate.hidden_by_id
            capture.hidden_reason = duplicate.hidden_reason
        self.captures.append(capture)
        self.number_versions()
        return sum(each.version is not None for each in self.captures) > before

    def update_capture(self, capture: Capture, post: ParsedPost, source_id: int) -> list[str]:
        """Set the derived columns of ``capture`` from ``post``; return the names that changed."""
        values = derive_capture_values(post) | {"source_id": source_id}
        differing = [name for name, value in values.items() if getattr(capture, name) != value]
        for name in differing:
            setattr(capture, name, values[name])
        if differing:
            self.changed_captures[capture.original_id] = capture
        self.posts[capture.original_id] = post
        return differing

    def number_versions(self) -> None:
        """Sort the captures and set their version numbers."""
        self.captures.sort(key=order_key)
        for capture, number in zip(self.captures, version_numbers(self.captures), strict=True):
            if capture.version != number:
                capture.version = number
                self.changed_captures[capture.original_id] = capture

    def recompute(self, zone: str, now: dt.datetime, is_taken: Callable[[DatedSlug], bool]) -> None:
        """Set the article's row from its captures and edits; keep or change its day and slug.

        ``is_taken`` returns whether another article has, or had, a day and slug. An article that
        is public for the first time is so since ``now``.
        """
        self._effective = effective_values(self.captures, self.edits)
        self.is_dirty = True
        article = self.article
        day = apply_effective_values(article, self.effective, zone)
        article.edited_at = max((edit.created_at for edit in self.edits), default=None)
        if article.first_public_at is None:
            slugs = slug_candidates(article.title, article.code)
            if article.slug not in slugs or article.day != day:
                article.day, article.slug = first_free_dated_slug(day, slugs, is_taken)
        elif article.day != day:
            self.redirect_paths.append(dated_path((article.day, article.slug)))
            slugs = slug_candidates(article.slug, article.code)
            article.day, article.slug = first_free_dated_slug(day, slugs, is_taken)
        if article.state == State.PUBLISHED and article.first_public_at is None:
            article.first_public_at = now

    def effective_post(self) -> ParsedPost:
        """Return the post of the current capture, parsed unless it is cached."""
        capture = self.effective.capture
        if capture.original_id not in self.posts:
            self.posts[capture.original_id] = parse_capture(capture)
        return self.posts[capture.original_id]

    def body(self) -> tuple[str, str]:
        """Return the HTML and the plain text of the recomputed article."""
        if self.effective.edited_html is not None:
            return self.effective.edited_html, html_to_text(self.effective.edited_html)
        post = self.effective_post()
        return post.html, post.text


def new_capture(
    article: Article, post: ParsedPost, source_id: int, path: bytes, now: dt.datetime
) -> Capture:
    """Return an unsaved capture of ``article``."""
    return Capture(
        article=article,
        original_id=post.sha256,
        order_path=path,
        source_id=source_id,
        imported_at=now,
        **derive_capture_values(post),
    )
