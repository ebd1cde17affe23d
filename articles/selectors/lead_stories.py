"""Which stories of a day stand first on the front page, and the picture beside each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Substr

from articles.content.post_file.parsing import Kind
from articles.content.text.excerpts import excerpt_of
from articles.models import Article, ArticleBody, ArticleImage, ImageState

LEADS = 4
_OPENING = 700  # characters of the first one's text
_OPENING_HAN = 260  # of a Chinese or Japanese one: each is as wide as two or three letters
_LONG = 3000  # characters; beyond that a text is no weightier for being longer


@dataclass(frozen=True, slots=True)
class Lead:
    """A story, how it begins, and the first picture of it that the archive holds."""

    story: Article
    opening: str
    picture: ArticleImage | None


def leads_of(stories: Sequence[Article]) -> list[Lead]:
    """Return at most four of ``stories``, the weightiest first, each of another outlet.

    Nobody chooses them: a text weighs by its length up to a limit, and of equal ones the newer
    stands first. What has no headline or no text leads nowhere. The first one tells more of its
    text. Two queries, for the pictures and for that text.
    """
    ranked = sorted(stories, key=_weight, reverse=True)
    chosen: dict[int, Article] = {}
    for story in ranked:
        if story.title and story.excerpt and story.kind == Kind.STORY:
            chosen.setdefault(story.source_id, story)
    leads = list(chosen.values())[:LEADS]
    pictures, openings = _pictures(leads), _openings(leads[:1])
    return [
        Lead(story, openings.get(story.pk, story.excerpt), pictures.get(story.pk))
        for story in leads
    ]


def _weight(story: Article) -> int:
    return min(story.character_count, _LONG)


def _openings(stories: Sequence[Article]) -> dict[int, str]:
    lengths = {
        story.pk: _OPENING_HAN if story.language.startswith(("zh", "ja")) else _OPENING
        for story in stories
    }
    texts = ArticleBody.objects.filter(pk__in=lengths)
    beginnings = texts.annotate(beginning=Substr("text", 1, 4 * _OPENING))
    return {
        pk: excerpt_of(text, lengths[pk]) for pk, text in beginnings.values_list("pk", "beginning")
    }


def _pictures(stories: Sequence[Article]) -> dict[int, ArticleImage]:
    held = ArticleImage.objects.filter(article__in=stories, image__state=ImageState.HELD)
    found: dict[int, ArticleImage] = {}
    for place in held.select_related("image").order_by("article", "position"):
        found.setdefault(place.article_id, place)
    return found
