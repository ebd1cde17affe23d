"""A preview of an article's public page: it writes nothing, and its scripts cannot run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin

from articles.admin.article.form import ArticleForm
from articles.admin.article.form_values import article_values
from articles.admin.base.typed_bases import ModelAdmin
from articles.content.html.html_to_text import html_to_text
from articles.content.text.slugs import make_slug
from articles.deriving.captures import parse_capture
from articles.deriving.edit_overlay import apply_effective_values, effective_values
from articles.models import Article, ArticleBody, ArticleEdit, Author, EditedField, Tag
from articles.publishing.editing import EditValue
from articles.views.article.story_context import build_story_context
from articles.views.public_pages import body_context

#: No scripts, no forms, and only the admin's own pages may embed it in a frame.
_CSP = {
    "sandbox": True,
    "script-src": None,
    "form-action": "'none'",
    "frame-src": None,
    "frame-ancestors": "'self'",
}


def preview_view(model_admin: ModelAdmin) -> Callable[..., HttpResponseBase]:
    """Return the view of an article as saved (GET) or with the values of the form (POST)."""

    def view(request: HttpRequest, article: Article) -> HttpResponse:
        changes: Mapping[str, EditValue] = {}
        reverted: Collection[str] = ()
        if request.method == "POST":
            form = ArticleForm(request.POST, instance=article)
            if not form.is_valid():
                context = {"form": form, "article": article}
                template = "admin/articles/article/preview_refused.html"
                return render(request, template, context, status=400)
            changes, reverted = form.changes, form.reverted
        context = _preview_context(article, changes, reverted)
        return render(request, "admin/articles/article/preview.html", context)

    sandboxed: Any = csp_replace(_CSP)  # its stubs allow only views without further arguments
    page: Callable[..., HttpResponseBase] = xframe_options_sameorigin(sandboxed(view))
    return page


#: Path below the article's page, view factory, required permission, URL name.
ROUTES = (("preview/", preview_view, "view", "articles_article_preview"),)


def _preview_context(
    article: Article, changes: Mapping[str, EditValue], reverted: Collection[str]
) -> dict[str, Any]:
    """Return the context of the public page's template; changes ``article`` in memory only."""
    values = article_values(article)
    edits = {field: edit for field, edit in values.edits.items() if field not in reverted}
    edits |= {field: ArticleEdit(field=field, value=value) for field, value in changes.items()}
    effective = effective_values(values.captures, edits.values())
    html = effective.edited_html
    if html is None:
        is_stored = EditedField.HTML not in values.edits
        html = article.body.html if is_stored else parse_capture(effective.capture).html
    article.day = apply_effective_values(article, effective, settings.ARCHIVE_TIME_ZONE)
    article.author = (
        Author(name=effective.author, slug=make_slug(effective.author))
        if effective.author
        else None
    )
    body = ArticleBody(html=html, text=html_to_text(html))
    tags = [Tag(name=name, slug=make_slug(name)) for name in effective.tags]
    context = build_story_context(article, body, tags, map(EditedField, edits))
    # Both an edit's value and the HTML of parse_capture have passed clean_html.
    return context | body_context(html) | {"unsaved": bool(changes or reverted)}
