"""The parser: builds the syntax tree from the tokens in one pass.

The grammar, loosest binding first: ``OR`` between rows of terms; a row, all of whose terms must
match; a term, which is a word, a phrase or a group in parentheses after any ``-``, ``NOT`` and
fields. Parentheses are the only recursion, and their depth is limited.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from articles.content.search_query.field_values import FieldValue, parse_field_value, read_values
from articles.content.search_query.fields import Field, field_for_filter
from articles.content.search_query.formatter import unparse
from articles.content.search_query.normalization import normalize
from articles.content.search_query.notes import Note, NoteKind
from articles.content.search_query.syntax_tree import (
    EVERYTHING,
    And,
    DateRange,
    Filter,
    Node,
    Not,
    Or,
    Text,
)
from articles.content.search_query.tokenizer import (
    VALUE_KINDS,
    Token,
    TokenKind,
    has_words,
    quote,
    tokenize,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a query is parsed."""

    characters: int = 500
    terms: int = 32
    depth: int = 8  # of parentheses


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _FieldContext:
    """The fields before a term or a group: which text its words must be in, or one filter field."""

    text_field: Literal["any", "title"] = "any"
    exact: bool = False
    filter_field: Field | None = None

    def add(self, field: Field) -> _FieldContext:
        """Return the context with ``field`` added: a filter and a text field replace each other."""
        if field.value_type != "text":
            return _FieldContext(filter_field=field)
        if field.name == "exact":
            return replace(self, exact=True, filter_field=None)
        return replace(self, text_field="title", filter_field=None)


_NO_FIELDS = _FieldContext()
_URL_FIELD = field_for_filter("url")
#: Tokens that no term begins with.
_TERM_ENDS = {TokenKind.CLOSING_PARENTHESIS, TokenKind.OR, TokenKind.AND}


