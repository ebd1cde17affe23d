"""What is typed, cut into tokens in one pass from left to right."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto

from articles.content.search_query.fields import Field, could_be_name, field_named
from articles.content.text.normalization import INVISIBLE

#: What no database or feed takes: lone surrogates and noncharacters.
_UNFIT = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DOUBLE = '"“”„‟＂'  # any of them closes any other: input methods and telephones mix them
#: What opens a phrase when it is written, and the characters of which any closes it.
_PAIRS = (('"', _DOUBLE), ("「", "」"), ("『", "』"), ("«", "»"))
#: What opens a phrase when it is typed, and the characters of which any closes it.
_QUOTES = dict(_PAIRS) | dict.fromkeys(_DOUBLE, _DOUBLE)
_OPENING, _CLOSING = "(（", ")）"
_MINUS = "-－"
_COLONS = ":：﹕"
_ENDS_A_RUN = re.compile(rf"[\s{re.escape(_OPENING + _CLOSING)}{''.join(_QUOTES)}]")
_COLON = re.compile(f"[{_COLONS}]+")
_AFTER_AN_ADDRESS = "（），。；、！？》】"
_ADDRESS = re.compile(f"https?[{_COLONS}]//", re.IGNORECASE)


class Sort(Enum):
    """What a token is."""

    WORD = auto()  # an unspaced run
    PHRASE = auto()  # what stood between quotation marks, without them
    UNCLOSED = auto()  # a phrase that runs to the end because its mark is not closed
    ADDRESS = auto()  # an http(s) address
    FIELD = auto()  # a known field and its colon
    UNKNOWN = auto()  # what looks like a field but names none, and the run after it in ``rest``
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    MAYBE_OR = auto()  # 或 by itself
    AND = auto()
    NOT = auto()
    EVERYTHING = auto()  # a star


#: Words that are signs when they stand by themselves, in any width.
_SIGNS = {
    "OR": Sort.OR, "|": Sort.OR, "||": Sort.OR, "或": Sort.MAYBE_OR,
    "AND": Sort.AND, "&&": Sort.AND, "NOT": Sort.NOT, "*": Sort.EVERYTHING,
}  # fmt: skip
_LONGEST_SIGN = max(map(len, _SIGNS))
#: What can stand as a value behind a field.
VALUES = {Sort.WORD, Sort.PHRASE, Sort.UNCLOSED, Sort.ADDRESS}
#: What a minus negates must not touch anything else: ``F-16`` is one word.
_BEFORE_A_MINUS = {Sort.NOT, Sort.FIELD, Sort.OPEN, Sort.CLOSE}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the input; ``typed[start:end]`` is how it stands there."""

    sort: Sort
    value: str
    start: int
    end: int
    field: Field | None = None
    rest: str = ""


def clean(text: str) -> str:
    """Return ``text`` without what cannot be shown or stored; every white space is kept.

    >>> clean("台\\x00湾\\ud800")
    '台湾'
    """
    return _UNFIT.sub("", INVISIBLE.sub("", text))


def has_words(text: str) -> bool:
    """Tell whether ``text`` holds a letter or a digit of any script: something to look for."""
    return any(char.isalnum() for char in unicodedata.normalize("NFKC", text))


def tokens(text: str) -> list[Token]:
    """Return the tokens of a cleaned text.

    >>> [token.value for token in tokens("标题：台湾 -“香港 澳門”")]
    ['标题', '台湾', '-', '香港 澳門']
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found.append(_token(text, at, found[-1] if found else None))
        at = found[-1].end
    return found


def is_bare(value: str) -> bool:
    """Tell whether ``value`` can be typed without quotation marks, also behind a field's colon."""
    return value[:1] not in _COLONS + _MINUS and _is_one(value, Sort.WORD)


def is_bare_address(value: str) -> bool:
    """Tell whether ``value`` is taken for an address when it is typed, also in parentheses."""
    return value.count("(") == value.count(")") and _is_one(value, Sort.ADDRESS)


def _is_one(value: str, sort: Sort) -> bool:
    return [(token.sort, token.value) for token in tokens(value)] == [(sort, value)]


def quoted(value: str) -> str:
    """Return a quotable ``value`` between marks of which it does not hold the closing one.

    >>> quoted('他说"不"')
    '「他说"不"」'
    """
    return next(
        opening + value + closing[0]
        for opening, closing in _PAIRS
        if not any(char in closing for char in value)
    )


def quotable(value: str) -> str:
    """Return ``value`` such that some marks can hold it; double marks become space if none can."""
    if all(any(char in closing for char in value) for _, closing in _PAIRS):
        return " ".join(value.translate(_NO_DOUBLE).split())
    return value


_NO_DOUBLE = dict.fromkeys(map(ord, _DOUBLE), " ")


def _token(text: str, at: int, before: Token | None) -> Token:
    """Return the token that begins at ``at``, where no white space stands."""
    char = text[at]
    touching = before if before and before.end == at else None
    if char in _OPENING:
        return Token(Sort.OPEN, char, at, at + 1)
    if char in _CLOSING:
        return Token(Sort.CLOSE, char, at, at + 1)
    if char in _QUOTES:
        return _phrase(text, at)
    negates = touching is None or touching.sort in _BEFORE_A_MINUS
    if char in _MINUS and negates and _begins_a_term(text, at + 1):
        return Token(Sort.NOT, char, at, at + 1)
    return _run(text, at, touching)


def _begins_a_term(text: str, at: int) -> bool:
    return at < len(text) and not text[at].isspace() and text[at] not in _CLOSING


def _phrase(text: str, at: int) -> Token:
    closing = _QUOTES[text[at]]
    end = at + 1
    while end < len(text) and text[end] not in closing:
        end += 1
    value = " ".join(text[at + 1 : end].split())
    if end == len(text):
        return Token(Sort.UNCLOSED, value, at, end)
    return Token(Sort.PHRASE, value, at, end + 1)


def _run(text: str, at: int, touching: Token | None) -> Token:
    """Return the token of an unspaced run: an operator, an address, a field or a word."""
    if _ADDRESS.match(text, at):
        return _address(text, at)
    match = _ENDS_A_RUN.search(text, at)
    end = match.start() if match else len(text)
    run = text[at:end]
    is_value = touching is not None and touching.sort is Sort.FIELD
    bound = touching is not None and touching.sort in (Sort.FIELD, Sort.NOT)
    sign = _SIGNS.get(unicodedata.normalize("NFKC", run)) if end - at <= _LONGEST_SIGN else None
    if sign and (sign is Sort.EVERYTHING or not bound):
        return Token(sign, run, at, end)
    colon = _COLON.search(run)
    if colon and colon.start():
        name = run[: colon.start()]
        if field := field_named(name):
            return Token(Sort.FIELD, name, at, at + colon.end(), field)
        if not is_value and could_be_name(name):
            return Token(Sort.UNKNOWN, name, at, end, rest=run[colon.end() :])
    return Token(Sort.WORD, run, at, end)


def _address(text: str, at: int) -> Token:
    """Return the address at ``at``: to a space, a Chinese mark or a lone parenthesis."""
    end = at
    depth = 0
    while end < len(text) and not text[end].isspace() and text[end] not in _QUOTES:
        depth += (text[end] == "(") - (text[end] == ")")
        if depth < 0 or text[end] in _AFTER_AN_ADDRESS:
            break
        end += 1
    value = _COLON.sub(":", text[at:end], count=1)
    return Token(Sort.ADDRESS, value, at, end)
