"""The limits of a query: the part that fits is parsed, and a note has the limit."""

from __future__ import annotations

import pytest

from articles.content.search_query import EVERYTHING, LIMITS, And, Limits, NoteKind, parse, unparse
from articles.content.search_query.notes import Note
from articles.tests.support.hang_guard import hang_guard


def test_too_many_characters() -> None:
    query = parse("台湾" * 249 + " ab cdef")
    assert unparse(query.root) == "台湾" * 249
    assert query.notes == (Note(NoteKind.TOO_LONG, "", "500"),)
    assert query.typed == "台湾" * 249


def test_five_hundred_characters_are_parsed() -> None:
    query = parse("  " + "湾" * 500 + "  ")
    assert (unparse(query.root), query.notes) == ("湾" * 500, ())


def test_one_long_run_is_cut_in_the_middle() -> None:
    assert unparse(parse("a " + "湾" * 600).root) == "a " + "湾" * 498


@pytest.mark.parametrize("tail", ["t32", "source:x", "source:x,y", "(x OR y)", "-x", "date:2020"])
def test_too_many_terms(tail: str) -> None:
    words = [f"t{number}" for number in range(32)]
    query = parse(" ".join([*words, tail]))
    assert unparse(query.root) == " ".join(words)
    assert query.notes == (Note(NoteKind.TOO_MANY_TERMS, "", "32"),)


def test_list_is_parsed_as_far_as_it_fits() -> None:
    query = parse("source:" + ",".join(f"s{number}" for number in range(40)))
    assert unparse(query.root) == "source:" + ",".join(f"s{number}" for number in range(32))
    assert [note.kind for note in query.notes] == [NoteKind.TOO_MANY_TERMS]


def test_too_deep() -> None:
    query = parse("a " + "(" * 8 + "b (c)" + ")" * 8)
    assert unparse(query.root) == "a b"
    assert query.notes == (Note(NoteKind.TOO_DEEP, "(c)", "8"),)


def test_alternating_depth_is_parsed_up_to_the_limit() -> None:
    typed = "a"
    for number in range(8):
        typed = f"x{number} OR y{number} ({typed} OR z{number})"
    query = parse(typed)
    assert NoteKind.TOO_DEEP not in {note.kind for note in query.notes}
    assert parse(unparse(query.root)).root == query.root


def test_truncation_causes_no_note_on_open_quotes_or_parentheses() -> None:
    query = parse('("' + "a " * 300)
    assert {note.kind for note in query.notes} == {NoteKind.TOO_LONG}


def test_output_keeps_to_the_limit_too() -> None:
    typed = "a " + " ".join("题：" + "甲" * 12 + chr(0x4E00 + number) for number in range(31))
    assert len(typed) <= LIMITS.characters
    query = parse(typed)
    assert len(unparse(query.root)) <= LIMITS.characters
    assert {note.kind for note in query.notes} == {NoteKind.TOO_LONG}
    assert isinstance(query.root, And)
    assert len(query.root.parts) == 25  # one more would not fit


def test_limits_can_be_set() -> None:
    assert parse("a b c", Limits(characters=3)).typed == "a b"
    assert parse("a", Limits(characters=0)).root == EVERYTHING
    assert unparse(parse("a b c", Limits(terms=1)).root) == "a"


def test_tail_without_words_does_not_hang() -> None:
    head = " ".join("题：" + "甲" * 9 + chr(0x4E00 + number) for number in range(26))
    with hang_guard():
        for length in range(100):
            parse("a" + "b" * length + " " + head + " !" * 100)
