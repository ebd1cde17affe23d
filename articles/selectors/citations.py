"""An article as a cited work."""

from __future__ import annotations

from django.utils import timezone

from articles.content.output.citations import CitedWork
from articles.content.text.date_parsing import Precision
from articles.models import Article
from articles.selectors.provenance import original_link


def build_cited_work(article: Article, *, archive_url: str, archive_name: str) -> CitedWork:
    """Return the work to cite; ``archive_url`` is its permanent URL in the archive.

    Reads the outlet, the author and the current capture: use select_related for them.
    """
    capture = article.current_capture
    original = original_link(capture)
    imported_at = capture.imported_at if capture is not None else article.imported_at
    return CitedWork(
        code=article.code,
        title=article.title,
        outlet=article.source.name,
        author=article.author.name if article.author else "",
        published_on=article.day,
        published_at=None if article.published_precision == Precision.DAY else article.published_at,
        archived_on=timezone.localtime(imported_at).date(),
        original_url=original.link if original else "",
        archive_url=archive_url,
        archive_name=archive_name,
        language=article.language,
    )
