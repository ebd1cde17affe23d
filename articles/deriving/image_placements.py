"""The places of pictures in articles, rewritten whenever a body is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from django.db import IntegrityError

from articles.content.html.images import picture_code
from articles.deriving.article_aggregate import Held
from articles.deriving.bulk_get_or_create import in_parts
from articles.deriving.bulk_insert import insert
from articles.models import ArticleImage, Image

_PICTURE = re.compile(r'<img src="/i/([0-9a-z]+)"(?: alt="([^"]*)")?')

Place = tuple[str, str, str]  # code, alt text, caption


def pictures_in(html: str) -> list[Place]:
    """Return the pictures that clean HTML names, in reading order, without captions."""
    return [(code, unescape(alt), "") for code, alt in _PICTURE.findall(html)]


def wanted_places(held: Held) -> list[Place]:
    """Return the pictures that a settled article's text shows, in reading order."""
    if held.has_edited_body:
        return pictures_in(held.body()[0])
    return [(picture_code(p.url), p.alt, p.caption) for p in held.post_shown().pictures]


def write_places(due: Sequence[Held]) -> None:
    """Replace the picture places of the articles ``due``; the pictures' own rows are there."""
    old = [held.article.pk for held in due if not held.is_new]
    if old:
        ArticleImage.objects.filter(article_id__in=old).delete()
    places = [(held, place) for held in due for place in enumerate(wanted_places(held))]
    codes = {code for _, (_, (code, _, _)) in places}
    keys = {
        code: key
        for part in in_parts(codes)
        for code, key in Image.objects.filter(code__in=part).values_list("code", "pk")
    }
    if keys.keys() != codes:  # an erasure came between; who writes anew makes them anew
        raise IntegrityError("a picture was removed while its place was written")
    rows = [
        (held.article.pk, keys[code], position, alt, caption)
        for held, (position, (code, alt, caption)) in places
    ]
    insert(ArticleImage, ["article_id", "image_id", "position", "alt", "caption"], rows)
