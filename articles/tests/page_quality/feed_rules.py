"""Faults of a feed by the rules of its format; numbers are sections of the standard.

Atom: RFC 4287 and, for paged feeds, RFC 5005. RSS: RSS 2.0. JSON Feed: version 1.1.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, fromstring

_ATOM = "{http://www.w3.org/2005/Atom}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # BCP 47, as far as we use it
_ONE, _NONE_OR_ONE, _MANY = (1, 1), (0, 1), (0, 10_000)
#: How often each child element may occur: minimum and maximum (4.1.1 and 4.1.2).
_FEED = {
    "id": _ONE, "title": _ONE, "updated": _ONE, "author": _MANY, "category": _MANY,
    "generator": _NONE_OR_ONE, "icon": _NONE_OR_ONE, "link": _MANY, "logo": _NONE_OR_ONE,
    "rights": _NONE_OR_ONE, "subtitle": _NONE_OR_ONE, "entry": _MANY,
}  # fmt: skip
_ENTRY = {
    "id": _ONE, "title": _ONE, "updated": _ONE, "author": _MANY, "category": _MANY,
    "content": _NONE_OR_ONE, "link": _MANY, "published": _NONE_OR_ONE, "rights": _NONE_OR_ONE,
    "source": _NONE_OR_ONE, "summary": _NONE_OR_ONE,
}  # fmt: skip


def atom_faults(content: bytes) -> Iterator[str]:
    """Yield the faults of an Atom feed."""
    root = fromstring(content)
    if root.tag != f"{_ATOM}feed":
        yield f"the root is {root.tag}"
        return
    yield from _child_count_faults(root, _FEED)
    rels = [link.get("rel", "alternate") for link in root.findall(f"{_ATOM}link")]
    if "self" not in rels or "alternate" not in rels:
        yield "no link to the feed itself, or none to the page (4.1.1)"
    entries = root.findall(f"{_ATOM}entry")
    yield from _duplicate_id_faults(entry.findtext(f"{_ATOM}id", "") for entry in entries)
    for entry in entries:
        yield from _child_count_faults(entry, _ENTRY)
        if entry.find(f"{_ATOM}author") is None and root.find(f"{_ATOM}author") is None:
            yield "an entry without an author (4.1.2)"
        content_element = entry.find(f"{_ATOM}content")
        if content_element is not None and content_element.get("type") not in {"html", "text"}:
            yield "content of another type than html or text (4.1.3)"
    for element in root.iter():
        yield from _element_faults(element)


def _element_faults(element: Element) -> Iterator[str]:
    name, text = element.tag.removeprefix(_ATOM), (element.text or "").strip()
    match name:
        case "updated" | "published":
            yield from _rfc3339_faults(text)  # 3.3
        case "id":
            yield from _url_faults(text)  # 4.2.6: an IRI
        case "link":
            yield from _url_faults(element.get("href", ""))  # 4.2.7.1
        case "category" if not element.get("term"):
            yield "a category without a term (4.2.2.1)"
        case "author" if not element.findtext(f"{_ATOM}name", "").strip():
            yield "an author without a name (3.2.1)"
        case "title" if list(element):
            yield "a title with elements (3.1.1)"
    language = element.get(_LANG)
    if language is not None and language and not _TAG.fullmatch(language):
        yield f"not a language tag: {language} (2)"


def rss_faults(content: bytes) -> Iterator[str]:
    """Yield the faults of an RSS feed."""
    root = fromstring(content)
    channel = root.find("channel")
    if (root.tag, root.get("version")) != ("rss", "2.0") or channel is None or len(root) != 1:
        yield "no channel of RSS 2.0"
        return
    for name in ("title", "link", "description"):
        if len(channel.findall(name)) != 1 or not channel.findtext(name, "").strip():
            yield f"the channel has no {name}, or several"
    yield from _url_faults(channel.findtext("link", ""))
    yield from _rfc822_faults(channel.findtext("lastBuildDate", ""))
    items = channel.findall("item")
    yield from _duplicate_id_faults(item.findtext("guid", "") for item in items)
    for item in items:
        if not (item.findtext("title", "") or item.findtext("description", "")):
            yield "an item without title and description"
        for name in ("title", "link", "guid", "pubDate", "description", "source"):
            if len(item.findall(name)) > 1:
                yield f"an item with several of {name}"
        yield from _url_faults(item.findtext("link", ""))
        yield from _rfc822_faults(item.findtext("pubDate", ""))
        source = item.find("source")
        if source is not None:
            yield from _url_faults(source.get("url", ""))
    for element in channel.iter(f"{_ATOM}link"):
        yield from _url_faults(element.get("href", ""))


def json_faults(content: bytes) -> Iterator[str]:
    """Yield the faults of a JSON feed."""
    feed: dict[str, Any] = json.loads(content)
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield f"the version is {feed.get('version')}"
    if not feed.get("title") or not isinstance(feed.get("items"), list):
        yield "no title or no items"
    for name in ("home_page_url", "feed_url", "next_url"):
        if name in feed:
            yield from _url_faults(feed[name])
    if feed.get("next_url") == feed.get("feed_url"):
        yield "the next page is this page"
    yield from _duplicate_id_faults(item.get("id", "") for item in feed["items"])
    for item in feed["items"]:
        if not (isinstance(item.get("id"), str) and item["id"]):
            yield "an item without an id"
        if "content_html" not in item and "content_text" not in item:
            yield f"an item without content: {item.get('id')}"
        if None in item.values():
            yield f"a value that is null: {item.get('id')}"
        yield from _url_faults(item.get("url", ""))
        for name in ("date_published", "date_modified"):
            yield from _rfc3339_faults(item.get(name, ""))
        for author in item.get("authors", []):
            if not (author.get("name") or author.get("url")):
                yield f"an author without name and URL: {item.get('id')}"
        if "language" in item and not _TAG.fullmatch(item["language"]):
            yield f"not a language tag: {item['language']}"


def _child_count_faults(element: Element, allowed: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    names = [child.tag.removeprefix(_ATOM) for child in element if child.tag.startswith(_ATOM)]
    for name in sorted({*names, *allowed}):
        least, most = allowed.get(name, (0, 0))
        if not least <= names.count(name) <= most:
            yield f"{names.count(name)} of {name} in {element.tag.removeprefix(_ATOM)}"
    links = [
        (link.get("type"), link.get("hreflang"))
        for link in element.findall(f"{_ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    ]
    if len(links) != len(set(links)):
        yield "several links to the same form of the page (4.1.1, 4.1.2)"


def _duplicate_id_faults(ids: Iterator[str]) -> Iterator[str]:
    seen = list(ids)
    if len(seen) != len(set(seen)):
        yield "a duplicate id"


def _url_faults(text: str) -> Iterator[str]:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https", "tag", "urn"} or re.search(r"\s", text):
        yield f"not an absolute URL: {text!r}"


def _rfc3339_faults(text: str) -> Iterator[str]:
    """Yield the faults of a timestamp: RFC 3339 requires the zone, and ``T`` before the time."""
    try:
        parsed = dt.datetime.fromisoformat(text)
    except ValueError:
        yield f"not a timestamp: {text!r}"
        return
    if parsed.tzinfo is None or "T" not in text:
        yield f"a timestamp without zone or T: {text!r}"


def _rfc822_faults(text: str) -> Iterator[str]:
    """Yield the faults of a date: RFC 822, with a year of four digits."""
    try:
        parsedate_to_datetime(text)
    except ValueError:
        yield f"not an RFC 822 date: {text!r}"