class Parser:
    """One pass over the tokens of ``text``.

    With ``is_truncated``, ``text`` ends at a limit: what is unfinished there gets no note.
    """

    def __init__(self, text: str, limits: Limits, *, is_truncated: bool) -> None:
        self.notes: list[Note] = []
        self._text = text
        self._tokens = tokenize(text)
        self._limits = limits
        self._is_truncated = is_truncated
        self._position = 0
        self._term_count = 0
        #: Of each condition of ``from:`` or ``to:``, the days of the date as typed.
        self._typed_ranges: dict[DateRange, DateRange] = {}

    def parse_group(self, fields: _FieldContext = _NO_FIELDS, depth: int = 0) -> Node | None:
        """Return the tree up to the closing parenthesis, or at depth 0 up to the end.

        None when there is no term.
        """
        rows: list[list[Node]] = [[]]
        operator: Token | None = None  # an OR whose right side is still to come
        while token := self._peek():
            if token.kind is TokenKind.CLOSING_PARENTHESIS:
                self._position += 1
                if depth:
                    break
                self._add_note(NoteKind.STRAY_PARENTHESIS, token.value)
            elif token.kind is TokenKind.AND:
                self._position += 1
            elif self._is_or(token, has_left=bool(rows[-1]) and operator is None):
                self._position += 1
                if operator or not rows[-1]:
                    self._add_note(NoteKind.LONE_OPERATOR, token.value)
                else:
                    operator = token
            elif (node := self._parse_term(fields, depth)) is not None:
                if operator:
                    rows.append([])
                    operator = None
                rows[-1].append(node)
        else:
            if depth and not self._is_truncated:
                self._add_note(NoteKind.UNCLOSED_PARENTHESIS, "(")
        if operator and not self._is_truncated:
            self._add_note(NoteKind.LONE_OPERATOR, operator.value)
        return self._combine_rows(rows) if rows[0] else None

    def _peek(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _add_note(self, kind: NoteKind, words: str, reading: str = "") -> None:
        self.notes.append(Note(kind, words, reading))

    def _source_text(self, start: Token) -> str:
        """Return the input from the token ``start`` to the last one that was read."""
        return self._text[start.start : self._tokens[self._position - 1].end]

    def _is_or(self, token: Token, *, has_left: bool) -> bool:
        """Return whether the token is an OR; 或 is one only between two terms, else a word."""
        if token.kind is not TokenKind.MAYBE_OR or not has_left:
            return token.kind is TokenKind.OR
        after = self._tokens[self._position + 1 : self._position + 2]
        if not after or after[0].kind in {*_TERM_ENDS, TokenKind.MAYBE_OR}:
            return False
        self._add_note(NoteKind.READ_AS_OR, token.value, "OR")
        return True

    def _combine_rows(self, rows: list[list[Node]]) -> Node:
        joined = [normalize(And(tuple(self._swap_crossed_dates(row)))) for row in rows]
        if len(rows) > 1 and any(isinstance(row, And) for row in joined):
            texts = [
                f"({unparse(row)})" if isinstance(row, And) else unparse(row) for row in joined
            ]
            self._add_note(NoteKind.GROUPED, "OR", " OR ".join(texts))
        return normalize(Or(tuple(joined)))

    def _swap_crossed_dates(self, row: list[Node]) -> list[Node]:
        """Return the row; where its only ``from:`` is after its only ``to:``, the dates swapped."""
        date_ranges = [part for part in dict.fromkeys(row) if isinstance(part, DateRange)]
        firsts = [days for days in date_ranges if days in self._typed_ranges and days.first]
        lasts = [days for days in date_ranges if days in self._typed_ranges and days.last]
        if len(firsts) != 1 or len(lasts) != 1:
            return row
        late, early = self._typed_ranges[firsts[0]], self._typed_ranges[lasts[0]]
        if not (late.first and early.last and late.first > early.last):
            return row
        days = DateRange(early.first, late.last)
        self._add_note(NoteKind.SWAPPED_DATES, f"{late.first}..{early.last}", unparse(days))
        return [*(part for part in row if part not in (firsts[0], lasts[0])), days]

    def _parse_term(self, fields: _FieldContext, depth: int) -> Node | None:
        """Return the next term; None when it has nothing to search for."""
        negated = False
        previous: Token | None = None
        last_field: Field | None = None
        while (token := self._peek()) and token.kind in (TokenKind.NOT, TokenKind.FIELD):
            self._position += 1
            if token.field is None:
                negated = not negated
            else:
                if (
                    previous
                    and last_field
                    and not last_field.value_type == token.field.value_type == "text"
                ):
                    self._add_note(NoteKind.FIELD_LEFT_OUT, f"{last_field.name}:")
                last_field = token.field
                fields = fields.add(last_field)
            previous = token
        node = self._parse_operand(fields, depth, previous)
        return Not(node) if negated and node is not None else node

    def _parse_operand(
        self, fields: _FieldContext, depth: int, previous: Token | None
    ) -> Node | None:
        """Return the operand of a term; ``previous`` is the last of its minus signs and fields."""
        token = self._peek()
        if token is None or token.kind in _TERM_ENDS or _takes_default(previous, token):
            return self._parse_missing_operand(previous)
        self._position += 1
        if token.kind is TokenKind.UNCLOSED_PHRASE and not self._is_truncated:
            self._add_note(NoteKind.UNCLOSED_QUOTE, self._source_text(token), quote(token.value))
        node: Node | None
        if token.kind is TokenKind.OPENING_PARENTHESIS:
            return self._parse_parentheses(token, fields, depth)
        if token.kind is TokenKind.STAR:
            return EVERYTHING
        if token.kind is TokenKind.UNKNOWN_FIELD:
            return self._parse_unknown_field(token, fields)
        if fields.filter_field:
            node = self._parse_values(fields.filter_field, token)
        elif token.kind is TokenKind.URL and fields == _NO_FIELDS:
            node = self._parse_values(_URL_FIELD, token)
        else:
            node = self._add_text(token.value, fields, phrase=token.kind is not TokenKind.WORD)
        if node is None and previous and previous.field and not self._is_at_term_limit():
            self._add_note(NoteKind.EMPTY_FIELD, previous.value + ":")
        return node

    def _parse_missing_operand(self, previous: Token | None) -> Node | None:
        """Return the meaning of a field or a minus sign with no operand, or None with a note."""
        if previous is None or (self._is_truncated and self._peek() is None):
            return None
        if previous.field is None:
            self._add_note(NoteKind.LONE_OPERATOR, previous.value)
        elif previous.field.default and previous.field.filter:
            return self._add_term(Filter(previous.field.filter, previous.field.default))
        else:
            self._add_note(NoteKind.EMPTY_FIELD, previous.value + ":")
        return None

    def _parse_parentheses(self, opening: Token, fields: _FieldContext, depth: int) -> Node | None:
        if depth < self._limits.depth:
            notes = len(self.notes)
            node = self.parse_group(fields, depth + 1)
            if node is None and len(self.notes) == notes:
                self._add_note(NoteKind.EMPTY_PARENTHESES, self._source_text(opening))
            return node
        open_parentheses = 1
        while open_parentheses and (token := self._peek()):
            open_parentheses += (token.kind is TokenKind.OPENING_PARENTHESIS) - (
                token.kind is TokenKind.CLOSING_PARENTHESIS
            )
            self._position += 1
        self._add_note(NoteKind.TOO_DEEP, self._source_text(opening), str(self._limits.depth))
        return None

    def _parse_unknown_field(self, token: Token, fields: _FieldContext) -> Node | None:
        """Return the text on both sides of the colon as a phrase, as no field has that name."""
        after = self._peek()
        rest = token.rest
        if not rest and after and after.kind in VALUE_KINDS and after.start == token.end:
            self._position += 1
            rest = after.value
        node = self._add_text(f"{token.value} {rest}".strip(), fields, phrase=bool(rest))
        if node is not None:
            self._add_note(NoteKind.UNKNOWN_FIELD, token.value, unparse(node))
        return node

    def _parse_values(self, field: Field, token: Token) -> Node | None:
        """Return the condition that a story has any of the values of the field."""
        values, self._position = read_values(
            self._tokens, self._position - 1, allows_list=field.allows_list
        )
        parsed = [(value, parse_field_value(field, value)) for value in values]
        known = [
            self._add_condition(value, field_value) for value, field_value in parsed if field_value
        ]
        unknown = [value for value, field_value in parsed if not field_value]
        note_kind = {"date": NoteKind.NO_DATE, "url": NoteKind.NO_ADDRESS}.get(
            field.value_type, NoteKind.UNKNOWN_VALUE
        )
        if known:
            for value in unknown:
                self._add_note(note_kind, value)
            nodes = tuple(node for node in known if node is not None)
            return normalize(Or(nodes)) if nodes else None
        node = self._add_text(" ".join(unknown), _NO_FIELDS, phrase=False)
        if node is not None:
            self._add_note(note_kind, " ".join(unknown), unparse(node))
        return node

    def _add_condition(self, value: str, field_value: FieldValue) -> Node | None:
        """Return the condition of one field value, counted as a term."""
        leaf = self._add_term(field_value.node)
        if leaf is not None and field_value.note_kind:
            self._add_note(field_value.note_kind, value, unparse(leaf))
        if field_value.typed_range and isinstance(leaf, DateRange):
            self._typed_ranges[leaf] = field_value.typed_range
        return leaf

    def _add_text(self, value: str, fields: _FieldContext, *, phrase: bool) -> Node | None:
        if not has_words(value):
            return None
        return self._add_term(Text(value, fields.text_field, phrase, fields.exact))

    def _add_term(self, node: Node) -> Node | None:
        """Return ``node``, counted as one more term, or stop parsing when the limit is reached."""
        if not self._is_at_term_limit():
            self._term_count += 1
            return normalize(node)
        self._add_note(NoteKind.TOO_MANY_TERMS, "", str(self._limits.terms))
        self._is_truncated = True
        self._position = len(self._tokens)
        return None

    def _is_at_term_limit(self) -> bool:
        return self._term_count >= self._limits.terms


def _takes_default(previous: Token | None, token: Token) -> bool:
    """Return whether a field takes its default as a space precedes ``token``: ``changed: 台湾``."""
    if previous is None or previous.field is None or not previous.field.default:
        return False
    return previous.end < token.start
