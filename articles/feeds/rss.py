"""RSS 2.0, in pages by Atom's links."""

from __future__ import annotations

from email.utils import format_datetime
from xml.etree.ElementTree import Element

from articles.feeds.feed_model import Entry, Feed
from articles.feeds.xml_writer import ATOM, CONTENT, DUBLIN_CORE, add, written

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
_LINK = f"{{{ATOM}}}link"


def write(feed: Feed) -> bytes:
    """Return the feed as a document."""
    root = Element("rss", {"version": "2.0"})
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.url)
    add(channel, "description", feed.title)
    add(channel, "lastBuildDate", format_datetime(feed.updated))
    add(channel, _LINK, rel="self", type="application/rss+xml", href=feed.here)
    add(channel, _LINK, rel="first", href=feed.first)
    if feed.next:
        add(channel, _LINK, rel="next", href=feed.next)
    for entry in feed.entries:
        _add_item(channel, entry)
    return written(root)


def _add_item(channel: Element, entry: Entry) -> None:
    item = add(channel, "item")
    add(item, "title", entry.title)
    add(item, "link", entry.url)
    add(item, "guid", entry.id, isPermaLink="false")
    add(item, "pubDate", format_datetime(entry.published))
    add(item, f"{{{ATOM}}}updated", entry.updated.isoformat())
    if entry.original:
        add(item, _LINK, rel="via", href=entry.original)
    if entry.author:
        add(item, f"{{{DUBLIN_CORE}}}creator", entry.author)
    if entry.language:
        add(item, f"{{{DUBLIN_CORE}}}language", entry.language)
    for topic in entry.topics:
        add(item, "category", topic)
    add(item, "description", entry.summary)
    add(item, f"{{{CONTENT}}}encoded", entry.html)
    add(item, "source", entry.outlet.name, url=entry.outlet.url)
