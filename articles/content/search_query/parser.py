"""The tokens of a search, read into a tree in one pass.

The grammar, loosest first: ``OR`` between rows of terms; a row, all of whose terms must hold; a
term, which is ``-`` or ``NOT`` and fields before a word, a phrase or a group in parentheses.
Parentheses are the only recursion, and their depth is limited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from articles.content.search_query.field_values import Meaning, meaning_of
from articles.content.search_query.fields import Field, field_of
from articles.content.search_query.formatter import write
from articles.content.search_query.normalization import normalise
from articles.content.search_query.notes import About, Note
from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    And,
    Days,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import VALUES, Sort, Token, has_words, quoted, tokens
from articles.content.search_query.value_lists import values_at


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a search is read."""

    characters: int = 500
    terms: int = 32
    depth: int = 8  # of parentheses


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields that stand before a term or a group: where its words stand, or its property."""

    place: Literal["any", "title"] = "any"
    exact: bool = False
    property: Field | None = None

    def with_(self, field: Field) -> _Fields:
        """Return the fields with one more: a property and a place for words exclude each other."""
        if field.takes != "text":
            return _Fields(property=field)
        if field.name == "exact":
            return replace(self, exact=True, property=None)
        return replace(self, place="title", property=None)


_NO_FIELDS = _Fields()
_URL = field_of("url")
_ENDS = {Sort.CLOSE, Sort.OR, Sort.AND}  # no term begins with them


class Reader:
    """One pass over the tokens of ``text``; ``cut`` tells that its end is not the reader's own."""

    def __init__(self, text: str, limits: Limits, *, cut: bool) -> None:
        self.notes: list[Note] = []
        self._text = text
        self._tokens = tokens(text)
        self._limits = limits
        self._cut = cut
        self._at = 0
        self._terms = 0
        self._dates: dict[Days, Days] = {}  # of ``from:`` and ``to:`` the days of the date itself

    def group(self, fields: _Fields = _NO_FIELDS, depth: int = 0) -> Node | None:
        """Return what stands up to the closing parenthesis, or at depth 0 up to the end.

        None when there is no term.
        """
        rows: list[list[Node]] = [[]]
        operator: Token | None = None  # an OR that waits for what follows it
        while token := self._peek():
            if token.sort is Sort.CLOSE:
                self._at += 1
                if depth:
                    break
                self._note(About.STRAY_PARENTHESIS, token.value)
            elif token.sort is Sort.AND:
                self._at += 1
            elif self._is_or(token, has_left=bool(rows[-1]) and operator is None):
                self._at += 1
                if operator or not rows[-1]:
                    self._note(About.LONE_OPERATOR, token.value)
                else:
                    operator = token
            elif (node := self._term(fields, depth)) is not None:
                if operator:
                    rows.append([])
                    operator = None
                rows[-1].append(node)
        else:
            if depth and not self._cut:
                self._note(About.UNCLOSED_PARENTHESIS, "(")
        if operator and not self._cut:
            self._note(About.LONE_OPERATOR, operator.value)
        return self._joined(rows) if rows[0] else None

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _note(self, about: About, words: str, reading: str = "") -> None:
        self.notes.append(Note(about, words, reading))

    def _typed(self, first: Token) -> str:
        """Return the input from ``first`` to the last token that was read."""
        return self._text[first.start : self._tokens[self._at - 1].end]

    def _is_or(self, token: Token, *, has_left: bool) -> bool:
        """Tell whether the token is an OR; 或 is one only between two terms, else it is a word."""
        if token.sort is not Sort.MAYBE_OR or not has_left:
            return token.sort is Sort.OR
        after = self._tokens[self._at + 1 : self._at + 2]
        if not after or after[0].sort in {*_ENDS, Sort.MAYBE_OR}:
            return False
        self._note(About.READ_AS_OR, token.value, "OR")
        return True

    def _joined(self, rows: list[list[Node]]) -> Node:
        joined = [normalise(And(tuple(self._right_way_round(row)))) for row in rows]
        if len(rows) > 1 and any(isinstance(row, And) for row in joined):
            texts = [f"({write(row)})" if isinstance(row, And) else write(row) for row in joined]
            self._note(About.GROUPED, "OR", " OR ".join(texts))
        return normalise(Or(tuple(joined)))

    def _right_way_round(self, row: list[Node]) -> list[Node]:
        """Return the row with one ``from:`` and one ``to:`` swapped where they cross."""
        ends = [part for part in dict.fromkeys(row) if isinstance(part, Days)]
        firsts = [days for days in ends if days in self._dates and days.first]
        lasts = [days for days in ends if days in self._dates and days.last]
        if len(firsts) != 1 or len(lasts) != 1:
            return row
        late, early = self._dates[firsts[0]], self._dates[lasts[0]]
        if not (late.first and early.last and late.first > early.last):
            return row
        days = Days(early.first, late.last)
        self._note(About.SWAPPED_DATES, f"{late.first}..{early.last}", write(days))
        return [*(part for part in row if part not in (firsts[0], lasts[0])), days]

    def _term(self, fields: _Fields, depth: int) -> Node | None:
        """Return the next term; None when it holds nothing to look for."""
        negated = False
        before: Token | None = None
        last: Field | None = None
        while (token := self._peek()) and token.sort in (Sort.NOT, Sort.FIELD):
            self._at += 1
            if token.field is None:
                negated = not negated
            else:
                if before and last and not last.takes == token.field.takes == "text":
                    self._note(About.FIELD_LEFT_OUT, f"{last.name}:")
                last = token.field
                fields = fields.with_(last)
            before = token
        node = self._operand(fields, depth, before)
        return Not(node) if negated and node is not None else node

    def _operand(self, fields: _Fields, depth: int, before: Token | None) -> Node | None:
        """Return what stands behind the ``before`` of a term, the last of its signs and fields."""
        token = self._peek()
        if token is None or token.sort in _ENDS or _has_default(before, token):
            return self._missing(before)
        self._at += 1
        if token.sort is Sort.UNCLOSED and not self._cut:
            self._note(About.UNCLOSED_QUOTE, self._typed(token), quoted(token.value))
        node: Node | None
        if token.sort is Sort.OPEN:
            return self._parentheses(token, fields, depth)
        if token.sort is Sort.EVERYTHING:
            return EVERYTHING
        if token.sort is Sort.UNKNOWN:
            return self._unknown(token, fields)
        if fields.property:
            node = self._property(fields.property, token)
        elif token.sort is Sort.ADDRESS and fields == _NO_FIELDS:
            node = self._property(_URL, token)
        else:
            node = self._words(token.value, fields, phrase=token.sort is not Sort.WORD)
        if node is None and before and before.field and not self._is_full():
            self._note(About.EMPTY_FIELD, before.value + ":")
        return node

    def _missing(self, before: Token | None) -> Node | None:
        """Return what a field or a sign means when nothing stands behind it."""
        if before is None or (self._cut and self._peek() is None):
            return None
        if before.field is None:
            self._note(About.LONE_OPERATOR, before.value)
        elif before.field.default and before.field.filter:
            return self._leaf(Filter(before.field.filter, before.field.default))
        else:
            self._note(About.EMPTY_FIELD, before.value + ":")
        return None

    def _parentheses(self, opening: Token, fields: _Fields, depth: int) -> Node | None:
        if depth < self._limits.depth:
            notes = len(self.notes)
            node = self.group(fields, depth + 1)
            if node is None and len(self.notes) == notes:
                self._note(About.EMPTY_PARENTHESES, self._typed(opening))
            return node
        inside = 1
        while inside and (token := self._peek()):
            inside += (token.sort is Sort.OPEN) - (token.sort is Sort.CLOSE)
            self._at += 1
        self._note(About.TOO_DEEP, self._typed(opening), str(self._limits.depth))
        return None

    def _unknown(self, token: Token, fields: _Fields) -> Node | None:
        """Return the words on both sides of a colon that stands behind no field, as a phrase."""
        after = self._peek()
        rest = token.rest
        if not rest and after and after.sort in VALUES and after.start == token.end:
            self._at += 1
            rest = after.value
        node = self._words(f"{token.value} {rest}".strip(), fields, phrase=bool(rest))
        if node is not None:
            self._note(About.UNKNOWN_FIELD, token.value, write(node))
        return node

    def _property(self, field: Field, token: Token) -> Node | None:
        """Return the condition that one of the values behind a field holds."""
        values, self._at = values_at(self._tokens, self._at - 1, listed=field.listed)
        meanings = [(value, meaning_of(field, value)) for value in values]
        known = [self._meant(value, meaning) for value, meaning in meanings if meaning]
        unknown = [value for value, meaning in meanings if not meaning]
        about = {"days": About.NO_DATE, "address": About.NO_ADDRESS}.get(
            field.takes, About.UNKNOWN_VALUE
        )
        if known:
            for value in unknown:
                self._note(about, value)
            nodes = tuple(node for node in known if node is not None)
            return normalise(Or(nodes)) if nodes else None
        node = self._words(" ".join(unknown), _NO_FIELDS, phrase=False)
        if node is not None:
            self._note(about, " ".join(unknown), write(node))
        return node

    def _meant(self, value: str, meaning: Meaning) -> Node | None:
        """Return the condition of one value as a term."""
        leaf = self._leaf(meaning.node)
        if leaf is not None and meaning.about:
            self._note(meaning.about, value, write(leaf))
        if meaning.whole and isinstance(leaf, Days):
            self._dates[leaf] = meaning.whole
        return leaf

    def _words(self, value: str, fields: _Fields, *, phrase: bool) -> Node | None:
        if not has_words(value):
            return None
        return self._leaf(Text(value, fields.place, phrase, fields.exact))

    def _leaf(self, node: Node) -> Node | None:
        """Return ``node`` as one more term, or end the reading when it does not fit."""
        if not self._is_full():
            self._terms += 1
            return normalise(node)
        self._note(About.TOO_MANY_TERMS, "", str(self._limits.terms))
        self._cut = True
        self._at = len(self._tokens)
        return None

    def _is_full(self) -> bool:
        return self._terms >= self._limits.terms


def _has_default(before: Token | None, token: Token) -> bool:
    """Tell whether ``token`` is apart from a field that needs no value: ``changed: 台湾``."""
    if before is None or before.field is None or not before.field.default:
        return False
    return before.end < token.start
