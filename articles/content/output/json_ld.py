"""A story as linked data: who published it, who keeps this copy (schema.org, JSON-LD)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from articles.content.output.citations import Work

#: What could end a script element, begin a comment in it, or end a line of a program.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Page:
    """The page on which the archive shows a story. What is not known is empty.

    ``address`` is where it stands, ``canonical`` the address that search engines should prefer,
    ``modified`` the date of the outlet's last change, in ISO 8601.
    """

    address: str
    canonical: str
    archive_home: str
    outlet_home: str
    description: str
    image: str
    modified: str
    topics: tuple[str, ...]


def news_article(work: Work, page: Page) -> dict[str, Any]:
    """Return a ``NewsArticle`` as JSON-LD: published by its outlet, provided by the archive."""
    work = work.in_lines
    archive = _told({"@type": "Organization", "name": work.archive, "url": page.archive_home})
    outlet = {"@type": "NewsMediaOrganization", "name": work.outlet, "url": page.outlet_home}
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": page.address,
        "mainEntityOfPage": page.canonical,
        "headline": work.title,
        "description": page.description,
        "datePublished": work.published_iso,
        "dateModified": page.modified,
        "author": _author(work),
        "publisher": _told(outlet),
        "inLanguage": work.language,
        "keywords": list(page.topics),
        "image": page.image,
        "isAccessibleForFree": True,
        "isBasedOn": work.original,
        "archivedAt": work.copy,
        "provider": archive,
        "sdPublisher": archive,
    }
    return _told(article)


def _author(work: Work) -> dict[str, str] | None:
    """Return the byline; all but the outlet's own name is taken for a person's."""
    if not work.author:
        return None
    kind = "Organization" if work.author == work.outlet else "Person"
    return {"@type": kind, "name": work.author}


def script_data(value: Any) -> str:
    """Return ``value`` as JSON that may stand in a script element as it is.

    >>> script_data("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
