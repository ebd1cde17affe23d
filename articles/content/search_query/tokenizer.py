"""The tokenizer: reads the input into tokens in one pass from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from articles.content.search_query.fields import Field, could_be_field_name, field_by_name
from articles.content.text.normalization import INVISIBLE
from articles.content.text.stream_safe_text import normalize_unicode

_SURROGATE = re.compile("[\ud800-\udfff]")  # no database or feed accepts a lone one
_DOUBLE_QUOTES = '"“”„‟＂'  # each closes any other: input methods and phones mix them
#: Quotation marks in output: the opening mark, and the characters that may close it.
_OUTPUT_QUOTES = (('"', _DOUBLE_QUOTES), ("「", "」"), ("『", "』"), ("«", "»"))
#: Quotation marks in input: each opening mark, and the characters that may close it.
_INPUT_QUOTES = dict(_OUTPUT_QUOTES) | dict.fromkeys(_DOUBLE_QUOTES, _DOUBLE_QUOTES)
_OPENING_PARENTHESES, _CLOSING_PARENTHESES = "(（", ")）"
_MINUS_SIGNS = "-－"
_COLONS = ":：﹕"
_RUN_END = re.compile(
    rf"[\s{re.escape(_OPENING_PARENTHESES + _CLOSING_PARENTHESES)}{''.join(_INPUT_QUOTES)}]"
)
_COLON = re.compile(f"[{_COLONS}]+")
_URL_TERMINATORS = "（），。；、！？》】"
_URL_START = re.compile(f"https?[{_COLONS}]//", re.IGNORECASE)


class TokenKind(Enum):
    """The kinds of tokens."""

    WORD = auto()  # a run without spaces
    PHRASE = auto()  # the text between quotation marks, without the marks
    UNCLOSED_PHRASE = auto()  # a phrase without a closing mark: it runs to the end of the input
    URL = auto()  # an http(s) URL
    FIELD = auto()  # a known field and its colon
    UNKNOWN_FIELD = auto()  # a name and a colon, but no known field; ``rest`` is the run after it
    OPENING_PARENTHESIS = auto()
    CLOSING_PARENTHESIS = auto()
    OR = auto()
    MAYBE_OR = auto()  # 或 by itself
    AND = auto()
    NOT = auto()
    STAR = auto()  # matches every story


#: Words that are operators when they stand alone, full-width or not.
_OPERATORS = {
    "OR": TokenKind.OR, "|": TokenKind.OR, "||": TokenKind.OR, "或": TokenKind.MAYBE_OR,
    "AND": TokenKind.AND, "&&": TokenKind.AND, "NOT": TokenKind.NOT, "*": TokenKind.STAR,
}  # fmt: skip
_MAX_OPERATOR_LENGTH = max(map(len, _OPERATORS))
#: Tokens that can be the value of a field.
VALUE_KINDS = {TokenKind.WORD, TokenKind.PHRASE, TokenKind.UNCLOSED_PHRASE, TokenKind.URL}
#: Tokens that a minus may touch and still negate; after others it is text: ``F-16`` is one word.
_ALLOWED_BEFORE_NOT = {
    TokenKind.NOT,
    TokenKind.FIELD,
    TokenKind.OPENING_PARENTHESIS,
    TokenKind.CLOSING_PARENTHESIS,
}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the input; ``text[start:end]`` is its source text."""

    kind: TokenKind
    value: str
    start: int
    end: int
    field: Field | None = None
    rest: str = ""


def strip_unstorable(text: str) -> str:
    """Return ``text`` without characters that cannot be shown or stored; white space stays.

    >>> strip_unstorable("台\\x00湾\\ud800")
    '台湾'
    """
    return _SURROGATE.sub("", INVISIBLE.sub("", text))


def has_words(text: str) -> bool:
    """Return whether ``text`` has a letter or a digit of any script: something to search for."""
    return any(char.isalnum() for char in normalize_unicode("NFKC", text))


