"""Machine-readable metadata in the head of a story's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from articles.content.html.videos import parse_video_url
from articles.content.output.citations import CitedWork
from articles.content.output.json_ld import PageMetadata, build_linked_data, serialize_for_script
from articles.content.post_file.parsing import Kind
from articles.content.text.date_parsing import Precision
from articles.http.language_prefix import permanent_url
from articles.models import Article, ArticleImage, ImageState
from articles.models.source import CanonicalPolicy
from articles.selectors.provenance import stated_date
from articles.views.article.citations import citable_work

_CARD_WIDTH = 800  # pixels; clients that do not accept WebP get JPEG
#: OpenGraph locales, which have no script subtag.
_LOCALES = {"zh-Hans": "zh_CN", "zh-Hant": "zh_TW", "en": "en_US", "ja": "ja_JP", "ko": "ko_KR"}


@dataclass(frozen=True, slots=True)
class HeadMetadata:
    """The context of ``_head_metadata.html``; URLs are absolute, without language prefix."""

    work: CitedWork
    page: PageMetadata
    locale: str
    author_url: str
    image_alt: str
    zotero_type: str
    linked_data: SafeString


def build_head_metadata(article: Article, topics: Iterable[str]) -> HeadMetadata:
    """Return the metadata of a story with source, author and current capture selected.

    ``topics`` are the names of its topics. One query if the story has pictures.
    """
    work = citable_work(article)
    picture = _first_stored_picture(article)
    url = permanent_url(article.get_absolute_url())
    video = parse_video_url(work.original_url) if article.kind == Kind.VIDEO else None
    to_original = article.source.canonical_policy == CanonicalPolicy.ORIGINAL and work.original_url
    page = PageMetadata(
        url=url,
        canonical_url=work.original_url if to_original else url,
        archive_home_url=permanent_url(reverse("home")),
        outlet_home_url=article.source.home_page,
        description=article.excerpt,
        image_url=f"{permanent_url(picture.image.get_absolute_url())}?w={_CARD_WIDTH}"
        if picture
        else "",
        modified=_modified(article),
        topics=tuple(topics),
        is_video=article.kind == Kind.VIDEO,
        player_url=video.embed_url if video else "",
    )
    return HeadMetadata(
        work=work.normalized,
        page=page,
        locale=_locale(article),
        author_url=permanent_url(article.author.get_absolute_url()) if article.author else "",
        image_alt=picture.alt or picture.caption if picture else "",
        zotero_type="videoRecording" if page.is_video else "newspaperArticle",
        linked_data=mark_safe(serialize_for_script(build_linked_data(work, page))),  # noqa: S308
    )


def _first_stored_picture(article: Article) -> ArticleImage | None:
    if not article.picture_count:
        return None
    stored = article.pictures.filter(image__state=ImageState.HELD)
    return stored.select_related("image").order_by("position").first()


def _modified(article: Article) -> str:
    """Return the date of the current version if the outlet has changed the story, else "".

    It is the date stated in the post file, in the same precision.
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
