"""The page of one story, and the short address that always leads to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from articles.content.html.highlighting import marked_html
from articles.content.text.reading_time import reading_minutes
from articles.http.public_visibility import by_code, seen_by_public
from articles.models import Article, EditedField, Tag
from articles.searching.conditions import Term
from articles.searching.query_terms import terms_of
from articles.searching.snippets import pieces, spans
from articles.selectors.provenance import (
    WORDS,
    changed_of,
    clocks_of,
    newest_captures,
    original_of,
    video_of,
    what_is_held,
    words_for,
)
from articles.views.public_pages import public_page, story_page
from articles.views.story.article_lookup import date_of, moved_from, redirect_to
from articles.views.story.article_metadata import head_of
from articles.views.story.citations import citations_of, permanent_url


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stories just before and just after another one in some list."""

    older: Article | None
    newer: Article | None


@public_page
def article(request: HttpRequest, year: int, month: int, day: int, slug: str) -> HttpResponseBase:
    """Return a story's page; its former addresses redirect to it.

    ``?mark=WORDS`` marks what a search has looked for.
    """
    stories = Article.objects.select_related("source", "author", "body", "current_capture")
    story = stories.filter(day=date_of(year, month, day), slug=slug).first()
    if story is None:
        return moved_from(request.path_info)
    seen_by_public(story)
    wanted = terms_of(request.GET.get("mark", ""))
    html = story.body.html
    if wanted:
        in_text = [term for term in wanted if term.field == "any"]
        html = marked_html(html, partial(spans, terms=in_text))
    return story_page(request, "pages/article.html", _context(story, wanted), html)


@public_page
def code(request: HttpRequest, code: str) -> HttpResponseBase:
    """Redirect from a story's short address to the one it has now."""
    return redirect_to(by_code(Article.objects.all(), code))


def _context(story: Article, wanted: Sequence[Term]) -> dict[str, Any]:
    active = story.edits.filter(active=True).order_by("field")
    edited = [EditedField(field) for field in active.values_list("field", flat=True)]
    public = Article.objects.published()
    tags = list(Tag.objects.filter(taggings__content_object=story).order_by("name"))
    return {
        "article": story,
        "head": head_of(story, [tag.name for tag in tags]),
        "title": pieces(story.title, wanted),
        "minutes": reading_minutes(story.body.text),
        "capture": story.current_capture,
        "changed": changed_of(story),
        "held": what_is_held(story, story.body),
        "video": video_of(story, story.body.html),
        "tags": tags,
        "edited": words_for(edited),
        "gives_files": WORDS.isdisjoint(edited),
        "clocks": clocks_of(story),
        "original": original_of(story.current_capture),
        "captures": newest_captures(story),
        "permanent": permanent_url(story),
        "citations": citations_of(story),
        "in_outlet": _neighbours(story, public.filter(source=story.source_id)),
        "in_day": _neighbours(story, public.on_day(story.day)),
    }


def _neighbours(story: Article, stories: QuerySet[Article]) -> Neighbours:
    """Return which of ``stories`` stand just before and just after ``story``; two queries."""
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
