"""Stories as JSON: the row of a search hit, or everything about one story."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from articles.api.problem_details import format_timestamp
from articles.models import Article, ArticleImage, Capture, ImageState
from articles.selectors.batch_lookups import original_links_by_article, topics_by_article

#: The keys of a row, in order; docs/api.md describes each.
ROW_KEYS = (
    "code", "url", "title", "source", "authors", "tags", "language", "kind", "published_at",
    "versions", "excerpt", "original_url",
)  # fmt: skip


def serialize_rows(stories: Sequence[Article]) -> list[dict[str, Any]]:
    """Return the stories as rows, in the same order; two queries."""
    topics, links = topics_by_article(stories), original_links_by_article(stories)
    return [
        {
            "code": story.code,
            "url": story.get_absolute_url(),
            "title": story.title,
            "source": story.source.name,
            "authors": [story.author.name] if story.author else [],
            "tags": topics.get(story.pk, []),
            "language": story.language,
            "kind": story.kind,
            "published_at": format_timestamp(story.published_at),
            "versions": story.version_count,
            "excerpt": story.excerpt,
            "original_url": links.get(story.pk),
        }
        for story in stories
    ]


def serialize_article(story: Article) -> dict[str, Any]:
    """Return everything about a story that is public."""
    [row] = serialize_rows([story])
    return {
        **row,
        "published_precision": story.published_precision,
        "html": story.body.html,
        "text": story.body.text,
        "captures": [_serialize_capture(each) for each in _public_captures(story)],
        "images": [_serialize_image(each) for each in story.pictures.select_related("image")],
    }


def _public_captures(story: Article) -> list[Capture]:
    """Return the captures that are not hidden, newest first."""
    captures = story.captures.filter(hidden=False).order_by("-front_matter_at", "-id")
    columns = ("version", "published_at", "front_matter_at", "imported_at", "original_id")
    return list(captures.only(*columns))


def _serialize_capture(capture: Capture) -> dict[str, Any]:
    front_matter_at = capture.front_matter_at
    return {
        "version": capture.version,
        "dates": {
            "published_at": format_timestamp(capture.published_at),
            "post_file": format_timestamp(front_matter_at) if front_matter_at else None,
            "imported_at": format_timestamp(capture.imported_at),
        },
        "sha256": capture.original_id,
    }


def _serialize_image(article_image: ArticleImage) -> dict[str, Any]:
    image = article_image.image
    return {
        "code": image.code,
        "url": image.get_absolute_url(),
        "original_url": image.url or None,
        "alt": article_image.alt,
        "caption": article_image.caption,
        "held": image.state == ImageState.HELD,
        "width": image.width,
        "height": image.height,
    }
