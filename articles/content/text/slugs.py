"""Slugs with the letters and digits of any script."""

from __future__ import annotations

import re
import unicodedata

_NOT_SLUG = re.compile(r"[^\w]+")
UNTITLED = "untitled"  # the slug of a text without a letter or digit


def slug_of(text: str, limit: int = 80) -> str:
    """Return a Unicode slug: lower-case letters and digits of any script, joined by hyphens.

    Never empty: text without a letter or digit gives ``untitled``.

    >>> slug_of("美国驻联合国大使与台湾总统举行视频通话")
    '美国驻联合国大使与台湾总统举行视频通话'
    >>> slug_of("[國際] Biden's  Day")
    '國際-biden-s-day'
    >>> slug_of("！！！")
    'untitled'
    """
    words = _NOT_SLUG.sub("-", unicodedata.normalize("NFKC", text).lower().replace("_", "-"))
    return words[:limit].strip("-") or UNTITLED