def tokenize(text: str) -> list[Token]:
    """Return the tokens of ``text``, which has been through :func:`strip_unstorable`.

    >>> [token.value for token in tokenize("标题：台湾 -“香港 澳門”")]
    ['标题', '台湾', '-', '香港 澳門']
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        tokens.append(_read_token(text, position, tokens[-1] if tokens else None))
        position = tokens[-1].end
    return tokens


def is_bare_word(value: str) -> bool:
    """Return whether ``value`` needs no quotation marks, not even as the value of a field."""
    return value[:1] not in _COLONS + _MINUS_SIGNS and _is_single_token(value, TokenKind.WORD)


def is_bare_url(value: str) -> bool:
    """Return whether ``value`` without quotation marks is one URL token, also in parentheses."""
    return value.count("(") == value.count(")") and _is_single_token(value, TokenKind.URL)


def _is_single_token(value: str, kind: TokenKind) -> bool:
    return [(token.kind, token.value) for token in tokenize(value)] == [(kind, value)]


def quote(value: str) -> str:
    """Return ``value`` in the first quotation marks whose closing mark it does not contain.

    The value has been through :func:`make_quotable`.

    >>> quote('他说"不"')
    '「他说"不"」'
    """
    return next(
        opening + value + closing[0]
        for opening, closing in _OUTPUT_QUOTES
        if not any(char in closing for char in value)
    )


def make_quotable(value: str) -> str:
    """Return ``value``; if no pair of marks can quote it, double marks in it become space."""
    if all(any(char in closing for char in value) for _, closing in _OUTPUT_QUOTES):
        return " ".join(value.translate(_DOUBLE_QUOTES_TO_SPACE).split())
    return value


_DOUBLE_QUOTES_TO_SPACE = dict.fromkeys(map(ord, _DOUBLE_QUOTES), " ")


def _read_token(text: str, at: int, previous: Token | None) -> Token:
    """Return the token that begins at ``at``, which is not white space."""
    char = text[at]
    adjacent = previous if previous and previous.end == at else None
    if char in _OPENING_PARENTHESES:
        return Token(TokenKind.OPENING_PARENTHESIS, char, at, at + 1)
    if char in _CLOSING_PARENTHESES:
        return Token(TokenKind.CLOSING_PARENTHESIS, char, at, at + 1)
    if char in _INPUT_QUOTES:
        return _read_phrase(text, at)
    negates = adjacent is None or adjacent.kind in _ALLOWED_BEFORE_NOT
    if char in _MINUS_SIGNS and negates and _starts_term(text, at + 1):
        return Token(TokenKind.NOT, char, at, at + 1)
    return _read_run(text, at, adjacent)


def _starts_term(text: str, at: int) -> bool:
    return at < len(text) and not text[at].isspace() and text[at] not in _CLOSING_PARENTHESES


def _read_phrase(text: str, at: int) -> Token:
    closing = _INPUT_QUOTES[text[at]]
    end = at + 1
    while end < len(text) and text[end] not in closing:
        end += 1
    value = " ".join(text[at + 1 : end].split())
    if end == len(text):
        return Token(TokenKind.UNCLOSED_PHRASE, value, at, end)
    return Token(TokenKind.PHRASE, value, at, end + 1)


def _read_run(text: str, at: int, adjacent: Token | None) -> Token:
    """Return the token of a run without spaces: an operator, a URL, a field or a word."""
    if _URL_START.match(text, at):
        return _read_url(text, at)
    match = _RUN_END.search(text, at)
    end = match.start() if match else len(text)
    run = text[at:end]
    is_field_value = adjacent is not None and adjacent.kind is TokenKind.FIELD
    is_operand = adjacent is not None and adjacent.kind in (TokenKind.FIELD, TokenKind.NOT)
    is_short = end - at <= _MAX_OPERATOR_LENGTH
    operator = _OPERATORS.get(normalize_unicode("NFKC", run)) if is_short else None
    if operator and (operator is TokenKind.STAR or not is_operand):
        return Token(operator, run, at, end)
    colon = _COLON.search(run)
    if colon and colon.start():
        name = run[: colon.start()]
        if field := field_by_name(name):
            return Token(TokenKind.FIELD, name, at, at + colon.end(), field)
        if not is_field_value and could_be_field_name(name):
            return Token(TokenKind.UNKNOWN_FIELD, name, at, end, rest=run[colon.end() :])
    return Token(TokenKind.WORD, run, at, end)


def _read_url(text: str, at: int) -> Token:
    """Return the URL at ``at``: up to white space, a Chinese mark or an unmatched parenthesis."""
    end = at
    depth = 0
    while end < len(text) and not text[end].isspace() and text[end] not in _INPUT_QUOTES:
        depth += (text[end] == "(") - (text[end] == ")")
        if depth < 0 or text[end] in _URL_TERMINATORS:
            break
        end += 1
    value = _COLON.sub(":", text[at:end], count=1)
    return Token(TokenKind.URL, value, at, end)
