"""Notes as sentences."""

from __future__ import annotations

import pytest

from articles.content.search_query import Note, NoteKind, format_note, parse


@pytest.mark.parametrize("kind", list(NoteKind))
def test_every_code_has_a_sentence(kind: NoteKind) -> None:
    text = format_note(Note(kind, "这{0}", "那{x}"))
    assert text.endswith((".", '".'))
    assert "{words}" not in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("titel:台湾", 'There is no field named titel; searched for "titel 台湾".'),
        ("date:2020-02-30", "There is no such day as 2020-02-30; read as date:2020-02."),
        ("is:video,x", "x is not known there; it was left out."),
        ("a -a", "No story can meet all of a -a."),
        ("a b OR c", "Read as (a b) OR c. Parentheses group otherwise."),
        ("b" * 501, "A search holds at most 500 characters; the rest was left out."),
    ],
)
def test_sentence(typed: str, sentence: str) -> None:
    assert [format_note(note) for note in parse(typed).notes] == [sentence]
