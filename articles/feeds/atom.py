"""Atom 1.0 (RFC 4287), paged (RFC 5005)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from articles.feeds.feed_model import Entry, Feed
from articles.feeds.xml_writer import ATOM, add_element, serialize_document, set_language

CONTENT_TYPE = "application/atom+xml; charset=utf-8"


def serialize(feed: Feed) -> bytes:
    """Return the feed as an Atom document in UTF-8."""
    root = Element("feed", {"xmlns": ATOM})
    add_element(root, "id", feed.first_url)
    add_element(root, "title", feed.title)
    add_element(root, "updated", feed.updated.isoformat())
    add_element(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    add_element(root, "link", rel="alternate", type="text/html", href=feed.url)
    add_element(root, "link", rel="first", href=feed.first_url)
    if feed.next_url:
        add_element(root, "link", rel="next", href=feed.next_url)
    for entry in feed.entries:
        _add_entry(root, entry)
    return serialize_document(root)


def _add_entry(root: Element, entry: Entry) -> None:
    element = set_language(add_element(root, "entry"), entry.language)
    add_element(element, "id", entry.id)
    add_element(element, "title", entry.title)
    add_element(element, "published", entry.published.isoformat())
    add_element(element, "updated", entry.updated.isoformat())
    add_element(element, "link", rel="alternate", type="text/html", href=entry.url)
    if entry.original_url:
        add_element(element, "link", rel="via", href=entry.original_url)
    add_element(add_element(element, "author"), "name", entry.author or entry.source.name)
    for tag in entry.tags:
        add_element(element, "category", term=tag)
    add_element(element, "summary", entry.summary)
    add_element(element, "content", entry.html, type="html")
    source = add_element(element, "source")
    add_element(source, "id", entry.source.url)
    add_element(source, "title", entry.source.name)
    add_element(source, "updated", entry.updated.isoformat())
