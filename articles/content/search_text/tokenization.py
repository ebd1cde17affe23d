"""Tokenizer for the search index: the tokens of a text, and the index lookup for a needle.

The main stream has words, and for each CJK run its overlapping bigrams, then its last character.
The order of tokens shows where a run ends, so a phrase of tokens is equivalent to a substring.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import add

from articles.content.search_text.character_folding import CJK, is_cjk

MAX_TOKEN_LENGTH = 64  # characters; longer words are truncated
#: Token between a word and CJK that a separator separates: "AI，时代" is not "AI时代". Folded text
#: does not contain it, so it cannot be confused with a word.
GAP = "·"
_RUN = re.compile(f"([{CJK}]+)|[^ {CJK}]+")
_NOT_CJK = re.compile(f"[^{CJK}]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text; none has white space, ASCII punctuation or NUL."""

    main: list[str]
    boundary: list[str]  # each word directly followed by CJK, plus the first CJK character; unique
    characters: str  # every CJK character; unique, sorted


@dataclass(frozen=True, slots=True)
class IndexLookup:
    """The conditions, all of them, that a text with a needle meets.

    ``phrase`` are consecutive tokens of the main stream. Unless ``is_exact``, a text that meets
    the conditions may lack the needle and has to be searched itself. A needle that folds to
    nothing gives an empty lookup, which is not exact.
    """

    phrase: tuple[str, ...] = ()
    boundary: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    is_exact: bool = False


def tokenize(folded: str) -> Tokens:
    """Return the tokens of a folded text.

    >>> tokenize("台湾与ai时代").main
    ['台湾', '湾与', '与', 'ai', '时代', '代']
    >>> tokenize("3月 ai").main, tokenize("3月 ai").boundary
    (['3', '月', '·', 'ai'], ['3月'])
    """
    main, boundary = _build_streams(folded)
    return Tokens(main, list(dict.fromkeys(boundary)), unique_cjk_characters(folded))


def unique_cjk_characters(folded: str) -> str:
    """Return the CJK characters of a folded text, unique and sorted."""
    return "".join(sorted(set(_NOT_CJK.sub("", folded))))


def plan_lookup(folded_needle: str) -> IndexLookup:
    """Return the index lookup for a folded needle.

    >>> plan_lookup("台湾").phrase, plan_lookup("湾ai").phrase
    (('台湾',), ('湾', 'ai'))
    >>> plan_lookup("台").characters, plan_lookup("3月").boundary
    (('台',), ('3月',))

    A phrase cannot match one CJK character at the end after anything else, because the stream has
    it as a bigram with the next character.

    >>> plan_lookup("我的ai时")
    IndexLookup(phrase=('我的', '的', 'ai'), boundary=('ai时',), characters=(), is_exact=False)
    """
    if not folded_needle:
        return IndexLookup()
    phrase, boundary = _build_streams(folded_needle)
    last_character = folded_needle[-1]
    is_untruncated = all(len(token) < MAX_TOKEN_LENGTH for token in phrase)
    if not is_cjk(last_character):
        return IndexLookup(tuple(phrase), is_exact=is_untruncated)
    # The last token ends the last run, which may continue in the text.
    phrase.pop()
    preceding = folded_needle[-2:-1]
    if preceding and is_cjk(preceding):
        return IndexLookup(tuple(phrase), is_exact=is_untruncated)
    if not preceding:
        return IndexLookup(characters=(last_character,), is_exact=True)
    if preceding == " ":
        return IndexLookup(tuple(phrase), characters=(last_character,))
    if len(phrase) == 1:
        return IndexLookup(boundary=(boundary[-1],), is_exact=is_untruncated)
    return IndexLookup(tuple(phrase), boundary=(boundary[-1],))


def _build_streams(folded: str) -> tuple[list[str], list[str]]:
    """Return the main stream and the boundary tokens (see :class:`Tokens`), both in text order."""
    main: list[str] = []
    boundary: list[str] = []
    was_cjk, last_end = False, 0
    for match in _RUN.finditer(folded):
        run, start = match[0], match.start()
        cjk = match.lastindex is not None
        if start and cjk is not was_cjk:
            if start > last_end:
                main.append(GAP)
            elif cjk:
                boundary.append(main[-1] + run[0])
        if cjk:
            main += map(add, run, run[1:])
            main.append(run[-1])
        else:
            main.append(run[:MAX_TOKEN_LENGTH])
        was_cjk, last_end = cjk, match.end()
    return main, boundary
