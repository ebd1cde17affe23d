"""Unicode normalization of single-line strings: NFC, white space, invisible characters."""

from __future__ import annotations

import re

from articles.content.text.stream_safe_text import normalize_unicode

#: Content of a regular expression class []: the noncharacters of the basic plane, which Unicode
#: never assigns and HTML forbids.
BMP_NONCHARACTERS = "\ufdd0-\ufdef\ufffe\uffff"
#: The last two code points of each other plane. In a class they would make it ten times slower.
_OTHER_NONCHARACTERS = tuple(
    chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)
)
#: Characters without a glyph that only confuse in a URL or a headline: controls,
#: bidirectional overrides and isolates, soft hyphen, byte order mark, noncharacters.
INVISIBLE = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u202a-\u202e\u2066-\u2069\ufeff{BMP_NONCHARACTERS}]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize_line(text: str) -> str:
    """Return ``text`` as one line: NFC, no control characters, each run of white space one space.

    Bidirectional overrides and isolates (U+202A to U+202E, U+2066 to U+2069) are removed, since an
    unclosed one would reverse the rest of the page, and so are noncharacters. Line and paragraph
    separators become a space, a lone surrogate becomes U+FFFD: no database accepts one.

    >>> normalize_line(" 黎智英\\n其人\\x00其事 ")
    '黎智英 其人其事'
    """
    text = normalize_unicode("NFC", text)
    if not text.isprintable():  # fast path: printable text has none of these
        text = INVISIBLE.sub("", _SURROGATE.sub("\ufffd", text))
        text = remove_supplementary_noncharacters(text)
    return " ".join(text.split())


def remove_supplementary_noncharacters(text: str) -> str:
    """Return ``text`` without the noncharacters beyond the basic plane."""
    for char in _OTHER_NONCHARACTERS:  # fast: Python knows whether text has any such plane
        if char in text:
            text = text.replace(char, "")
    return text
