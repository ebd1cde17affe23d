"""What machines read in the head of a story's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from articles.content.output.citations import Work
from articles.content.output.json_ld import Page, news_article, script_data
from articles.content.post_file.parsing import Kind
from articles.content.text.date_parsing import Precision
from articles.http.language_prefix import whole
from articles.models import Article, ArticleImage, ImageState
from articles.models.source import CanonicalPolicy
from articles.selectors.provenance import stated_date
from articles.views.story.citations import cited

_CARD_WIDTH = 800  # pixels; programs that ask without naming WebP get JPEG
#: Languages as OpenGraph writes them, which has no scripts.
_LOCALES = {"zh-Hans": "zh_CN", "zh-Hant": "zh_TW", "en": "en_US", "ja": "ja_JP", "ko": "ko_KR"}


@dataclass(frozen=True, slots=True)
class Head:
    """What ``pages/_article_head.html`` writes; all addresses are whole and without a language."""

    work: Work
    page: Page
    locale: str
    author_url: str
    image_alt: str
    zotero_type: str
    linked_data: SafeString


def head_of(article: Article, topics: Iterable[str]) -> Head:
    """Return the head of a story, with its outlet, author and shown capture selected.

    ``topics`` are the names of its topics. One query, when the story has pictures.
    """
    work = cited(article)
    picture = _first_held(article)
    address = whole(article.get_absolute_url())
    to_original = article.source.canonical_policy == CanonicalPolicy.ORIGINAL and work.original
    page = Page(
        address=address,
        canonical=work.original if to_original else address,
        archive_home=whole(reverse("home")),
        outlet_home=article.source.home_page,
        description=article.excerpt,
        image=f"{whole(picture.image.get_absolute_url())}?w={_CARD_WIDTH}" if picture else "",
        modified=_modified(article),
        topics=tuple(topics),
    )
    return Head(
        work=work.in_lines,
        page=page,
        locale=_locale(article),
        author_url=whole(article.author.get_absolute_url()) if article.author else "",
        image_alt=picture.alt or picture.caption if picture else "",
        zotero_type="videoRecording" if article.kind == Kind.VIDEO else "newspaperArticle",
        linked_data=mark_safe(script_data(news_article(work, page))),  # noqa: S308
    )


def _first_held(article: Article) -> ArticleImage | None:
    if not article.picture_count:
        return None
    held = article.pictures.filter(image__state=ImageState.HELD)
    return held.select_related("image").order_by("position").first()


def _modified(article: Article) -> str:
    """Return the date of the shown version, if the outlet has changed the story since.

    It is the date that the shown post states, no more exactly than it does.
    """
    stated = stated_date(article.current_capture) if article.version_count > 1 else None
    if stated is None or stated.value <= article.published_at:
        return ""
    if stated.precision == Precision.DAY:
        return stated.value.date().isoformat()
    return stated.value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _locale(article: Article) -> str:
    if article.language == "zh-Hant" and article.source.country in {"HK", "MO"}:
        return "zh_HK"
    return _LOCALES.get(article.language, "")
