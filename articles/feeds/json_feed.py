"""JSON Feed 1.1."""

from __future__ import annotations

import json
from typing import Any

from articles.feeds.feed_model import Entry, Feed

CONTENT_TYPE = "application/feed+json; charset=utf-8"
VERSION = "https://jsonfeed.org/version/1.1"


def serialize(feed: Feed) -> bytes:
    """Return the feed as a JSON Feed document in UTF-8."""
    payload: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.url,
        "feed_url": feed.self_url,
        "items": [_item(entry) for entry in feed.entries],
    }
    if feed.next_url:
        payload["next_url"] = feed.next_url
    return json.dumps(payload, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(entry: Entry) -> dict[str, Any]:
    item = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.original_url,
        "title": entry.title,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "tags": entry.tags,
        "language": entry.language,
    }
    authors = [{"name": entry.author}] if entry.author else []
    return {
        **{key: value for key, value in item.items() if value},
        "authors": [*authors, {"name": entry.source.name, "url": entry.source.url}],
        "content_html": entry.html,
    }
