"""An article as the work that a citation tells."""

from __future__ import annotations

from django.utils import timezone

from articles.content.output.citations import Work
from articles.content.text.date_parsing import Precision
from articles.models import Article
from articles.selectors.provenance import original_of


def work_of(article: Article, *, copy: str, archive: str) -> Work:
    """Return what is cited; ``copy`` is the whole permanent address, ``archive`` our name.

    Reads the outlet, the author and the capture that is shown; select them with the article.
    """
    shown = article.current_capture
    original = original_of(shown)
    taken_in = shown.imported_at if shown is not None else article.imported_at
    return Work(
        code=article.code,
        title=article.title,
        outlet=article.source.name,
        author=article.author.name if article.author else "",
        published=article.day,
        moment=None if article.published_precision == Precision.DAY else article.published_at,
        archived=timezone.localtime(taken_in).date(),
        original=original.link if original else "",
        copy=copy,
        archive=archive,
        language=article.language,
    )
