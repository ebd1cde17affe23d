"""The examples of the help page mean what the page says."""

from __future__ import annotations

import pytest

from articles.content.search_query import NoteKind, parse, unparse
from articles.content.search_query.examples import Example, examples
from articles.content.search_query.fields import FIELDS


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.typed)
def test_example_has_its_normal_form_and_notes(example: Example) -> None:
    query = parse(example.typed)
    assert unparse(query.root) == example.normal_form
    assert tuple(note.kind for note in query.notes) == example.notes


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.typed)
def test_normal_form_of_an_example_parses_to_the_same_tree(example: Example) -> None:
    assert parse(example.normal_form).root == parse(example.typed).root


def test_examples_have_every_field_and_only_known_codes() -> None:
    shown = " ".join(example.typed for example in examples())
    missing = [
        field.name
        for field in FIELDS
        if not any(f"{name}{colon}" in shown for name in field.names for colon in ":：")
    ]
    assert missing == ["url"]  # the example pastes an address without a field
    assert {code for example in examples() for code in example.notes} <= set(NoteKind)
