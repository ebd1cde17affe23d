"""Atom 1.0 (RFC 4287), in pages (RFC 5005)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from articles.feeds.feed_model import Entry, Feed
from articles.feeds.xml_writer import ATOM, add, in_language, written

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def write(feed: Feed) -> bytes:
    """Return the feed as a document."""
    root = Element("feed", {"xmlns": ATOM})
    add(root, "id", feed.first)
    add(root, "title", feed.title)
    add(root, "updated", feed.updated.isoformat())
    add(root, "link", rel="self", type="application/atom+xml", href=feed.here)
    add(root, "link", rel="alternate", type="text/html", href=feed.url)
    add(root, "link", rel="first", href=feed.first)
    if feed.next:
        add(root, "link", rel="next", href=feed.next)
    for entry in feed.entries:
        _add_entry(root, entry)
    return written(root)


def _add_entry(root: Element, entry: Entry) -> None:
    element = in_language(add(root, "entry"), entry.language)
    add(element, "id", entry.id)
    add(element, "title", entry.title)
    add(element, "published", entry.published.isoformat())
    add(element, "updated", entry.updated.isoformat())
    add(element, "link", rel="alternate", type="text/html", href=entry.url)
    if entry.original:
        add(element, "link", rel="via", href=entry.original)
    add(add(element, "author"), "name", entry.author or entry.outlet.name)
    for topic in entry.topics:
        add(element, "category", term=topic)
    add(element, "summary", entry.summary)
    add(element, "content", entry.html, type="html")
    source = add(element, "source")
    add(source, "id", entry.outlet.url)
    add(source, "title", entry.outlet.name)
    add(source, "updated", entry.updated.isoformat())
