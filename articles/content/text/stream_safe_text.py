"""Unicode normalization in linear time: text is brought into Stream-Safe Text Format first.

``unicodedata.normalize`` sorts the combining marks of a character in quadratic time: 120,000 marks
on one letter take minutes. The format (Unicode Standard Annex 15, section 13) allows 30 of them in
sequence and puts U+034F COMBINING GRAPHEME JOINER, which has no glyph, between more.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

MAX_COMBINING_MARKS = 30  # in sequence, after compatibility decomposition
_JOINER = "\u034f"
_RUN_LENGTH = 8  # characters; a shorter run cannot have 30 marks, as each decomposes to at most 3


def _decomposes_to_mark(char: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", char)[0]) > 0


def _ranges(codes: Iterable[int]) -> str:
    """Return the content of a regular expression class with these code points, in order."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges)


_BMP_MARKS = _ranges(code for code in range(0x300, 0xFFFE) if _decomposes_to_mark(chr(code)))
#: A mark; of the supplementary planes any character, since few ranges make the search quick.
_MARK = f"[{_BMP_MARKS}\U00010000-\U0001efff]"
_MARKS = re.compile(f".?{_MARK}{{{_RUN_LENGTH},}}", re.DOTALL)
_REFERENCE = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6})|[a-zA-Z]{2,31});?")
_MARKS_AND_REFERENCES = re.compile(f"(?:{_REFERENCE.pattern}|{_MARK}){{{_RUN_LENGTH},}}")


def to_stream_safe(text: str) -> str:
    """Return ``text`` with joiners in runs of more than ``MAX_COMBINING_MARKS`` combining marks.

    >>> marks = "\\u0301\\u0327" * 20
    >>> to_stream_safe(f"a{marks}b") == f"a{marks[:30]}\\u034f{marks[30:]}b"
    True
    """
    return text if text.isascii() else _MARKS.sub(_insert_joiners, text)


def to_stream_safe_markup(markup: str) -> str:
    """Return ``markup`` in which no parser of HTML can find text that is not stream-safe.

    Where marks stand in a row as character references, they are written out first.
    """
    if "&" in markup:
        markup = _MARKS_AND_REFERENCES.sub(
            lambda run: _REFERENCE.sub(_write_out_mark, run[0]), markup
        )
    return to_stream_safe(markup)


def normalize_unicode(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return ``text``, made stream-safe, in this normalization form; takes linear time."""
    return unicodedata.normalize(form, to_stream_safe(text))


def _insert_joiners(run: re.Match[str]) -> str:
    parts: list[str] = []
    count = 0  # of marks at the end of what is in ``parts``
    for char in run[0]:
        leading, trailing = _count_marks(char)
        if count + leading > MAX_COMBINING_MARKS:
            parts.append(_JOINER)
            count = 0
        count = trailing if trailing is not None else count + leading
        parts.append(char)
    return "".join(parts)


@lru_cache(4096)
def _count_marks(char: str) -> tuple[int, int | None]:
    """Return the marks at the start and at the end of what ``char`` decomposes to.

    The latter is None for a character that decomposes to marks alone.
    """
    classes = [unicodedata.combining(part) for part in unicodedata.normalize("NFKD", char)]
    if all(classes):
        return len(classes), None
    return classes.index(0), classes[::-1].index(0)


def _write_out_mark(reference: re.Match[str]) -> str:
    char = html.unescape(reference[0])
    return char if len(char) == 1 and _decomposes_to_mark(char) else reference[0]
