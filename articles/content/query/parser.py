"""A search as typed, read into a tree and notes. Nothing that is typed is an error.

The grammar, loosest first: ``OR`` between rows of terms; a row, all of whose terms must hold; a
term, which is ``-`` or ``NOT`` and fields before a word, a phrase or a group in parentheses.
Parentheses are the only recursion, and their depth is limited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from articles.content.query.fields import Field, field_of
from articles.content.query.normal import normalise
from articles.content.query.notes import About, Note
from articles.content.query.tree import EVERYTHING, And, Days, Filter, Node, Not, Or, Text
from articles.content.query.values import meaning_of
from articles.content.query.words import LIST_MARKS, Sort, Token, clean, has_words, tokens
from articles.content.query.writing import write


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a search is read."""

    characters: int = 500
    terms: int = 32
    depth: int = 8  # of parentheses


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Query:
    """A search that was read; ``typed`` is what of the input was read, fit to be shown again."""

    root: Node
    notes: tuple[Note, ...]
    typed: str


def parse(typed: str, limits: Limits = LIMITS) -> Query:
    """Return the tree of what was typed, in its normal form, and the notes on it.

    Never raises. Over a limit what fits is read. ``write`` of the tree keeps to the limits too,
    so that a link can carry it: where it would be longer than the limit, less is read.
    """
    text = clean(typed[: limits.characters + 1])
    whole = len(typed) <= limits.characters
    if not whole:
        text = _head(text, limits.characters)
    while True:
        reader = _Reader(text, limits, cut=not whole)
        root = normalise(reader.group(_Fields(), depth=0))
        over = len(write(root)) - limits.characters
        if over <= 0:
            return Query(root, reader.closing_notes(root), text)
        text, whole = _head(text, max(0, len(text) - over)), False


def _head(text: str, length: int) -> str:
    """Return at most ``length`` characters, without the half word that a cut leaves."""
    head = text[:length]
    if not text[length : length + 1].isspace():
        kept = head.rstrip("".join(char for char in head[-_WORD:] if not char.isspace()))
        head = kept if kept and len(head) - len(kept) < _WORD else head
    return head.rstrip()


