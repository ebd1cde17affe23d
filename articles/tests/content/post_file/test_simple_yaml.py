"""The simple YAML parser: what it accepts, and that PyYAML gives the same result."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.content.post_file.simple_yaml import parse_simple_yaml

#: Pieces of headers, and of what makes one more than plain.
PIECES = (
    "title", "date", "a", "b-c", "港口", "No", "12:30", "2020-01-02T03:04:05.000Z", "3", "null",
    "https://a.example/b#c?d=e", ": ", ":", " ", "  ", "\n", "\n", "\ntags: ", "\nx: ", '"', "'",
    "[", "]", "[ a, b ]", "{", "}", ",", "-", "- ", "#", " #", "&", "*", "!", "|", ">", "%", "@",
    "`", "?", "? ", "\\", "\t", "\u3000", "\xa0", "\x85", "\u2028", "\ufeff", "---", "...", "<<",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.booleans())
@settings(max_examples=1_500)
def test_result_is_the_same_as_with_pyyaml(text: str, is_value: bool) -> None:
    header = f"title: {text}" if is_value else text
    values = parse_simple_yaml(header)
    if values is not None:
        assert values == yaml.load(header, Loader=yaml.CBaseLoader)  # noqa: S506 - as the reader does


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('a: "港口: #1"', "港口: #1"),
        ("a: 'say \"no\"'", 'say "no"'),
        ("a: [ (臺)中央社CNA ]", ["(臺)中央社CNA"]),
        ("a: https://a.example/b#c  ", "https://a.example/b#c"),
        ("a: 甲　乙", "甲　乙"),
    ],
)
def test_usual_lines_are_parsed(line: str, value: object) -> None:
    assert parse_simple_yaml(f"{line}\n") == {"a": value}
    assert yaml.load(line, Loader=yaml.CBaseLoader) == {"a": value}  # noqa: S506 - as the reader does


@pytest.mark.parametrize(
    "text",
    ["a: b: c", "a: b #c", 'a: "\\n"', "a: [b, ]", "a: [b: c]", "a:", "a: b\n\n  c", "a: |\n  b",
     "", "- a", "a: *b", "a: 'b''c'", "a: b\x85c"],
)  # fmt: skip
def test_anything_else_is_left_to_pyyaml(text: str) -> None:
    assert parse_simple_yaml(text) is None
