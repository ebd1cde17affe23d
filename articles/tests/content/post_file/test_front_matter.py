"""The front matter parser: YAML whose values stay strings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.post_file.front_matter import FrontMatterError, parse_front_matter


def test_strings_stay_strings() -> None:
    header = "author: No\ntime: 12:30\nnumber: 007\nempty:\ndate: 2021-01-14\nyes: ~\nhex: 0x1F\n"
    assert parse_front_matter(header).values == {
        "author": "No",
        "time": "12:30",
        "number": "007",
        "empty": "",
        "date": "2021-01-14",
        "yes": "~",
        "hex": "0x1F",
    }


def test_lists_in_block_and_flow_style() -> None:
    header = "tags: [ 港口, No, 12:30 ]\ncategories:\n- 甲\n- 乙\n"
    values = parse_front_matter(header).values
    assert values == {"tags": ["港口", "No", "12:30"], "categories": ["甲", "乙"]}


def test_quoted_title_with_escapes() -> None:
    front_matter = parse_front_matter('title: "他说：\\"开放\\" – it\'s #1: ok"\n')
    assert front_matter.values == {"title": '他说："开放" – it\'s #1: ok'}
    assert front_matter.warning == ""


def test_title_over_two_lines() -> None:
    assert (
        parse_front_matter('title: "港口\n\n"\ndate: 2021-01-14\n').values["date"] == "2021-01-14"
    )


@pytest.mark.parametrize(
    "line",
    [
        'title: "港口\\智慧"',
        "title: 港口: 今日: 开放",
        "title: @港口",
        'title: "港口" 开放',
        "title: `x`",
    ],
)
def test_invalid_yaml_is_parsed_line_by_line_with_a_warning(line: str) -> None:
    front_matter = parse_front_matter(f"layout: post\n{line}\ndate: 2021-01-14\ntags: [ 甲, 乙 ]\n")
    assert front_matter.values["date"] == "2021-01-14"
    assert front_matter.values["tags"] == ["甲", "乙"]
    assert "港口" in front_matter.values["title"] or front_matter.values["title"] == "`x`"
    assert "line 3" in front_matter.warning


def test_title_parsed_line_by_line_keeps_every_character() -> None:
    front_matter = parse_front_matter('title: "港口\\智慧 \\"开放\\""\ndate: 2021-01-14\n')
    assert front_matter.values["title"] == '港口\\智慧 "开放"'


@pytest.mark.parametrize("header", ["", "no pairs at all\n", "- a\n- b\n", "[1, 2]\n", "@@@\n"])
def test_front_matter_without_pairs_is_an_error_with_a_line(header: str) -> None:
    with pytest.raises(FrontMatterError, match=r"^line \d+: "):
        parse_front_matter(header)


def test_yaml_tags_create_no_objects() -> None:
    front_matter = parse_front_matter(
        "x: !!python/object/apply:os.system ['false']\ndate: 2021-01-14\n"
    )
    assert front_matter.values["x"] == ["false"]


def test_exponential_aliases_are_rejected_or_short() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    try:
        values = parse_front_matter("\n".join(lines) + "\n").values
    except FrontMatterError:
        return
    assert len(json.dumps(values)) < 10_000_000


def test_deep_nesting_is_an_error_or_text() -> None:
    try:
        values = parse_front_matter("x: " + "[" * 5000 + "]" * 5000 + "\n").values
    except FrontMatterError:
        return
    assert set(values) == {"x"}


@given(st.text(max_size=200))
def test_any_text_gives_strings_or_a_front_matter_error(text: str) -> None:
    try:
        values = parse_front_matter(text).values
    except FrontMatterError:
        return
    for key, value in values.items():
        assert isinstance(key, str)
        assert isinstance(value, str) or all(isinstance(item, str) for item in value)
        json.dumps([key, value], ensure_ascii=False).encode()
        assert "\x00" not in json.dumps([key, value], ensure_ascii=False)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_title_in_double_quotes_round_trips(title: str) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    if any(char in "\x85\ufeff\ufffe\uffff" or ord(char) > 0xFFFD for char in title):
        return  # YAML takes some characters only escaped
    assert parse_front_matter(f'title: "{quoted}"\n').values["title"] == title
