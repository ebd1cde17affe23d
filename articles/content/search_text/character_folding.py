"""What each single character folds to; ``fold`` puts the folded characters together."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

#: Stands for punctuation and symbols until runs of separators are settled; text has it only as
#: white space, which is ``" "`` by then.
BREAK = "\n"
#: A character class, for folded text alone: Han, kana, bopomofo, Hangul, and the scripts without
#: spaces between words: Thai, Lao, Tibetan, Myanmar, Khmer. The blocks between hold no letters,
#: or none that folding leaves.
CJK = (
    "\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f"
    "\uac00-\ud7ff\uf900-\ufaff\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
FIRST_CJK = "\u0e00"
is_cjk = re.compile(f"[{CJK}]").match
#: Latin letters that Unicode does not take apart, as people type them without the right keyboard.
_LATIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "þ": "th"}
)
#: Combining marks that only nuance a letter (blocks of diacritical marks, Chinese tone marks).
_NUANCES = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302f\ufe20-\ufe2f]"
)
#: What Unicode calls default ignorable without the category of formats (Cf): Hangul fillers,
#: inherent Khmer vowels, variation selectors, and places kept for more of them.
_IGNORABLE = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U000e0000-\U000e0fff]"
)
_KEPT = re.compile("[LMN]")  # the categories of letters, marks, numbers
#: Unassigned, private, surrogates: a million of them, which would only fill the table.
_UNKEPT = frozenset({"Cn", "Co", "Cs"})


def _read_classes() -> dict[int, str]:
    """Return each form of a character with the one that stands for its class."""
    text = Path(__file__).with_name("character_classes.txt").read_text(encoding="utf-8")
    lines = (line for line in text.split("\n") if not line.startswith("#"))
    return {ord(form): line[0] for line in lines for form in line[1:]}


CLASSES = _read_classes()


def folded_character(char: str) -> str:
    """Return what ``char`` folds to: mostly one character, none, or a few of a ligature.

    White space is ``" "``, other separators are ``BREAK``.

    >>> [folded_character(char) for char in "臺ＡéßÆ㎞①٣"]
    ['台', 'a', 'e', 'ss', 'ae', 'km', '1', '3']
    >>> [folded_character(char) for char in "\\u3000，\\u200d\\x00"]
    [' ', '\\n', '', '']
    """
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Me"} or _IGNORABLE.match(char):
        return ""
    if category in _UNKEPT:
        return BREAK
    form, _, parts = unicodedata.decomposition(char).partition(" ")
    # "5½" is not 51, and "Name™" is still that name.
    if form == "<fraction>" or (form == "<super>" and " " in parts):
        return BREAK
    letters = _plain(_plain(char))
    return "".join(map(_settled, letters.translate(CLASSES)))


def _plain(text: str) -> str:
    """Return ``text`` in small letters, compatibility forms and nuances undone."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", _NUANCES.sub("", apart).translate(_LATIN))


def _settled(char: str) -> str:
    """Return a plain character, a digit of any script as ASCII, or what parts words."""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    return char if _KEPT.match(unicodedata.category(char)) else BREAK


class _Table(dict[int, str]):
    """A table for ``str.translate`` that works out each character when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        value = folded_character(char)
        if unicodedata.category(char) not in _UNKEPT:
            self[code] = value
        return value


TABLE = _Table()
