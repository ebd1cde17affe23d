"""Select the lead stories of a day for the front page, each with a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Substr

from articles.content.post_file.parsing import Kind
from articles.content.text.excerpts import make_excerpt
from articles.models import Article, ArticleBody, ArticleImage, ImageState

MAX_LEADS = 4
_EXCERPT_LENGTH = 700  # characters, for the first lead story
_EXCERPT_LENGTH_HAN = 260  # in Chinese or Japanese: one is as wide as two or three letters
_MAX_RANK = 3000  # characters; longer texts do not rank higher


@dataclass(frozen=True, slots=True)
class LeadStory:
    """A story, its excerpt, and its first picture that is in the archive."""

    story: Article
    excerpt: str
    picture: ArticleImage | None


def select_lead_stories(stories: Sequence[Article]) -> list[LeadStory]:
    """Return at most four of ``stories``, each of another outlet, ranked by length.

    No one chooses them: a story ranks by the length of its text up to a limit; the tie-break is the
    order of ``stories``, newest first. Stories without a headline or a text are never selected. The
    first one has a longer excerpt. Two queries: for the pictures and for that excerpt.
    """
    ranked = sorted(stories, key=_rank, reverse=True)
    chosen: dict[int, Article] = {}
    for story in ranked:
        if story.title and story.excerpt and story.kind == Kind.STORY:
            chosen.setdefault(story.source_id, story)
    leads = list(chosen.values())[:MAX_LEADS]
    pictures, excerpts = _first_pictures(leads), _longer_excerpts(leads[:1])
    return [
        LeadStory(story, excerpts.get(story.pk, story.excerpt), pictures.get(story.pk))
        for story in leads
    ]


def _rank(story: Article) -> int:
    return min(story.character_count, _MAX_RANK)


def _longer_excerpts(stories: Sequence[Article]) -> dict[int, str]:
    lengths = {
        story.pk: _EXCERPT_LENGTH_HAN
        if story.language.startswith(("zh", "ja"))
        else _EXCERPT_LENGTH
        for story in stories
    }
    texts = ArticleBody.objects.filter(pk__in=lengths)
    openings = texts.annotate(beginning=Substr("text", 1, 4 * _EXCERPT_LENGTH))
    return {
        pk: make_excerpt(text, lengths[pk]) for pk, text in openings.values_list("pk", "beginning")
    }


def _first_pictures(stories: Sequence[Article]) -> dict[int, ArticleImage]:
    placements = ArticleImage.objects.filter(article__in=stories, image__state=ImageState.HELD)
    pictures: dict[int, ArticleImage] = {}
    for placement in placements.select_related("image").order_by("article", "position"):
        pictures.setdefault(placement.article_id, placement)
    return pictures
