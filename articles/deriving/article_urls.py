"""The parts of an article's URLs: codes, and days with slugs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from articles.content.text.slugs import make_slug
from articles.content.urls.normalization import make_code

DatedSlug = tuple[dt.date, str]


def dated_path(dated_slug: DatedSlug) -> str:
    """Return the decoded path of a day and a slug: ``/2021/01/14/<slug>/``."""
    day, slug = dated_slug
    return f"/{day:%Y/%m/%d}/{slug}/"


def first_free_code(identity_hash: str, is_taken: Callable[[str], bool]) -> str:
    """Return the shortest code, of 8 or more characters, that is not taken."""
    return next(
        code
        for length in range(8, 52)
        if not is_taken(code := make_code(identity_hash, length)) or length == 51
    )


def slug_candidates(title: str, code: str) -> list[str]:
    """Return the slugs that an article may have, the preferred one first.

    If the slug of the title is taken on that day, ``-`` and the first four characters of the code
    follow; if that is taken too, the whole code.
    """
    slug = make_slug(title)
    return [slug, f"{slug}-{code[:4]}", f"{slug}-{code}"]


def first_free_dated_slug(
    day: dt.date, slugs: Iterable[str], is_taken: Callable[[DatedSlug], bool]
) -> DatedSlug:
    """Return ``day`` and the first of ``slugs`` that is not taken on that day."""
    return next((day, slug) for slug in slugs if not is_taken((day, slug)))
