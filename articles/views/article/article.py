"""The page of a story, and the short URL that redirects to it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponseBase

from articles.content.html.highlighting import highlight_html
from articles.http.public_visibility import public_article_by_code, require_public
from articles.models import Article, EditedField, Tag
from articles.searching.query_terms import highlight_terms
from articles.searching.snippets import find_spans
from articles.views.article.article_lookup import (
    date_or_404,
    redirect_from_former_path,
    redirect_to_article,
)
from articles.views.article.story_context import build_story_context
from articles.views.public_pages import public_page, render_story_page


@public_page
def article(request: HttpRequest, year: int, month: int, day: int, slug: str) -> HttpResponseBase:
    """Return the page of a story; its former paths redirect to it.

    ``?mark=WORDS`` highlights the terms of a search.
    """
    stories = Article.objects.select_related("source", "author", "body", "current_capture")
    story = stories.filter(day=date_or_404(year, month, day), slug=slug).first()
    if story is None:
        return redirect_from_former_path(request.path_info)
    require_public(story)
    terms = highlight_terms(request.GET.get("mark", ""))
    html = story.body.html
    if terms:
        in_text = [term for term in terms if term.field == "any"]
        html = highlight_html(html, partial(find_spans, terms=in_text))
    edited = [EditedField(edit.field) for edit in story.edits.filter(active=True).only("field")]
    tags = list(Tag.objects.filter(taggings__content_object=story).order_by("name"))
    context = build_story_context(story, story.body, tags, edited, terms)
    return render_story_page(request, "pages/article/article.html", context, html)


@public_page
def code(request: HttpRequest, code: str) -> HttpResponseBase:
    """Redirect from the short URL of a story to its current URL."""
    return redirect_to_article(public_article_by_code(Article.objects.all(), code))
