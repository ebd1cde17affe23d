"""A story as linked data: schema.org's ``NewsArticle`` or ``VideoObject``, as JSON-LD."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from articles.content.output.citations import CitedWork

#: Characters that could end a script element, begin a comment in it, or end a line of JavaScript.
_SCRIPT_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """The metadata of a story's page. Unknown values are empty.

    ``url`` is the page's own URL, ``canonical_url`` the one that search engines should prefer,
    ``modified`` the date of the outlet's last change, in ISO 8601, ``player_url`` the player of a
    story that is a video.
    """

    url: str
    canonical_url: str
    archive_home_url: str
    outlet_home_url: str
    description: str
    image_url: str
    modified: str
    topics: tuple[str, ...]
    is_video: bool = False
    player_url: str = ""


def build_linked_data(work: CitedWork, page: PageMetadata) -> dict[str, Any]:
    """Return the story as JSON-LD: published by its outlet, provided by the archive."""
    work = work.normalized
    archive = _without_empty(
        {"@type": "Organization", "name": work.archive_name, "url": page.archive_home_url}
    )
    outlet = {"@type": "NewsMediaOrganization", "name": work.outlet, "url": page.outlet_home_url}
    if page.is_video:
        kind = {
            "@type": "VideoObject",
            "name": work.title,
            "uploadDate": work.published_iso,
            "embedUrl": page.player_url,
            "thumbnailUrl": page.image_url,
        }
    else:
        kind = {"@type": "NewsArticle", "headline": work.title}
    story = {
        "@context": "https://schema.org",
        **kind,
        "url": page.url,
        "mainEntityOfPage": page.canonical_url,
        "description": page.description,
        "datePublished": work.published_iso,
        "dateModified": page.modified,
        "author": _author_node(work),
        "publisher": _without_empty(outlet),
        "inLanguage": work.language,
        "keywords": list(page.topics),
        "image": page.image_url,
        "isAccessibleForFree": True,
        "isBasedOn": work.original_url,
        "archivedAt": work.archive_url,
        "provider": archive,
        "sdPublisher": archive,
    }
    return _without_empty(story)


def _author_node(work: CitedWork) -> dict[str, str] | None:
    """Return the author node: a person, unless the byline is the outlet's own name."""
    if not work.author:
        return None
    kind = "Organization" if work.author == work.outlet else "Person"
    return {"@type": kind, "name": work.author}


def serialize_for_script(value: Any) -> str:
    """Return ``value`` as JSON that is safe inside a script element.

    >>> serialize_for_script("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_SCRIPT_ESCAPES)


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
