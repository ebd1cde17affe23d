"""RSS 2.0, paged by means of Atom's link elements."""

from __future__ import annotations

from email.utils import format_datetime
from xml.etree.ElementTree import Element

from articles.feeds.feed_model import Entry, Feed
from articles.feeds.xml_writer import ATOM, CONTENT, DUBLIN_CORE, add_element, serialize_document

CONTENT_TYPE = "application/rss+xml; charset=utf-8"
_LINK = f"{{{ATOM}}}link"


def serialize(feed: Feed) -> bytes:
    """Return the feed as an RSS document in UTF-8."""
    root = Element("rss", {"version": "2.0"})
    channel = add_element(root, "channel")
    add_element(channel, "title", feed.title)
    add_element(channel, "link", feed.url)
    add_element(channel, "description", feed.title)
    add_element(channel, "lastBuildDate", format_datetime(feed.updated))
    add_element(channel, _LINK, rel="self", type="application/rss+xml", href=feed.self_url)
    add_element(channel, _LINK, rel="first", href=feed.first_url)
    if feed.next_url:
        add_element(channel, _LINK, rel="next", href=feed.next_url)
    for entry in feed.entries:
        _add_item(channel, entry)
    return serialize_document(root)


def _add_item(channel: Element, entry: Entry) -> None:
    item = add_element(channel, "item")
    add_element(item, "title", entry.title)
    add_element(item, "link", entry.url)
    add_element(item, "guid", entry.id, isPermaLink="false")
    add_element(item, "pubDate", format_datetime(entry.published))
    add_element(item, f"{{{ATOM}}}updated", entry.updated.isoformat())
    if entry.original_url:
        add_element(item, _LINK, rel="via", href=entry.original_url)
    if entry.author:
        add_element(item, f"{{{DUBLIN_CORE}}}creator", entry.author)
    if entry.language:
        add_element(item, f"{{{DUBLIN_CORE}}}language", entry.language)
    for tag in entry.tags:
        add_element(item, "category", tag)
    add_element(item, "description", entry.summary)
    add_element(item, f"{{{CONTENT}}}encoded", entry.html)
    add_element(item, "source", entry.source.name, url=entry.source.url)
