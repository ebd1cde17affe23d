"""The context of a story's page, for readers and for the preview of editors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from articles.content.text.reading_time import estimate_reading_minutes
from articles.models import Article, ArticleBody, EditedField, Tag
from articles.searching.conditions import Term
from articles.searching.snippets import split_at_hits
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
from articles.views.article.article_metadata import build_head_metadata
from articles.views.article.citations import code_url, make_citations


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The previous and the next story in a list."""

    older: Article | None
    newer: Article | None


def build_story_context(
    story: Article,
    body: ArticleBody,
    tags: Sequence[Tag],
    edited: Iterable[EditedField],
    terms: Sequence[Term] = (),
) -> dict[str, Any]:
    """Return the context of ``pages/article/article.html`` but for the body's HTML.

    ``story`` has source, author and current capture; what is given here may be unsaved. ``edited``
    are the fields that editors have changed, ``terms`` are highlighted in the headline.
    """
    public = Article.objects.published()
    edited = sorted(edited)
    return {
        "article": story,
        "head": build_head_metadata(story, [tag.name for tag in tags]),
        "title": split_at_hits(story.title, terms),
        "minutes": estimate_reading_minutes(body.text),
        "capture": story.current_capture,
        "changed": find_version_changes(story),
        "missing_content": describe_missing_content(story, body),
        "video": video_link(story, body.html),
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
    stories = stories.only("title", "slug", "day", "language").exclude(pk=story.pk)
    same_moment = {"published_at": story.published_at}
    before = stories.filter(published_at__lte=story.published_at)
    before = before.exclude(**same_moment, id__gt=story.pk)
    after = stories.filter(published_at__gte=story.published_at)
    after = after.exclude(**same_moment, id__lt=story.pk)
    return Neighbours(
        before.order_by("-published_at", "-id").first(),
        after.order_by("published_at", "id").first(),
    )
