"""Case, width, accent and variant folding of single characters; ``fold`` combines them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from articles.content.text.stream_safe_text import normalize_unicode

#: Placeholder for punctuation and symbols until runs of separators are collapsed. A line feed of
#: the text itself cannot collide with it, as white space is folded to ``" "`` before.
SEPARATOR = "\n"
#: Content of a regular expression class [], for folded text only: Han, kana, bopomofo, Hangul, and
#: the scripts without spaces between words: Thai, Lao, Tibetan, Myanmar, Khmer. The blocks in
#: between have no letters, or none that remain after folding.
CJK = (
    "\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
FIRST_CJK = "\u0e00"
is_cjk = re.compile(f"[{CJK}]").match
#: Latin letters that Unicode does not decompose, as people type them on other keyboards.
_LATIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th"}
)
#: Combining marks that folding removes (blocks of diacritical marks, Chinese tone marks).
_DIACRITICS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\ufe20-\ufe2f]"
)
#: Default ignorable code points outside the category Cf: Hangul fillers, inherent Khmer vowels,
#: variation selectors, and code points reserved for more of them.
_IGNORABLE = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
_WORD_CATEGORIES = re.compile("[LMN]")  # letters, marks, numbers
#: Unassigned, private use, surrogates: a million code points, which are not cached in the table.
_UNASSIGNED_CATEGORIES = frozenset({"Cn", "Co", "Cs"})


def _read_classes() -> dict[int, str]:
    """Return the representative of each character in ``character_variants.txt``."""
    text = Path(__file__).with_name("character_variants.txt").read_text(encoding="utf-8")
    lines = (line for line in text.split("\n") if not line.startswith("#"))
    return {ord(form): line[0] for line in lines for form in line[1:]}


CHARACTER_CLASSES = _read_classes()


def fold_character(char: str) -> str:
    """Return what ``char`` folds to: mostly one character; none, or several for a ligature.

    White space is ``" "``, other separators are ``SEPARATOR``.

    >>> [fold_character(char) for char in "臺ＡéßÆ㎞①٣"]
    ['台', 'a', 'e', 'ss', 'ae', 'km', '1', '3']
    >>> [fold_character(char) for char in "\\u3000，\\u200d\\x00"]
    [' ', '\\n', '', '']
    """
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Me"} or _IGNORABLE.match(char):
        return ""
    if category in _UNASSIGNED_CATEGORIES:
        return SEPARATOR
    form, _, parts = unicodedata.decomposition(char).partition(" ")
    # Without this "5½" would fold to 51, and "Name™" to nametm.
    if form == "<fraction>" or (form == "<super>" and " " in parts):
        return SEPARATOR
    letters = _strip_diacritics(_strip_diacritics(char))
    return "".join(map(_digit_or_separator, letters.translate(CHARACTER_CLASSES)))


def _strip_diacritics(text: str) -> str:
    """Return ``text`` in lower case, without compatibility forms and diacritics."""
    decomposed = normalize_unicode("NFKD", normalize_unicode("NFKD", text).casefold())
    return normalize_unicode("NFC", _DIACRITICS.sub("", decomposed).translate(_LATIN))


def _digit_or_separator(char: str) -> str:
    """Return digits as ASCII, other letters, marks and numbers unchanged, else ``SEPARATOR``."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    return char if _WORD_CATEGORIES.match(unicodedata.category(char)) else SEPARATOR


class _FoldingTable(dict[int, str]):
    """A table for ``str.translate`` that computes and caches each character on first use."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        value = fold_character(char)
        if unicodedata.category(char) not in _UNASSIGNED_CATEGORIES:
            self[code] = value
        return value


FOLDING_TABLE = _FoldingTable()
