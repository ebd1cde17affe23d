"""Folded text cut into what an index holds, and a needle into what to ask the index for.

The main stream holds overlapping pairs of each CJK run, closed by its last character, and words.
Its order tells where a run ends, so a phrase of tokens is the same as a place in the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import add

from articles.content.search_text.character_folding import CJK, is_cjk

MAX_WORD = 64  # characters; what is longer is cut to them
#: Stands in the main stream between a word and CJK that a separator parts: "AI，时代" is not
#: "AI时代". Folded text has no such character, so no word can be taken for it.
GAP = "·"
_RUNS = re.compile(f"([{CJK}]+)|[^ {CJK}]+")
_NOT_CJK = re.compile(f"[^{CJK}]+")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the index holds of a text; no token has white space, ASCII punctuation or NUL."""

    main: list[str]
    boundary: list[str]  # each word that CJK follows directly, with its first character; once
    characters: str  # every CJK character, once, sorted


@dataclass(frozen=True, slots=True)
class Plan:
    """What a text has to fulfil, all of it, to hold a needle.

    ``phrase`` are consecutive tokens of the main stream. Unless ``is_exact``, a text that fulfils
    the plan may lack the needle and has to be looked into. A needle that folds to nothing gives
    an empty plan, which is not exact.
    """

    phrase: tuple[str, ...] = ()
    boundary: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    is_exact: bool = False


def cut(folded: str) -> Tokens:
    """Return the tokens of a folded text.

    >>> cut("台湾与ai时代").main
    ['台湾', '湾与', '与', 'ai', '时代', '代']
    >>> cut("3月 ai").main, cut("3月 ai").boundary
    (['3', '月', '·', 'ai'], ['3月'])
    """
    main, boundary = _stream(folded)
    return Tokens(main, list(dict.fromkeys(boundary)), characters(folded))


def characters(folded: str) -> str:
    """Return every CJK character of a folded text, once, sorted."""
    return "".join(sorted(set(_NOT_CJK.sub("", folded))))


def plan(folded_needle: str) -> Plan:
    """Return what to ask the index for.

    >>> plan("台湾").phrase, plan("湾ai").phrase, plan("台").characters, plan("3月").boundary
    (('台湾',), ('湾', 'ai'), ('台',), ('3月',))

    Only a single CJK character at the end, behind something else, is not settled by a phrase:
    the stream holds it with the character that follows.

    >>> plan("我的ai时")
    Plan(phrase=('我的', '的', 'ai'), boundary=('ai时',), characters=(), is_exact=False)
    """
    if not folded_needle:
        return Plan()
    phrase, boundary = _stream(folded_needle)
    last = folded_needle[-1]
    is_whole = all(len(token) < MAX_WORD for token in phrase)
    if not is_cjk(last):
        return Plan(tuple(phrase), is_exact=is_whole)
    # The last token closes the last run, which may go on in the text.
    phrase.pop()
    before = folded_needle[-2:-1]
    if before and is_cjk(before):
        return Plan(tuple(phrase), is_exact=is_whole)
    if not before:
        return Plan(characters=(last,), is_exact=True)
    if before == " ":
        return Plan(tuple(phrase), characters=(last,))
    if len(phrase) == 1:
        return Plan(boundary=(boundary[-1],), is_exact=is_whole)
    return Plan(tuple(phrase), boundary=(boundary[-1],))


def _stream(folded: str) -> tuple[list[str], list[str]]:
    """Return the main stream and, in order, every place where CJK follows a word directly."""
    main: list[str] = []
    boundary: list[str] = []
    was_cjk, last_end = False, 0
    for match in _RUNS.finditer(folded):
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
            main.append(run[:MAX_WORD])
        was_cjk, last_end = cjk, match.end()
    return main, boundary
