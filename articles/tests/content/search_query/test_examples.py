"""The examples of the help page do what it says."""

from __future__ import annotations

import pytest

from articles.content.search_query import About, parse, write
from articles.content.search_query.examples import Example, examples
from articles.content.search_query.fields import FIELDS


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.typed)
def test_example_is_read_as_it_says(example: Example) -> None:
    query = parse(example.typed)
    assert write(query.root) == example.written
    assert tuple(note.kind for note in query.notes) == example.notes


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.typed)
def test_example_can_be_typed_as_it_is_written(example: Example) -> None:
    assert parse(example.written).root == parse(example.typed).root


def test_examples_show_every_field_and_known_codes() -> None:
    shown = " ".join(example.typed for example in examples())
    missing = [
        field.name
        for field in FIELDS
        if not any(f"{name}{colon}" in shown for name in field.names for colon in ":：")
    ]
    assert missing == ["url"]  # the example pastes an address without a field
    assert {code for example in examples() for code in example.notes} <= set(About)
