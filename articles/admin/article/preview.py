"""The public page of an article as it would be, with nothing written and nothing allowed to run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.clickjacking import xframe_options_sameorigin

from articles.admin.article.form import ArticleForm
from articles.admin.article.form_values import values_of
from articles.admin.base.typed_bases import ModelAdmin
from articles.content.html.plain_text import plain_text
from articles.content.text.slugs import slug_of
from articles.deriving.captures import parse_capture
from articles.deriving.edit_overlay import put_on, shown_values
from articles.models import Article, ArticleBody, ArticleEdit, Author, EditedField, Tag
from articles.publishing.editing import Value
from articles.selectors.provenance import (
    clocks_of,
    newest_captures,
    original_of,
    video_of,
    what_is_held,
    words_for,
)

#: Nothing runs, no form is sent, and only the admin's own page may hold it in a frame.
_POLICY = {
    "sandbox": True,
    "script-src": None,
    "form-action": "'none'",
    "frame-src": None,
    "frame-ancestors": "'self'",
}


def preview(model_admin: ModelAdmin) -> Callable[..., HttpResponseBase]:
    """Return the page of an article as saved (GET) or with the posted form's values (POST)."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        changes: Mapping[str, Value] = {}
        reverted: Collection[str] = ()
        if request.method == "POST":
            form = ArticleForm(request.POST, instance=article)
            if not form.is_valid():
                context = {"form": form, "article": article}
                template = "admin/articles/article/preview_refused.html"
                return render(request, template, context, status=400)
            changes, reverted = form.changes, form.reverted
        context = _context(article, changes, reverted)
        return render(request, "admin/articles/article/preview.html", context)

    sandboxed: Any = csp_replace(_POLICY)  # typed for views without arguments only
    page: Callable[..., HttpResponseBase] = xframe_options_sameorigin(sandboxed(view))
    return page


#: Address below the article's, view, what it needs, name.
PAGES = (("preview/", preview, "view", "articles_article_preview"),)


def _context(
    article: Article, changes: Mapping[str, Value], reverted: Collection[str]
) -> dict[str, Any]:
    """Return what the public page's template shows; ``article`` is changed in memory only."""
    values = values_of(article)
    edits = {field: edit for field, edit in values.edits.items() if field not in reverted}
    edits |= {field: ArticleEdit(field=field, value=value) for field, value in changes.items()}
    shown = shown_values(values.captures, edits.values())
    html = shown.edited_html
    if html is None:
        is_stored = EditedField.HTML not in values.edits
        html = article.body.html if is_stored else parse_capture(shown.capture).html
    article.day = put_on(article, shown, settings.ARCHIVE_TIME_ZONE)
    article.author = Author(name=shown.author, slug=slug_of(shown.author)) if shown.author else None
    return {
        "article": article,
        "capture": shown.capture,
        # Both an edit's value and what parse_capture gives have passed clean_html.
        "html": mark_safe(html),  # noqa: S308
        "tags": [Tag(name=name, slug=slug_of(name)) for name in shown.tags],
        "captures": newest_captures(article),
        "clocks": clocks_of(article),
        "original": original_of(shown.capture),
        "video": video_of(article, html),
        "held": what_is_held(article, ArticleBody(html=html, text=plain_text(html))),
        "edited": words_for(EditedField(field) for field in sorted(edits)),
        "unsaved": bool(changes or reverted),
    }
