"""Plain text: one-line strings, slugs, excerpts."""

from __future__ import annotations

import re
import unicodedata

#: Characters that take no place on paper and only confuse an address or a headline: controls,
#: bidirectional overrides and isolates, soft hyphen, byte order mark, line and paragraph
#: separators (which count as space), lone surrogates.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_SLUG = re.compile(r"[^\w]+")
UNTITLED = "untitled"  # the slug of what has no letter
_SENTENCE_END = "。！？!?…；;.」』”"


def one_line(text: str) -> str:
    """Return ``text`` as a single clean line: NFC, no controls, runs of space as one space.

    The characters that override or isolate the direction of writing (U+202A to U+202E, U+2066 to
    U+2069) are left out, since one that is not closed would turn what follows on the page. Line
    and paragraph separators are space, a lone surrogate is U+FFFD: no database takes one.

    >>> one_line(" 黎智英\\n其人\\x00其事 ")
    '黎智英 其人其事'
    """
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # which it is without any of these, and but for rarer spaces
        text = INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text))
    return " ".join(text.split())


def cut(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` characters, an ellipsis in place of what is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


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


def excerpt_of(text: str, limit: int = 160) -> str:
    """Return the beginning of ``text`` as one line, cut behind a sentence where one ends.

    >>> excerpt_of("第一句。第二句很长很长。", limit=6)
    '第一句。'
    """
    line = one_line(text[: limit * 4])
    if len(line) <= limit:
        return line
    head = line[:limit]
    end = max(head.rfind(mark) for mark in _SENTENCE_END)
    if end >= limit // 3:
        return head[: end + 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit * 2 // 3 else head[: limit - 1]).rstrip() + "…"
