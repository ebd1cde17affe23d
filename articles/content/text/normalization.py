"""Unicode normalization of one-line strings: NFC, white space, invisible characters."""

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
_SENTENCE_ = "。！？!?…；;.」』”"


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
