"""What the reader is told about a search: how it was taken where that is not plain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from articles.content.translatable import noop


class About(StrEnum):
    """What a note is about; the codes are stable."""

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
    """How a piece of the input was taken.

    ``words`` is the piece as typed. ``reading`` is what it was taken for, as a search that could
    have been typed instead, empty when it was left out; for a limit it is the limit's number.
    """

    kind: About
    words: str
    reading: str


_SENTENCES = {
    About.UNCLOSED_QUOTE: noop("The quotation mark in {words} is not closed; read as {reading}."),
    About.UNCLOSED_PARENTHESIS: noop(
        "A parenthesis is not closed; it was taken to end with the search."
    ),
    About.STRAY_PARENTHESIS: noop("A closing parenthesis has no opening one and was left out."),
    About.EMPTY_PARENTHESES: noop("Empty parentheses were left out."),
    About.LONE_OPERATOR: noop(
        "{words} stands without a word beside it and was left out. "
        'To look for the word itself, write "{words}".'
    ),
    About.READ_AS_OR: noop('{words} was read as OR. To look for the word itself, write "{words}".'),
    About.GROUPED: noop("Read as {reading}. Parentheses group otherwise."),
    About.EMPTY_FIELD: noop("Nothing follows {words}; it was left out."),
    About.FIELD_LEFT_OUT: noop("{words} cannot stand before another field and was left out."),
    About.UNKNOWN_FIELD: noop("There is no field named {words}; searched for {reading}."),
    About.UNKNOWN_VALUE: noop("{words} is not known there; {outcome}."),
    About.NO_DATE: noop(
        "{words} is no date; {outcome}. Write a date as 2020, 2020-07, 2020-07-19 or "
        "2020-07-01..2020-07-31, from 1900 to 2100."
    ),
    About.NEAREST_DATE: noop("There is no such day as {words}; read as {reading}."),
    About.SWAPPED_DATES: noop("The first date lies after the last; read as {reading}."),
    About.NO_ADDRESS: noop("{words} is no address of a story; {outcome}."),
    About.NO_STORY: noop("No story can meet all of {words}."),
    About.NO_WORDS: noop("There is no word to look for in {words}; every story is shown."),
    About.TOO_LONG: noop("A search holds at most {reading} characters; the rest was left out."),
    About.TOO_MANY_TERMS: noop("A search holds at most {reading} terms; the rest was left out."),
    About.TOO_DEEP: noop(
        "Parentheses stand within one another at most {reading} deep; {words} was left out."
    ),
}
#: What came of words that are not known there: the place of ``{outcome}``.
_SEARCHED_FOR = noop("searched for {reading}")
_LEFT_OUT = noop("it was left out")


def say(note: Note, translate: Callable[[str], str] = str) -> str:
    """Return the note as a sentence, an English one unless ``translate`` knows another.

    >>> say(Note(About.UNKNOWN_FIELD, "titel", '"titel 台湾"'))
    'There is no field named titel; searched for "titel 台湾".'
    """
    values = {"words": note.words, "reading": note.reading}
    outcome = translate(_SEARCHED_FOR if note.reading else _LEFT_OUT).format(**values)
    return translate(_SENTENCES[note.kind]).format(**values, outcome=outcome)
