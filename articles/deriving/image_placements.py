"""The placements of pictures in articles, rewritten whenever the body is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from django.db import IntegrityError

from articles.content.html.images import image_code
from articles.deriving.article_aggregate import ArticleAggregate
from articles.deriving.bulk_get_or_create import chunked
from articles.deriving.bulk_insert import insert_rows
from articles.models import ArticleImage, Image

_PICTURE = re.compile(r'<img src="/i/([0-9a-z]+)"(?: alt="([^"]*)")?')

Placement = tuple[str, str, str]  # code, alt text, caption


def find_placements(html: str) -> list[Placement]:
    """Return the pictures in clean HTML, in reading order, without captions."""
    return [(code, unescape(alt), "") for code, alt in _PICTURE.findall(html)]


def expected_placements(aggregate: ArticleAggregate) -> list[Placement]:
    """Return the pictures in the text of a recomputed article, in reading order."""
    if aggregate.has_edited_body:
        return find_placements(aggregate.body()[0])
    return [(image_code(p.url), p.alt, p.caption) for p in aggregate.effective_post().pictures]


def write_placements(aggregates: Sequence[ArticleAggregate]) -> None:
    """Replace the placements of the given articles. The images' own rows have to exist.

    Raises :class:`IntegrityError` when an image was erased meanwhile.
    """
    old = [aggregate.article.pk for aggregate in aggregates if not aggregate.is_new]
    if old:
        ArticleImage.objects.filter(article_id__in=old).delete()
    placements = [
        (aggregate, placement)
        for aggregate in aggregates
        for placement in enumerate(expected_placements(aggregate))
    ]
    codes = {code for _, (_, (code, _, _)) in placements}
    keys = {
        code: key
        for chunk in chunked(codes)
        for code, key in Image.objects.filter(code__in=chunk).values_list("code", "pk")
    }
    if keys.keys() != codes:  # a concurrent erasure; a retry creates the rows again
        raise IntegrityError("an image was erased while its placement was written")
    rows = [
        (aggregate.article.pk, keys[code], position, alt, caption)
        for aggregate, (position, (code, alt, caption)) in placements
    ]
    insert_rows(ArticleImage, ["article_id", "image_id", "position", "alt", "caption"], rows)
