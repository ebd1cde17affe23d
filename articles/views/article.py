"""The page of one story, and the short address that always leads to it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponseBase

from articles.content.html.marking import marked_html
from articles.deriving.provenance import (
    clocks_of,
    newest_captures,
    original_of,
    video_of,
    what_is_held,
    words_for,
)
from articles.doors.visible import by_code, seen_by_public
from articles.models import Article, EditedField, Tag
from articles.searching.snippets import pieces, spans
from articles.searching.words import terms_of
from articles.views.finding import date_of, moved_from, redirect_to
from articles.views.public import public_page, story_page


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
    edited = story.edits.filter(active=True).order_by("field").values_list("field", flat=True)
    older, newer = _neighbours(story)
    context = {
        "article": story,
        "title": pieces(story.title, wanted),
        "is_marked": bool(wanted),
        "capture": story.current_capture,
        "held": what_is_held(story, story.body),
        "video": video_of(story, story.body.html),
        "tags": Tag.objects.filter(taggings__content_object=story).order_by("name"),
        "edited": words_for(EditedField(field) for field in edited),
        "clocks": clocks_of(story),
        "original": original_of(story.current_capture),
        "captures": newest_captures(story),
        "older": older,
        "newer": newer,
    }
    html = story.body.html
    if wanted:
        in_text = [term for term in wanted if term.field == "any"]
        html = marked_html(html, partial(spans, terms=in_text))
    return story_page(request, "pages/article.html", context, html)


@public_page
def code(request: HttpRequest, code: str) -> HttpResponseBase:
    """Redirect from a story's short address to the one it has now."""
    return redirect_to(by_code(Article.objects.all(), code))


def _neighbours(story: Article) -> tuple[Article | None, Article | None]:
    """Return the outlet's public stories just before and just after ``story``."""
    stories = Article.objects.published().filter(source=story.source_id)
    stories = stories.only("title", "slug", "day", "language")
    same_moment = {"published_at": story.published_at}
    before = stories.filter(published_at__lte=story.published_at)
    before = before.exclude(**same_moment, id__gte=story.pk)
    after = stories.filter(published_at__gte=story.published_at)
    after = after.exclude(**same_moment, id__lte=story.pk)
    return (
        before.order_by("-published_at", "-id").first(),
        after.order_by("published_at", "id").first(),
    )
