"""``content.front_matter``: YAML headers whose values stay strings."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content.post_file.front_matter import HeaderError, read_front_matter


def test_strings_stay_strings() -> None:
    header = "author: No\ntime: 12:30\nnumber: 007\nempty:\ndate: 2021-01-14\nyes: ~\nhex: 0x1F\n"
    assert read_front_matter(header).values == {
        "author": "No",
        "time": "12:30",
        "number": "007",
        "empty": "",
        "date": "2021-01-14",
        "yes": "~",
        "hex": "0x1F",
    }


def test_lists_in_both_forms() -> None:
    header = "tags: [ 港口, No, 12:30 ]\ncategories:\n- 甲\n- 乙\n"
    values = read_front_matter(header).values
    assert values == {"tags": ["港口", "No", "12:30"], "categories": ["甲", "乙"]}


def test_quoted_title_with_escapes() -> None:
    read = read_front_matter('title: "他说：\\"开放\\" – it\'s #1: ok"\n')
    assert read.values == {"title": '他说："开放" – it\'s #1: ok'}
    assert read.warning == ""


def test_title_over_two_lines() -> None:
    assert read_front_matter('title: "港口\n\n"\ndate: 2021-01-14\n').values["date"] == "2021-01-14"


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
def test_header_that_is_no_yaml_is_read_by_lines_with_a_warning(line: str) -> None:
    read = read_front_matter(f"layout: post\n{line}\ndate: 2021-01-14\ntags: [ 甲, 乙 ]\n")
    assert read.values["date"] == "2021-01-14"
    assert read.values["tags"] == ["甲", "乙"]
    assert "港口" in read.values["title"] or read.values["title"] == "`x`"
    assert "line 3" in read.warning


def test_title_read_by_lines_keeps_every_character() -> None:
    read = read_front_matter('title: "港口\\智慧 \\"开放\\""\ndate: 2021-01-14\n')
    assert read.values["title"] == '港口\\智慧 "开放"'


@pytest.mark.parametrize("header", ["", "no pairs at all\n", "- a\n- b\n", "[1, 2]\n", "@@@\n"])
def test_header_without_pairs_is_an_error_that_says_where(header: str) -> None:
    with pytest.raises(HeaderError, match=r"^line \d+: "):
        read_front_matter(header)


def test_objects_are_not_made() -> None:
    read = read_front_matter("x: !!python/object/apply:os.system ['false']\ndate: 2021-01-14\n")
    assert read.values["x"] == ["false"]


def test_aliases_that_grow_without_end_are_refused_or_short() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    try:
        values = read_front_matter("\n".join(lines) + "\n").values
    except HeaderError:
        return
    assert len(json.dumps(values)) < 10_000_000


def test_deep_nesting_is_an_error_or_text() -> None:
    try:
        values = read_front_matter("x: " + "[" * 5000 + "]" * 5000 + "\n").values
    except HeaderError:
        return
    assert set(values) == {"x"}


@given(st.text(max_size=200))
def test_any_text_gives_strings_or_a_header_error(text: str) -> None:
    try:
        values = read_front_matter(text).values
    except HeaderError:
        return
    for key, value in values.items():
        assert isinstance(key, str)
        assert isinstance(value, str) or all(isinstance(item, str) for item in value)
        json.dumps([key, value], ensure_ascii=False).encode()
        assert "\x00" not in json.dumps([key, value], ensure_ascii=False)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])))
def test_title_in_double_quotes_is_read_back(title: str) -> None:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    if any(char in "\x85\ufeff\ufffe\uffff" or ord(char) > 0xFFFD for char in title):
        return  # YAML takes some characters only escaped
    assert read_front_matter(f'title: "{quoted}"\n').values["title"] == title
