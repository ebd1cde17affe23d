"""A story as it is told to programs: a row of a search, or all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from articles.api.problem_details import instant
from articles.models import Article, ArticleImage, Capture, ImageState
from articles.selectors.batch_lookups import links_of, topics_of

#: The keys of a row, in their order; docs/api.md says what each is.
KEYS = (
    "code", "url", "title", "source", "authors", "tags", "language", "kind", "published_at",
    "versions", "excerpt", "original_url",
)  # fmt: skip


def rows_of(stories: Sequence[Article]) -> list[dict[str, Any]]:
    """Return the stories as rows, in their order; two queries."""
    topics, links = topics_of(stories), links_of(stories)
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
            "published_at": instant(story.published_at),
            "versions": story.version_count,
            "excerpt": story.excerpt,
            "original_url": links.get(story.pk),
        }
        for story in stories
    ]


def whole(story: Article) -> dict[str, Any]:
    """Return all that the public may have of a story."""
    [row] = rows_of([story])
    return {
        **row,
        "published_precision": story.published_precision,
        "html": story.body.html,
        "text": story.body.text,
        "captures": [_capture(each) for each in _captures(story)],
        "images": [_picture(each) for each in story.pictures.select_related("image")],
    }


def _captures(story: Article) -> list[Capture]:
    """Return the captures that are not hidden, the newest first."""
    seen = story.captures.filter(hidden=False).order_by("-front_matter_at", "-id")
    columns = ("version", "published_at", "front_matter_at", "imported_at", "original_id")
    return list(seen.only(*columns))


def _capture(capture: Capture) -> dict[str, Any]:
    stated = capture.front_matter_at
    return {
        "version": capture.version,
        "dates": {
            "published_at": instant(capture.published_at),
            "post_file": instant(stated) if stated else None,
            "imported_at": instant(capture.imported_at),
        },
        "sha256": capture.original_id,
    }


def _picture(place: ArticleImage) -> dict[str, Any]:
    image = place.image
    return {
        "code": image.code,
        "url": image.get_absolute_url(),
        "original_url": image.url or None,
        "alt": place.alt,
        "caption": place.caption,
        "held": image.state == ImageState.HELD,
        "width": image.width,
        "height": image.height,
    }
