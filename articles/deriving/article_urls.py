"""Where an article is found: codes, slugs, and the redirects that a moved one leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from articles.content.text.slugs import slug_of
from articles.content.urls.normalization import code_of

Address = tuple[dt.date, str]


def address_path(address: Address) -> str:
    """Return the decoded path of a day and a slug: ``/2021/01/14/<slug>/``."""
    day, slug = address
    return f"/{day:%Y/%m/%d}/{slug}/"


def free_code(identity_hash: str, taken: Callable[[str], bool]) -> str:
    """Return the shortest code, from 8 characters on, that no other identity has."""
    return next(
        code
        for length in range(8, 52)
        if not taken(code := code_of(identity_hash, length)) or length == 51
    )


def slug_candidates(title: str, code: str) -> list[str]:
    """Return the slugs an article may have, the wanted one first.

    A clash on a day gets ``-`` and the first four characters of the code, then all of it.
    """
    slug = slug_of(title)
    return [slug, f"{slug}-{code[:4]}", f"{slug}-{code}"]


def free_address(day: dt.date, slugs: Iterable[str], taken: Callable[[Address], bool]) -> Address:
    """Return the first address on ``day`` with one of ``slugs`` that nobody else has."""
    return next((day, slug) for slug in slugs if not taken((day, slug)))