_WORD = 40  # characters; a longer run is cut rather than left out


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields that stand before a term or a group."""

    place: Literal["any", "title"] = "any"
    exact: bool = False
    property: Field | None = None

    def with_(self, field: Field) -> _Fields:
        """Return the fields with one more behind them; a property and a place exclude one other."""
        if field.takes != "text":
            return _Fields(property=field)
        if field.name == "title":
            return replace(self, place="title", property=None)
        return replace(self, exact=True, property=None)


_VALUES = {Sort.WORD, Sort.PHRASE, Sort.UNCLOSED, Sort.ADDRESS}
_NO_OPERAND = {Sort.CLOSE, Sort.OR, Sort.AND}


class _Reader:
    """One pass over the tokens."""

    def __init__(self, text: str, limits: Limits, *, cut: bool) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.limits = limits
        self.cut = cut
        self.at = 0
        self.terms = 0
        self.notes: list[Note] = []
        self.full = False
        self.wholes: dict[Days, Days] = {}

    def closing_notes(self, root: Node) -> tuple[Note, ...]:
        """Return all notes, with those on the search as a whole."""
        if self.cut:
            self.note(About.TOO_LONG, "", str(self.limits.characters))
        if root == EVERYTHING and self.text.strip() and not self.notes and not self._is_star():
            self.note(About.NO_WORDS, self.text)
        return tuple(dict.fromkeys(self.notes))

    def _is_star(self) -> bool:
        return any(token.sort is Sort.EVERYTHING for token in self.tokens)

    def note(self, about: About, words: str, reading: str = "") -> None:
        """Keep a note."""
        self.notes.append(Note(about, words, reading))

    def peek(self) -> Token | None:
        """Return the next token, None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def group(self, fields: _Fields, depth: int) -> Node:
        """Return what stands up to the closing parenthesis, or at depth 0 up to the end."""
        rows: list[list[Node]] = [[]]
        operator: Token | None = None  # an OR that waits for what follows it
        while token := self.peek():
            if token.sort is Sort.CLOSE:
                self.at += 1
                if depth:
                    break
                self.note(About.STRAY_PARENTHESIS, token.value)
            elif token.sort is Sort.AND:
                self.at += 1
            elif token.sort is Sort.OR or self._is_or(token, bool(rows[-1]) and not operator):
                self.at += 1
                if operator or not rows[-1]:
                    self.note(About.LONE_OPERATOR, token.value)
                else:
                    operator = token
            elif (node := self.term(fields, depth)) is not None:
                if operator:
                    rows.append([])
                    operator = None
                rows[-1].append(node)
        else:
            if depth and not self.full and not self.cut:
                self.note(About.UNCLOSED_PARENTHESIS, "(")
        if operator and not self.full:
            self.note(About.LONE_OPERATOR, operator.value)
        return self._joined(rows)

    def _is_or(self, token: Token, has_left: bool) -> bool:
        """Tell whether 或 stands between two terms; else it is a word."""
        if token.sort is not Sort.MAYBE_OR or not has_left:
            return False
        after = self.tokens[self.at + 1 : self.at + 2]
        if not after or after[0].sort in _NO_OPERAND | {Sort.MAYBE_OR}:
            return False
        self.note(About.READ_AS_OR, token.value, "OR")
        return True

    def _joined(self, rows: list[list[Node]]) -> Node:
        joined = [normalise(And(tuple(self._in_order(row)))) for row in rows]
        if len(rows) > 1 and any(isinstance(row, And) for row in joined):
            reading = " OR ".join(
                f"({write(row)})" if isinstance(row, And) else write(row) for row in joined
            )
            self.note(About.GROUPED, "OR", reading)
        return Or(tuple(joined)) if len(joined) > 1 else joined[0]

    def _in_order(self, row: list[Node]) -> list[Node]:
        """Return the row with ``from:`` and ``to:`` the right way round."""
        ends = [part for part in dict.fromkeys(row) if isinstance(part, Days)]
        ends = [days for days in ends if days in self.wholes]
        firsts = [part for part in ends if part.first]
        lasts = [part for part in ends if part.last]
        if len(firsts) != 1 or len(lasts) != 1:
            return row
        late, early = self.wholes[firsts[0]], self.wholes[lasts[0]]
        if not (late.first and early.last and late.first > early.last):
            return row
        days = Days(early.first, late.last)
        self.note(About.SWAPPED_DATES, f"{late.first}..{early.last}", write(days))
        return [part for part in row if part != firsts[0] and part != lasts[0]] + [days]

    def term(self, fields: _Fields, depth: int) -> Node | None:
        """Return the next term; None when it holds nothing to look for."""
        negated = False
        before: Token | None = None
        field: Token | None = None
        while (token := self.peek()) and token.sort in (Sort.NOT, Sort.FIELD):
            self.at += 1
            before = token
            if token.field is None:
                negated = not negated
                continue
            if field and field.field and not field.field.takes == token.field.takes == "text":
                self.note(About.FIELD_LEFT_OUT, self.text[field.start : field.end])
            field = token
            fields = fields.with_(token.field)
        node = self._operand(fields, depth, before)
        return Not(node) if negated and node is not None else node

    def _operand(self, fields: _Fields, depth: int, before: Token | None) -> Node | None:
        token = self.peek()
        alone = token is None or token.sort in _NO_OPERAND
        if before and before.field and before.field.default:
            alone = alone or (token is not None and token.start > before.end)
        if token is None or alone:
            return self._without_operand(before)
        self.at += 1
        if token.sort is Sort.OPEN:
            return self._group(token, fields, depth)
        if token.sort is Sort.EVERYTHING:
            return EVERYTHING
        if token.sort is Sort.UNCLOSED and not self.cut:
            self.note(About.UNCLOSED_QUOTE, self.text[token.start :], f'"{token.value}"')
        if token.sort is Sort.UNKNOWN:
            return self._unknown(token, fields)
        if fields.property:
            return self._property(fields.property, token)
        if token.sort is Sort.ADDRESS and fields == _Fields():
            return self._property(_URL, token)
        return self._text(token.value, fields, phrase=token.sort is not Sort.WORD)

    def _without_operand(self, before: Token | None) -> Node | None:
        """Return what fields or ``NOT`` mean when nothing stands behind them."""
        if before is None:
            return None
        words = self.text[before.start : before.end]
        if before.field is None:
            self.note(About.LONE_OPERATOR, words)
            return None
        if before.field.default and before.field.filter:
            return self._leaf(Filter(before.field.filter, before.field.default))
        self.note(About.EMPTY_FIELD, words)
        return None

    def _group(self, opening: Token, fields: _Fields, depth: int) -> Node | None:
        if depth < self.limits.depth:
            before = self.terms, len(self.notes), self.at
            node = self.group(fields, depth + 1)
            if node != EVERYTHING or self._held_a_star(before[2]):
                return node
            if len(self.notes) == before[1]:
                self.note(About.EMPTY_PARENTHESES, self._typed(opening))
            return None
        inside = 1
        while inside and (token := self.peek()):
            inside += (token.sort is Sort.OPEN) - (token.sort is Sort.CLOSE)
            self.at += 1
        self.note(About.TOO_DEEP, self._typed(opening), str(self.limits.depth))
        return None

    def _held_a_star(self, start: int) -> bool:
        return any(token.sort is Sort.EVERYTHING for token in self.tokens[start : self.at])

    def _typed(self, first: Token) -> str:
        """Return the input from ``first`` to the last token that was read."""
        return self.text[first.start : self.tokens[self.at - 1].end]

    def _unknown(self, token: Token, fields: _Fields) -> Node | None:
        """Return the words around the colon of what is no field, as a phrase."""
        after = self.peek()
        rest = token.rest
        if not rest and after and after.sort in _VALUES and after.start == token.end:
            self.at += 1
            rest = after.value
        value = f"{token.value} {rest}".strip()
        node = self._text(value, fields, phrase=bool(rest))
        if node is not None:
            self.note(About.UNKNOWN_FIELD, token.value, write(node))
        return node

    def _property(self, field: Field, token: Token) -> Node | None:
        """Return the condition that one of the values holds."""
        values = self._values(field, token)
        found = [(value, meaning_of(field, value)) for value in values]
        known = [(value, meaning) for value, meaning in found if meaning]
        unknown = [value for value, meaning in found if not meaning]
        about = About.NO_DATE if field.takes == "days" else About.UNKNOWN_VALUE
        nodes: list[Node] = []
        for value, meaning in known:
            leaf = self._leaf(meaning.node)
            if leaf is None:
                break
            nodes.append(leaf)
            if meaning.whole and isinstance(leaf, Days):
                self.wholes[leaf] = meaning.whole
            if meaning.about:
                self.note(meaning.about, value, write(leaf))
        if nodes:
            for value in unknown:
                self.note(about, value)
            return normalise(Or(tuple(nodes)))
        if known:
            return None
        text = self._text(" ".join(unknown), _Fields(), phrase=False)
        if text is None:
            self.note(About.EMPTY_FIELD, field.name)
        else:
            self.note(about, " ".join(unknown), write(text))
        return text

    def _values(self, field: Field, token: Token) -> list[str]:
        """Return the values of a list such as ``BBC,"联合早报"`` that begins with ``token``."""
        values = _split(field, token)
        while field.listed and (after := self.peek()) and after.start == token.end:
            comma = self.text[after.start - 1] in LIST_MARKS or self.text[after.start] in LIST_MARKS
            if after.sort not in _VALUES or not comma:
                break
            self.at += 1
            token = after
            values += _split(field, token)
        return values

    def _text(self, value: str, fields: _Fields, *, phrase: bool) -> Node | None:
        if not has_words(value):
            return None
        return self._leaf(Text(value, fields.place, phrase, fields.exact))

    def _leaf(self, node: Node) -> Node | None:
        """Return ``node`` if one more term fits; else end the reading."""
        self.terms += 1
        if self.terms <= self.limits.terms:
            return normalise(node)
        if not self.full:
            self.full = True
            self.note(About.TOO_MANY_TERMS, "", str(self.limits.terms))
        self.at = len(self.tokens)
        return None


def _split(field: Field, token: Token) -> list[str]:
    if token.sort is not Sort.WORD or not field.listed:
        return [token.value] if token.value.strip() else []
    return [value for value in _LIST.split(token.value) if value]


_LIST = re.compile(f"[{re.escape(LIST_MARKS)}]")
_URL = field_of("url")
