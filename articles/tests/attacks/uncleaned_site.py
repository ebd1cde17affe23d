"""The archive without its cleaning: what the control run imports and shows.

Bodies are stored as they came, templates and ``format_html`` escape nothing, addresses are links
whatever they say. Called before Django is set up; the process serves nothing else.
"""

from __future__ import annotations

from typing import Any
from unittest import mock

from articles.content.html.cleaning.sanitizer import Cleaned
from articles.content.html.restructuring.structure import Structured
from articles.content.post_file import parsing


def _structure(html: str, **_: Any) -> Structured:
    return Structured(html=html, pictures=(), removals=(), date=None, byline="", is_excerpt=False)


def _clean_html(html: str) -> Cleaned:
    return Cleaned(html)


def take_the_walls_down() -> None:
    """Replace cleaning and escaping in this process, for good."""
    mock.patch.object(parsing, "structure", _structure).start()
    mock.patch.object(parsing, "clean_html", _clean_html).start()
    for name in (
        "django.utils.html.escape",
        "django.utils.html.conditional_escape",
        "django.template.base.conditional_escape",
        "django.template.library.conditional_escape",
        "django.template.defaultfilters.conditional_escape",
        "django.template.defaultfilters.escape",
    ):
        mock.patch(name, lambda text: text if hasattr(text, "__html__") else str(text)).start()


def take_the_editors_walls_down() -> None:
    """Do the same to modules that can be imported only when Django is set up."""
    from articles.publishing import editing
    from articles.selectors import provenance

    def original_of(capture: Any) -> provenance.Original | None:
        known = capture is not None and capture.url
        return provenance.Original(capture.url, "", capture.url) if known else None

    mock.patch.object(editing, "clean_html", _clean_html).start()
    mock.patch.object(provenance, "original_of", original_of).start()
    for name in ("articles.views.story.article", "articles.views.story.versions"):
        mock.patch(f"{name}.original_of", original_of).start()
