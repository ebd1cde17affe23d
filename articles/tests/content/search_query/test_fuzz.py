"""Any input: no error, a tree within the limits, and one normal form."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.content.search_query import (
    LIMITS,
    And,
    DateRange,
    Everything,
    Filter,
    Limits,
    Node,
    Not,
    NoteKind,
    Or,
    Text,
    format_note,
    parse,
    unparse,
    with_filter,
    without_filter,
)
from articles.content.search_query.normalization import normalize
from articles.tests.support.hang_guard import hang_guard

#: Pieces with a meaning in the grammar, so that the fuzzing reaches more than words.
SYNTAX = [
    "\u3000",
    *"""OR | 或 AND NOT - － ( ) （ ） " “ ” 「 」 『 』 « » : ： , ， 、 * .. title: 标题： exact:
    source: 作者： tag: lang: 语言： is: has: changed: changed:no date: from: to: url: foo: zh video
    image en 2020 2020-07 2020-02-30 2020年7月 1899 https://a.example/x http:// 台湾 臺灣 a b BBC
    12:30 \x00 \ud800 \u202e ! … é ' & { } \\ ~ title:( -( source:A,B""".split(),
]
PIECES = st.sampled_from(SYNTAX)
TYPED = st.lists(PIECES | st.just(" ") | st.characters(), max_size=60).map("".join) | st.text()
WIDE = Limits(characters=100_000, terms=10_000, depth=100)

DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)) | st.none()
VALUES = st.lists(PIECES | st.characters() | st.just(" "), min_size=1, max_size=6).map("".join)
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Text, VALUES, st.sampled_from(["any", "title"]), phrase=st.booleans(), exact=st.booleans()
    ),
    st.builds(Filter, st.sampled_from(["source", "author", "tag"]), VALUES),
    st.builds(Filter, st.just("lang"), st.sampled_from(["zh", "zh-Hans", "en", "pt-BR"])),
    st.builds(Filter, st.just("kind"), st.sampled_from(["story", "video", "gallery", "stub"])),
    st.builds(Filter, st.sampled_from(["image", "changed"]), st.just("yes")),
    st.builds(Filter, st.just("url"), st.sampled_from(["https://a.example/(x)y", "http://b.c/“"])),
    st.builds(DateRange, DATES, DATES),
    st.just(Everything()),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    LEAVES,
    lambda nodes: st.one_of(
        st.builds(Not, nodes),
        st.builds(And, st.lists(nodes, max_size=4).map(tuple)),
        st.builds(Or, st.lists(nodes, max_size=4).map(tuple)),
    ),
    max_leaves=12,
)


def leaves(node: Node) -> list[Node]:
    match node:
        case And(parts) | Or(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case Not(part):
            return leaves(part)
        case _:
            return [node]


def height(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return 1 + max(map(height, parts))
        case Not(part):
            return 1 + height(part)
        case _:
            return 1


@settings(max_examples=500)
@given(TYPED)
@example("(" * 500)
@example("title:(" + "a " * 240)
def test_any_input_is_parsed_within_the_limits(typed: str) -> None:
    query = parse(typed)
    assert len(leaves(query.root)) <= LIMITS.terms
    assert height(query.root) <= 3 * (LIMITS.depth + 1) + 1
    assert len(query.typed) <= LIMITS.characters
    query.typed.encode()
    assert "\x00" not in query.typed + unparse(query.root)
    for note in query.notes:
        assert format_note(note).encode()


def assert_round_trip(typed: str) -> None:
    root = parse(typed).root
    output = unparse(root)
    assert len(output) <= LIMITS.characters
    again = parse(output)
    assert again.root == root
    assert unparse(again.root) == output
    # The output needs no other notes.
    assert {note.kind for note in again.notes} <= {NoteKind.GROUPED, NoteKind.NO_STORY}


@settings(max_examples=500)
@given(TYPED)
def test_output_parses_to_the_same_tree(typed: str) -> None:
    assert_round_trip(typed)


@pytest.mark.parametrize("length", [10, 30, 100, 250])
def test_output_of_long_input_parses_to_the_same_tree(length: int) -> None:
    draw = random.Random(length)
    for _ in range(200):
        pieces = [draw.choice(SYNTAX) + " " * draw.randrange(2) for _ in range(length)]
        assert_round_trip("".join(pieces))


@settings(max_examples=500)
@given(TREES)
def test_any_tree_can_be_unparsed(node: Node) -> None:
    normal = normalize(node)
    assert normalize(normal) == normal
    assert parse(unparse(node), WIDE).root == normal


#: Conditions on an invented story of 5 July 2020; the story is the set of those that it meets.
CONDITIONS: list[Node] = [
    *(Text(word) for word in "abc"),
    Filter("source", "a"), Filter("source", "b"), Filter("tag", "a"), Filter("tag", "b"),
]  # fmt: skip
DATE_RANGES = st.builds(
    lambda first, last: DateRange(
        first and dt.date(2020, 7, first), last and dt.date(2020, 7, last)
    ),
    st.sampled_from([None, 1, 2, 5]),
    st.sampled_from([None, 5, 6, 9]),
)
SIMPLE_TREES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(CONDITIONS) | DATE_RANGES | st.just(Everything()),
    lambda nodes: st.one_of(
        st.builds(Not, nodes),
        st.builds(And, st.lists(nodes, max_size=4).map(tuple)),
        st.builds(Or, st.lists(nodes, max_size=4).map(tuple)),
    ),
    max_leaves=12,
)
STORIES = st.sets(st.sampled_from(CONDITIONS))
DAY = dt.date(2020, 7, 5)


def meets(node: Node, story: set[Node]) -> bool:
    match node:
        case Everything():
            return True
        case DateRange(first, last):
            return (first or DAY) <= DAY <= (last or DAY)
        case Not(part):
            return not meets(part, story)
        case And(parts):
            return all(meets(part, story) for part in parts)
        case Or(parts):
            return any(meets(part, story) for part in parts)
        case _:
            return node in story


@given(SIMPLE_TREES, STORIES)
def test_normal_form_matches_the_same_stories(node: Node, story: set[Node]) -> None:
    assert meets(normalize(node), story) == meets(node, story)


@given(SIMPLE_TREES, DATE_RANGES | st.sampled_from(CONDITIONS[3:]), STORIES)
def test_facet_narrows_and_can_be_removed_again(
    node: Node, facet: Filter | DateRange, story: set[Node]
) -> None:
    narrowed = with_filter(node, facet)
    assert meets(facet, story) or not meets(narrowed, story)
    if meets(node, story) and meets(facet, story):
        assert meets(narrowed, story)
    without = without_filter(narrowed, facet)
    assert without == without_filter(without, facet)
    if meets(narrowed, story):
        assert meets(without, story)


HOSTILE = "()（）\"“「」«-－:：|,*\\/.'&@#0aA台或 \u3000\n\x00\ud800\u0301é"


@pytest.mark.parametrize("char", HOSTILE)
@pytest.mark.parametrize("before", ["", "title:", "source:", "date:", "a", "a ", "-"])
def test_hostile_repetition_does_not_hang(char: str, before: str) -> None:
    with hang_guard():
        for typed in (before + char * 500, (before + char) * 250, (char + before) * 250):
            parse(typed)


def test_a_megabyte_is_cut_to_the_limit() -> None:
    with hang_guard():
        assert len(parse("台灣 " * 400_000).typed) <= LIMITS.characters
