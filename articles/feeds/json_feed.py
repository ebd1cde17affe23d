"""JSON Feed 1.1."""

from __future__ import annotations

import json
from typing import Any

from articles.feeds.feed_model import Entry, Feed

CONTENT_TYPE = "application/feed+json; charset=utf-8"
VERSION = "https://jsonfeed.org/version/1.1"


def write(feed: Feed) -> bytes:
    """Return the feed as a document."""
    told: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.here,
        "items": [_item(entry) for entry in feed.entries],
    }
    if feed.next:
        told["next_url"] = feed.next
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.original,
        "title": entry.title,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "tags": entry.topics,
        "language": entry.language,
    }
    authors = [{"name": entry.author}] if entry.author else []
    return {
        **{key: value for key, value in item.items() if value},
        "authors": [*authors, {"name": entry.outlet.name, "url": entry.outlet.url}],
        "content_html": entry.html,
    }
