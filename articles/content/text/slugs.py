"""Slugs with the letters and digits of any script."""

from __future__ import annotations

import re

from articles.content.text.stream_safe_text import normalize_unicode

_SEPARATORS = re.compile(r"[^\w]+")
UNTITLED = "untitled"  # the slug of a text without a letter or digit


def make_slug(text: str, limit: int = 80) -> str:
    """Return a slug of lower-case letters and digits of any script, joined by hyphens.

    Never empty and at most ``limit`` characters: without a letter or digit it is ``untitled``.

    >>> make_slug("美国驻联合国大使与台湾总统举行视频通话")
    '美国驻联合国大使与台湾总统举行视频通话'
    >>> make_slug("[國際] Biden's  Day")
    '國際-biden-s-day'
    >>> make_slug("！！！")
    'untitled'
    """
    words = _SEPARATORS.sub("-", normalize_unicode("NFKC", text).lower().replace("_", "-"))
    return words[:limit].strip("-") or UNTITLED
