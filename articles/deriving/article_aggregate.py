"""An article in hand: with its captures and edits, ready to be settled and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from articles.content.html.plain_text import plain_text
from articles.content.post_file.parsing import ParsedPost
from articles.deriving.article_urls import Address, address_path, free_address, slug_candidates
from articles.deriving.capture_order import order_key, version_numbers
from articles.deriving.captures import captured_values, parse_capture
from articles.deriving.edit_overlay import SHOWN_FIELDS, Shown, put_on, shown_values
from articles.models import Article, ArticleEdit, Capture, State, TaggedArticle

#: What a settled article may change in its own row.
ARTICLE_FIELDS = (*SHOWN_FIELDS, "current_capture_id", "author_id", "day", "slug", "edited_at")

#: What the editors' actions and the import's notes change there.
STATE_FIELDS = (
    "state", "state_reason", "state_changed_at", "address_frozen", "needs_review",
)  # fmt: skip
_WATCHED = (*ARTICLE_FIELDS, *STATE_FIELDS)


@dataclass(slots=True)
class Held:
    """One article, its captures in order, its active edits, its taggings.

    ``posts`` holds what was parsed already, by SHA-256; ``changed_captures`` are those whose row
    has to be written again; ``rewrite_body`` asks for the body though nothing tells it is due.
    """

    article: Article
    is_new: bool = False
    captures: list[Capture] = field(default_factory=list)
    edits: list[ArticleEdit] = field(default_factory=list)
    taggings: list[TaggedArticle] = field(default_factory=list)
    posts: dict[str, ParsedPost] = field(default_factory=dict)
    changed_captures: dict[str, Capture] = field(default_factory=dict)
    left_paths: list[str] = field(default_factory=list)
    _shown: Shown | None = None
    before: dict[str, Any] = field(default_factory=dict)
    tags_before: set[int] = field(default_factory=set)
    touched: bool = False
    rewrite_body: bool = False

    def remember(self) -> None:
        """Note the article's row as it stands in the database."""
        self.before = self.row()
        self.tags_before = {tagging.tag_id for tagging in self.taggings}

    def row(self) -> dict[str, Any]:
        """Return the columns of the article's own row that may change."""
        return {name: getattr(self.article, name) for name in _WATCHED}

    def rows(self) -> list[dict[str, Any]]:
        """Return that row as it was, if it was there, and as it is."""
        return [self.row()] if self.is_new else [self.before, self.row()]

    @property
    def shown(self) -> Shown:
        """Return what the article shows; it has to be settled."""
        if self._shown is None:
            raise RuntimeError(f"article {self.article.code} is not settled")
        return self._shown

    @property
    def row_changed(self) -> bool:
        """Tell whether the article's own row differs from the database's."""
        return self.row() != self.before

    @property
    def has_edited_body(self) -> bool:
        """Tell whether an editor's text is shown in place of the capture's."""
        return self.shown.edited_html is not None

    @property
    def body_due(self) -> bool:
        """Tell whether the body has to be written: new, or from another capture than before."""
        other = self.before["current_capture_id"] != self.article.current_capture_id
        return self.is_new or self.rewrite_body or (other and not self.has_edited_body)

    def add(self, capture: Capture) -> bool:
        """Put a capture in its place; tell whether the article has one more version for it."""
        before = sum(each.version is not None for each in self.captures)
        twin = next((each for each in self.captures if each.says_the_same_as(capture)), None)
        if twin is not None and twin.hidden:  # a text that was hidden does not come back
            capture.hidden, capture.hidden_by_id = True, twin.hidden_by_id
            capture.hidden_reason = twin.hidden_reason
        self.captures.append(capture)
        self.number()
        return sum(each.version is not None for each in self.captures) > before

    def update(self, capture: Capture, post: ParsedPost, source_id: int) -> list[str]:
        """Set the derived columns of ``capture`` as ``post`` says; return those that differ."""
        values = captured_values(post) | {"source_id": source_id}
        differing = [name for name, value in values.items() if getattr(capture, name) != value]
        for name in differing:
            setattr(capture, name, values[name])
        if differing:
            self.changed_captures[capture.original_id] = capture
        self.posts[capture.original_id] = post
        return differing

    def number(self) -> None:
        """Bring the captures into their order and number the versions."""
        self.captures.sort(key=order_key)
        for capture, number in zip(self.captures, version_numbers(self.captures), strict=True):
            if capture.version != number:
                capture.version = number
                self.changed_captures[capture.original_id] = capture

    def settle(self, zone: str, taken: Callable[[Address], bool]) -> None:
        """Set the article's row to what its captures and edits say; keep or move its address.

        ``taken`` tells whether another article has, or had, an address.
        """
        self._shown = shown_values(self.captures, self.edits)
        self.touched = True
        article = self.article
        day = put_on(article, self.shown, zone)
        article.edited_at = max((edit.created_at for edit in self.edits), default=None)
        if not article.address_frozen:
            slugs = slug_candidates(article.title, article.code)
            if article.slug not in slugs or article.day != day:
                article.day, article.slug = free_address(day, slugs, taken)
        elif article.day != day:
            self.left_paths.append(address_path((article.day, article.slug)))
            slugs = slug_candidates(article.slug, article.code)
            article.day, article.slug = free_address(day, slugs, taken)
        if article.state == State.PUBLISHED:
            article.address_frozen = True

    def post_shown(self) -> ParsedPost:
        """Return the parsed post of the capture that is shown; parsed anew when not at hand."""
        capture = self.shown.capture
        if capture.original_id not in self.posts:
            self.posts[capture.original_id] = parse_capture(capture)
        return self.posts[capture.original_id]

    def body(self) -> tuple[str, str]:
        """Return the HTML and the plain text that the settled article shows."""
        if self.shown.edited_html is not None:
            return self.shown.edited_html, plain_text(self.shown.edited_html)
        post = self.post_shown()
        return post.html, post.text


def new_capture(
    article: Article, post: ParsedPost, source_id: int, path: bytes, now: dt.datetime
) -> Capture:
    """Return a capture of ``article`` that is not in the database yet."""
    return Capture(
        article=article,
        original_id=post.sha256,
        order_path=path,
        source_id=source_id,
        imported_at=now,
        **captured_values(post),
    )
