"""Notes: messages to the reader on how a query was read, where that is not obvious."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from articles.content.translatable import noop


class NoteKind(StrEnum):
    """The kinds of notes. Their values are stable codes of the API."""

    UNCLOSED_QUOTE = "unclosed-quote"
    UNCLOSED_PARENTHESIS = "unclosed-parenthesis"
    STRAY_PARENTHESIS = "stray-parenthesis"
    EMPTY_PARENTHESES = "empty-parentheses"
    LONE_OPERATOR = "lone-operator"
    READ_AS_OR = "read-as-or"
    GROUPED = "grouped"
    EMPTY_FIELD = "empty-field"
    FIELD_LEFT_OUT = "field-left-out"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_VALUE = "unknown-value"
    NO_DATE = "no-date"
    NEAREST_DATE = "nearest-date"
    SWAPPED_DATES = "swapped-dates"
    NO_ADDRESS = "no-address"
    NO_STORY = "no-story"
    NO_WORDS = "no-words"
    TOO_LONG = "too-long"
    TOO_MANY_TERMS = "too-many-terms"
    TOO_DEEP = "too-deep"


@dataclass(frozen=True, slots=True)
class Note:
    """How a piece of the input was read.

    ``words`` is the piece as typed. ``reading`` is the query it was read as, as it could have been
    typed instead; empty when the piece was left out; for a limit, the limit's number.
    """

    kind: NoteKind
    words: str
    reading: str


_MESSAGES = {
    NoteKind.UNCLOSED_QUOTE: noop(
        "The quotation mark in {words} is not closed; read as {reading}."
    ),
    NoteKind.UNCLOSED_PARENTHESIS: noop(
        "A parenthesis is not closed; it was taken to end with the search."
    ),
    NoteKind.STRAY_PARENTHESIS: noop("A closing parenthesis has no opening one and was left out."),
    NoteKind.EMPTY_PARENTHESES: noop("Empty parentheses were left out."),
    NoteKind.LONE_OPERATOR: noop(
        "{words} stands without a word beside it and was left out. "
        'To look for the word itself, write "{words}".'
    ),
    NoteKind.READ_AS_OR: noop(
        '{words} was read as OR. To look for the word itself, write "{words}".'
    ),
    NoteKind.GROUPED: noop("Read as {reading}. Parentheses group otherwise."),
    NoteKind.EMPTY_FIELD: noop("Nothing follows {words}; it was left out."),
    NoteKind.FIELD_LEFT_OUT: noop("{words} cannot stand before another field and was left out."),
    NoteKind.UNKNOWN_FIELD: noop("There is no field named {words}; searched for {reading}."),
    NoteKind.UNKNOWN_VALUE: noop("{words} is not known there; {outcome}."),
    NoteKind.NO_DATE: noop(
        "{words} is no date; {outcome}. Write a date as 2020, 2020-07, 2020-07-19 or "
        "2020-07-01..2020-07-31, from 1900 to 2100."
    ),
    NoteKind.NEAREST_DATE: noop("There is no such day as {words}; read as {reading}."),
    NoteKind.SWAPPED_DATES: noop("The first date lies after the last; read as {reading}."),
    NoteKind.NO_ADDRESS: noop("{words} is no address of a story; {outcome}."),
    NoteKind.NO_STORY: noop("No story can meet all of {words}."),
    NoteKind.NO_WORDS: noop("There is no word to look for in {words}; every story is shown."),
    NoteKind.TOO_LONG: noop("A search holds at most {reading} characters; the rest was left out."),
    NoteKind.TOO_MANY_TERMS: noop("A search holds at most {reading} terms; the rest was left out."),
    NoteKind.TOO_DEEP: noop(
        "Parentheses stand within one another at most {reading} deep; {words} was left out."
    ),
}
#: The values of ``{outcome}``: what happened to words that no field value matches.
_SEARCHED_FOR = noop("searched for {reading}")
_LEFT_OUT = noop("it was left out")


def format_note(note: Note, translate: Callable[[str], str] = str) -> str:
    """Return the note as a sentence, in English unless ``translate`` has a translation.

    >>> format_note(Note(NoteKind.UNKNOWN_FIELD, "titel", '"titel 台湾"'))
    'There is no field named titel; searched for "titel 台湾".'
    """
    values = {"words": note.words, "reading": note.reading}
    outcome = translate(_SEARCHED_FOR if note.reading else _LEFT_OUT).format(**values)
    return translate(_MESSAGES[note.kind]).format(**values, outcome=outcome)
