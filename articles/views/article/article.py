"""The page of a story, and the short URL that redirects to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from articles.content.html.highlighting import highlight_html
from articles.content.text.reading_time import estimate_reading_minutes
from articles.http.public_visibility import public_article_by_code, require_public
from articles.models import Article, EditedField, Tag
from articles.searching.conditions import Term
from articles.searching.query_terms import highlight_terms
from articles.searching.snippets import find_spans, split_at_hits
from articles.selectors.provenance import (
    SENSITIVE_FIELDS,
    describe_missing_content,
    find_version_changes,
    join_field_names,
    newest_captures,
    original_link,
    story_times,
    video_link,
)
from articles.views.article.article_lookup import (
    date_or_404,
    redirect_from_former_path,
    redirect_to_article,
)
from articles.views.article.article_metadata import build_head_metadata
from articles.views.article.citations import code_url, make_citations
from articles.views.public_pages import public_page, render_story_page


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The previous and the next story in a list."""

    older: Article | None
    newer: Article | None


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
    return render_story_page(request, "pages/article/article.html", _context(story, terms), html)


@public_page
def code(request: HttpRequest, code: str) -> HttpResponseBase:
    """Redirect from the short URL of a story to its current URL."""
    return redirect_to_article(public_article_by_code(Article.objects.all(), code))


def _context(story: Article, terms: Sequence[Term]) -> dict[str, Any]:
    active = story.edits.filter(active=True).order_by("field")
    edited = [EditedField(field) for field in active.values_list("field", flat=True)]
    public = Article.objects.published()
    tags = list(Tag.objects.filter(taggings__content_object=story).order_by("name"))
    return {
        "article": story,
        "head": build_head_metadata(story, [tag.name for tag in tags]),
        "title": split_at_hits(story.title, terms),
        "minutes": estimate_reading_minutes(story.body.text),
        "capture": story.current_capture,
        "changed": find_version_changes(story),
        "missing_content": describe_missing_content(story, story.body),
        "video": video_link(story, story.body.html),
        "tags": tags,
        "edited": join_field_names(edited),
        "offers_files": SENSITIVE_FIELDS.isdisjoint(edited),
        "clocks": story_times(story),
        "original": original_link(story.current_capture),
        "captures": newest_captures(story),
        "permanent_url": code_url(story),
        "citations": make_citations(story),
        "in_outlet": _find_neighbours(story, public.filter(source=story.source_id)),
        "in_day": _find_neighbours(story, public.on_day(story.day)),
    }


def _find_neighbours(story: Article, stories: QuerySet[Article]) -> Neighbours:
    """Return the stories directly before and after ``story`` among ``stories``; two queries."""
    stories = stories.only("title", "slug", "day", "language")
    same_moment = {"published_at": story.published_at}
    before = stories.filter(published_at__lte=story.published_at)
    before = before.exclude(**same_moment, id__gte=story.pk)
    after = stories.filter(published_at__gte=story.published_at)
    after = after.exclude(**same_moment, id__lte=story.pk)
    return Neighbours(
        before.order_by("-published_at", "-id").first(),
        after.order_by("published_at", "id").first(),
    )
