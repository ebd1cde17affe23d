"""Disable cleaning and escaping, for the control run.

Bodies are stored as they came, templates and ``format_html`` escape nothing, every URL becomes a
link. Call this before Django is set up, in a process that serves nothing else.
"""

from __future__ import annotations

from typing import Any
from unittest import mock

from articles.content.html.cleaning.sanitizer import CleanedHtml
from articles.content.html.restructuring.pipeline import RestructuredBody
from articles.content.post_file import parsing


def _restructure(html: str, **_: Any) -> RestructuredBody:
    return RestructuredBody(
        html=html, pictures=(), removals=(), date=None, byline="", is_excerpt=False
    )


def _clean_html(html: str) -> CleanedHtml:
    return CleanedHtml(html)


def disable_cleaning() -> None:
    """Replace cleaning and escaping in this process; it can't be undone."""
    mock.patch.object(parsing, "restructure", _restructure).start()
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


def disable_cleaning_of_edits() -> None:
    """Do the same in modules that can be imported only after Django is set up."""
    from articles.publishing import editing
    from articles.selectors import provenance

    def original_link(capture: Any) -> provenance.OriginalLink | None:
        known = capture is not None and capture.url
        return provenance.OriginalLink(capture.url, "", capture.url) if known else None

    def clean_editor_html(markup: str) -> editing.EditorHtml:
        return editing.EditorHtml(markup, ())

    for module in ("articles.publishing.editing", "articles.admin.article.form"):
        mock.patch(f"{module}.clean_editor_html", clean_editor_html).start()
    mock.patch.object(provenance, "original_link", original_link).start()
    for name in ("articles.views.article.story_context", "articles.views.article.versions"):
        mock.patch(f"{name}.original_link", original_link).start()
